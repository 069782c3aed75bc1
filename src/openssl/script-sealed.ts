/** The script's part that makes files under a password, by openssl: `truststore.p12` takes its version 3.2. */
import type { Entity } from '../pki/entity.ts';
import { partsPath, stagedPath } from '../pki/paths.ts';
import { isSealed, type Seal, type SealedArtifact } from '../pki/seal.ts';
import type { SecretSource } from '../pki/secret-source.ts';
import { keptTrustOf, type Work } from '../plan/change.ts';
import type { Part } from '../plan/parts.ts';
import { sealedRule } from '../plan/sealed.ts';
import { lookUp } from './key-path.ts';
import { keyPass, passArgs, upFrom } from './pass.ts';
import { type Context, together } from './script-bundles.ts';
import { shellWords } from './shell.ts';

/** @param output the output folder, in which the script works, as the manifest writes it. */
export function sealedLines(change: Work, context: Context, output: string): readonly string[] {
  const entity = lookUp(context.byId, change.id);
  return change.writes.filter(isSealed).flatMap((artifact) => {
    const seal = entity.seals?.[artifact];
    return seal === undefined ? [] : linesFor(artifact, seal, { entity, change, context, output });
  });
}

interface Making {
  readonly entity: Entity;
  readonly change: Work;
  readonly context: Context;
  readonly output: string;
}

function linesFor(artifact: SealedArtifact, seal: Seal, making: Making): readonly string[] {
  const { entity, change, context, output } = making;
  const parts = sealedRule(artifact).parts(entity, context.byId);
  const path = partsPath(entity.id, artifact);
  const names =
    artifact === 'truststore' ? trustArgs(parts, seal, making) : ['-name', seal.name ?? entity.name];
  const args = [
    'pkcs12',
    '-export',
    '-in',
    path,
    ...keyPass(entity, { output }),
    ...names,
    ...encryptionArgs(seal),
  ];
  const { before, words } = outArgs(seal.password, output);
  const call = [...args, ...words, '-out', stagedPath(entity.id, artifact)];
  const line = before + shellWords(['openssl', ...call]);
  return [together(parts, change, context, path), line, `rm -f ${path}`];
}

/** Names in the order of the certificates. */
function trustArgs(parts: readonly Part[], seal: Seal, { entity, context }: Making): readonly string[] {
  const rule = sealedRule('truststore');
  const names = parts.flatMap((part) =>
    Array.from({ length: countOf(part, context) }, (_, i) => rule.bag(part, i, entity, seal).name ?? ''),
  );
  return ['-nokeys', '-jdktrust', 'anyExtendedKeyUsage', ...names.flatMap((name) => ['-caname', name])];
}

function countOf({ kind, of }: Part, { changes }: Context): number {
  const change = changes.get(of);
  return kind === 'earlier' && change !== undefined ? keptTrustOf(change).previous.length : 1;
}

/** What openssl 3 does by default is modern. */
function encryptionArgs({ encryption }: Seal): readonly string[] {
  if (encryption === 'modern') return [];
  return ['-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'];
}

/** Arguments, and what stands before the call. Commands run in the manifest's folder, the script in its output folder. */
function outArgs(
  source: SecretSource,
  output: string,
): { readonly before: string; readonly words: readonly string[] } {
  if (source.kind !== 'command') return { before: '', words: passArgs('-passout', source, output) };
  const up = upFrom(output);
  return {
    before: `(cd ${up === '' ? '.' : up} && ${shellWords(source.argv)}) | `,
    words: ['-passout', 'stdin'],
  };
}
