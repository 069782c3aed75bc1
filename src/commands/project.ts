/** Opening the manifest, with all of its mistakes reported at once. */
import { type Opened, openProject, openssl, opensslFor, type Project } from '../index.ts';
import type { Diagnostic, Styler } from '../manifest/diagnostic.ts';
import { adviceMessages } from '../report/message.ts';
import type { Style } from '../report/style.ts';
import type { Console } from './console.ts';
import { keepYoungSmall } from './heap.ts';
import type { Interruption } from './interruption.ts';
import type { ManifestFlags } from './options.ts';

/** The project, or `undefined` once all mistakes have been reported. */
export async function openOrExplain(
  manifest: string,
  { allowPath: allowPaths = [] }: ManifestFlags,
  console: Console,
): Promise<Project | undefined> {
  keepYoungSmall(manifest);
  const opened = await openProject(manifest, { allowPaths });
  if (opened.ok) {
    await say(opened.project.warnings, console);
    return opened.project;
  }
  await explain(opened, console);
  return undefined;
}

/** Says why a manifest cannot be used. */
export async function explain(opened: Extract<Opened, { ok: false }>, console: Console): Promise<void> {
  if ('diagnostics' in opened) await say(opened.diagnostics, console);
  else console.say(...adviceMessages(opened));
}

/** The same for a command that runs openssl, which is asked what it is while the manifest is read. */
export async function openWithOpenssl(
  manifest: string,
  flags: ManifestFlags,
  console: Console,
  interruption: Interruption,
): Promise<Project | undefined> {
  const needless = new AbortController();
  const opening = openOrExplain(manifest, flags, console).then((project) => {
    if (project === undefined) needless.abort();
    return project;
  });
  // The manifest has been read by now.
  interruption.listen();
  const asking = openssl(AbortSignal.any([interruption.signal, needless.signal]));
  const [opened, asked] = await Promise.allSettled([opening, asking]);
  const project = fulfilled(opened);
  if (project === undefined) return undefined;
  const capability = fulfilled(asked);
  const able = capability.ok ? opensslFor(project, capability.version) : capability;
  if (able.ok) return project;
  console.say(...adviceMessages(able));
  return undefined;
}

function fulfilled<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

async function say(diagnostics: readonly Diagnostic[], console: Console): Promise<void> {
  if (diagnostics.length === 0) return;
  const { formatDiagnostics } = await import('../manifest/diagnostic.ts');
  process.stderr.write(`${formatDiagnostics(diagnostics, toneOf(console.errorStyle))}\n`);
}

function toneOf(style: Style): Styler {
  return (text, tone) => {
    if (tone === 'error' || tone === 'caret') return style.bad(text);
    if (tone === 'warning') return style.warn(text);
    return tone === 'excerpt' ? style.faint(text) : text;
  };
}
