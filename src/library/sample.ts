/** Whether another engine issues what the manifest says: a sample of its certificates, judged field by field. */
import type { LeafPolicy } from '../export/leaf.ts';
import type { EntityId } from '../pki/entity.ts';
import { type SecretSource, secretSourceText } from '../pki/secret-source.ts';
import type { Asked } from '../run/sample/asked.ts';
import type { SampleResult } from '../run/sample/judge.ts';
import { configurationFor } from './export.ts';
import { clock, type Project } from './project.ts';

/** Where a sample comes from. */
export type SampleSource =
  /** A file, or a folder with files. `input`: what is judged instead. */
  { readonly kind: 'files'; readonly path: string; readonly input?: Buffer } | EngineSource;

/** An engine that runs by our export, and is asked for certificates, or for those that it has. */
export type EngineSource =
  /** Every role is asked, with a token that may use them. */
  | { readonly kind: 'vault'; readonly url: URL; readonly token: NamedSource }
  /** Every leaf is asked for. @property keys the folder with keys of provisioners; by default that of the export. */
  | { readonly kind: 'step-ca'; readonly url: URL; readonly keys?: string }
  /** Secrets are read by `kubectl`. @property context by default the current one. */
  | { readonly kind: 'cert-manager'; readonly context?: string };

type NamedSource = Extract<SecretSource, { readonly kind: 'env' | 'file' }>;

/** What of the manifest is looked at. */
export interface SampleOptions {
  /** These entities alone. */
  readonly only?: ReadonlySet<EntityId>;
  readonly signal?: AbortSignal;
}

/**
 * Judges a sample by the contract of docs/scale.md. Keys that are made to ask for it are gone with the process; nothing is
 * written.
 * @throws UserError where there is no sample, no token, or no certificate of an authority to judge it with.
 */
export async function verifySample(
  project: Project,
  source: SampleSource,
  { only, signal }: SampleOptions = {},
): Promise<SampleResult> {
  const { judgeSamples, leavesOf } = await import('../run/sample/judge.ts');
  const { root, inventory } = project;
  const bench = { root, inventory, now: clock() };
  if (source.kind === 'files') {
    const { samplesIn } = await import('../run/sample/files.ts');
    const leaves = leavesOf(inventory).filter(({ id }) => only === undefined || only.has(id));
    return judgeSamples(samplesIn(source.path, source.input ?? null), { ...bench, leaves });
  }
  const policies = await policiesFor(project, source.kind, only);
  const { samplesOf } = await import('../run/sample/asked.ts');
  const samples = samplesOf(await ask(project, source, policies, signal));
  return judgeSamples(samples, { ...bench, leaves: policies.map(({ entity }) => entity) });
}

/** Those of leaves that the export of an engine does not leave out. */
async function policiesFor(
  { inventory }: Project,
  kind: EngineSource['kind'],
  only: ReadonlySet<EntityId> | undefined,
): Promise<readonly LeafPolicy[]> {
  const { leafPolicies } = await import('../export/leaf.ts');
  const { omissions } = await configurationFor(kind, inventory, { output: '.' });
  const left = new Set(omissions.map(({ entity }) => entity));
  return leafPolicies(inventory).filter(
    ({ entity: { id } }) => !left.has(id) && (only === undefined || only.has(id)),
  );
}

async function ask(
  { root, inventory }: Project,
  source: EngineSource,
  leaves: readonly LeafPolicy[],
  signal: AbortSignal | undefined,
): Promise<readonly Asked[]> {
  if (source.kind === 'cert-manager') {
    const { askCluster } = await import('../run/sample/cluster.ts');
    return askCluster(leaves, { ...source, signal });
  }
  const { KeyMaker } = await import('../run/sample/asked.ts');
  const { readRoots } = await import('../store/observe/credentials.ts');
  const { url } = source;
  const own = readRoots(root, inventory.entities);
  if (source.kind === 'step-ca') {
    const { askStepCa } = await import('../run/sample/step-ca.ts');
    const keys = (authority: string): string => source.keys ?? `export/step-ca/run/${authority}`;
    return askStepCa(inventory, leaves, new KeyMaker(), { url, keys, roots: own, now: clock(), signal });
  }
  const { askVault } = await import('../run/sample/vault.ts');
  const { rootCertificates } = await import('node:tls');
  const access = { url, token: await tokenOf(source.token), roots: [...rootCertificates, ...own], signal };
  return askVault(inventory, leaves, new KeyMaker(), access);
}

async function tokenOf(source: NamedSource): Promise<string> {
  const { Secrets } = await import('../store/secrets.ts');
  const secret = Secrets.ofOption(source);
  if (secret.ok) return secret.value;
  const { UserError } = await import('../words/user-error.ts');
  throw new UserError({
    kind: 'sample',
    fault: { kind: 'no-token', source: secretSourceText(source), fault: secret.fault },
  });
}
