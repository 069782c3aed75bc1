/** A PKI for the length of a test: made in a folder of its own, which goes with it. */
import { formatDiagnostics } from '../manifest/diagnostic.ts';
import type { EngineChoice } from '../pki/engine.ts';
import { type Change, waitingOf } from '../plan/change.ts';
import { temporaryFolder } from '../store/temporary.ts';
import type { Advice } from '../words/advice.ts';
import { refusalText } from '../words/refusal.ts';
import { waitingText } from '../words/waiting.ts';
import { type Applied, apply } from './apply.ts';
import { type Credentials, credentialsNow } from './credentials.ts';
import { type Opened, openProject, type Project } from './project.ts';

/** How to make it. */
export interface MaterializeOptions {
  /** Who makes keys and certificates; `node` by default, which needs no openssl for keys and certificates. */
  readonly engine?: EngineChoice;
}

/** A PKI that is there until it is removed, or until the process ends. */
export interface Materialized {
  readonly project: Project;
  /** The output folder, absolute, in which files are as `pki apply` puts them. */
  readonly folder: string;
  /** What a server, client or peer loads. @throws UserError where there is none of that name. */
  credentials(name: string): Credentials;
  /** Takes the folder away; may be called more than once. */
  remove(): Promise<void>;
  /** The same, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes everything that a manifest describes in a temporary folder.
 * @param manifest an object, or the text of a manifest.
 * @throws Error where the manifest is wrong or something cannot be made, with everything that is to be said about it.
 */
export async function materialize(
  manifest: object | string,
  { engine = 'node' }: MaterializeOptions = {},
): Promise<Materialized> {
  const place = await temporaryFolder('pki-test-');
  try {
    const source = typeof manifest === 'string' ? { text: manifest } : { manifest };
    const project = projectOf(await openProject({ ...source, folder: place.path }));
    expectDone(await apply(project, { engine }));
    return {
      project,
      folder: project.root,
      credentials: (name) => credentialsNow(project, name),
      remove: place.remove,
      [Symbol.asyncDispose]: place.remove,
    };
  } catch (error) {
    await place.remove();
    throw error;
  }
}

function projectOf(opened: Opened): Project {
  if (opened.ok) return opened.project;
  throw new Error('diagnostics' in opened ? formatDiagnostics(opened.diagnostics) : adviceText(opened));
}

function adviceText({ problem, hint }: Advice): string {
  return `${problem}\nhint: ${hint}`;
}

function expectDone(result: Applied): void {
  if (result.ok) return;
  const failures = result.kind === 'done' ? result.execution.failures : [];
  const refusals = withheldBy(result).flatMap((change) =>
    change.action === 'refuse' ? adviceText(refusalText(change.refusal)) : [],
  );
  const waits = ('plan' in result ? result.plan.changes : []).flatMap((change) => {
    const waiting = waitingOf(change);
    return waiting === null ? [] : adviceText(waitingText(change.id, waiting));
  });
  const words = [
    ...failures.map(({ entity, problem, stderr }) => `${entity}: ${problem}\n${stderr}`.trim()),
    ...refusals,
    ...waits,
  ];
  throw new Error(words.length === 0 ? `nothing was made: ${result.kind}` : words.join('\n'));
}

/** What was refused: the plan that was carried out leaves it as it is. */
function withheldBy(result: Applied): readonly Change[] {
  if (result.kind === 'done') return result.blocked;
  return result.kind === 'refused' ? result.refusals : [];
}
