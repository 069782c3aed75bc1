/** A sample from a cluster: certificates in the Secrets that cert-manager keeps for our export; keys stay there. */
import { runFilter } from '../../engine/filter.ts';
import type { LeafPolicy } from '../../export/leaf.ts';
import { secretName } from '../../export/secret-name.ts';
import { metadataOf } from '../../pki/kubernetes.ts';
import { programFaultText } from '../../words/program.ts';
import { type Asked, chainIn } from './asked.ts';

/** Which cluster. */
export interface ClusterAccess {
  /** Absent: the current one. */
  readonly context?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Of a Secret, the certificate alone is asked for; a key would be printed otherwise. */
const CERTIFICATE = 'jsonpath={.data.tls\\.crt}';

/** What is in the Secret of each of these leaves. @param run the program. */
export async function askCluster(
  leaves: readonly LeafPolicy[],
  access: ClusterAccess,
  run = runFilter,
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const leaf of leaves) asked.push(await askOne(leaf, access, run));
  return asked;
}

async function askOne(
  leaf: LeafPolicy,
  { context, signal }: ClusterAccess,
  run: typeof runFilter,
): Promise<Asked> {
  const { namespace } = metadataOf(leaf.entity, 'secret');
  const name = secretName(leaf);
  const where = [
    ...(context === undefined ? [] : [`--context=${context}`]),
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
  ];
  const base = { entity: leaf.entity.id, from: `${namespace === undefined ? '' : `${namespace}/`}${name}` };
  const argv = ['kubectl', ...where, 'get', 'secret', name, `--output=${CERTIFICATE}`];
  const { output, words, fault } = await run(argv, { cwd: '.', input: '', seconds: 60, signal });
  if (fault !== null) {
    const said = words === '' ? '' : `: ${words.split('\n').at(-1)}`;
    return { ...base, detail: `"kubectl" ${programFaultText(fault)}${said}` };
  }
  return { ...base, ...chainIn([Buffer.from(output, 'base64').toString('latin1')]) };
}
