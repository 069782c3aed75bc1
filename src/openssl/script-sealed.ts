/** The script's part that makes files under a password, by openssl (`truststore.p12` takes its version 3.2) and keytool. */
import type { Entity } from '../pki/entity.ts';
import { partsPath, stagedPath } from '../pki/paths.ts';
import { isSealed, type Seal, type SealedArtifact } from '../pki/seal.ts';
import type { SecretSource } from '../pki/secret-source.ts';
import { keptTrustOf, type Work } from '../plan/change.ts';
import type { Part } from '../plan/parts.ts';
import { sealedRule } from '../plan/sealed.ts';
import { lookUp } from './key-path.ts';
import { fromOutput, keyPass, passArgs, upFrom } from './pass.ts';
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
  const { entity, change, context } = making;
  const parts = sealedRule(artifact).parts(entity, context.byId);
  const path = partsPath(entity.id, artifact);
  const made = isJava(artifact)
    ? javaLines(artifact, seal, making)
    : [exportLine(artifact, seal, making, stagedPath(entity.id, artifact))];
  return [together(parts, change, context, path), ...made, `rm -f ${path}`];
}

/** A line that makes PKCS#12 of the parts. */
function exportLine(artifact: SealedArtifact, seal: Seal, making: Making, to: string): string {
  const { entity, output } = making;
  const names =
    artifact === 'truststore' ? trustArgs(artifact, seal, making) : ['-name', seal.name ?? entity.name];
  const args = [
    'pkcs12',
    '-export',
    '-in',
    partsPath(entity.id, artifact),
    ...keyPass(entity, { output }),
    ...names,
    ...encryptionArgs(seal),
  ];
  const { before, words } = outArgs(seal.password, output);
  return before + shellWords(['openssl', ...args, ...words, '-out', to]);
}

type JavaArtifact = 'keystore-jks' | 'truststore-jks';

function isJava(artifact: SealedArtifact): artifact is JavaArtifact {
  return artifact === 'keystore-jks' || artifact === 'truststore-jks';
}

/** By keytool: of PKCS#12, or one certificate after the other. */
function javaLines(artifact: JavaArtifact, seal: Seal, making: Making): readonly string[] {
  const { entity } = making;
  const [path, staged] = [partsPath(entity.id, artifact), stagedPath(entity.id, artifact)];
  const { before, from, into, after } = javaPass(seal.password, `${path}.password`, making.output);
  if (artifact === 'truststore-jks') {
    const imports = trustNames(artifact, seal, making).map(
      (name, i) =>
        `nth ${i + 1} <${path} | ${shellWords(['keytool', '-importcert', '-noprompt', '-alias', name, '-storetype', 'JKS', '-keystore', staged, ...into('-storepass')])}`,
    );
    return [...before, ...imports, ...after];
  }
  const between = `${path}.p12`;
  const call = [
    'keytool',
    '-importkeystore',
    '-noprompt',
    '-srckeystore',
    between,
    '-srcstoretype',
    'PKCS12',
  ];
  const target = ['-destkeystore', staged, '-deststoretype', 'JKS'];
  return [
    exportLine(artifact, seal, making, between),
    ...before,
    shellWords([...call, ...from('-srcstorepass'), ...target, ...into('-deststorepass')]),
    ...after,
    `rm -f ${between}`,
  ];
}

/** keytool reads a password where the manifest says, or asks at the terminal. */
function javaPass(source: SecretSource, file: string, output: string) {
  const words = (how: 'env' | 'file', where: string) => (option: string) => [`${option}:${how}`, where];
  const none = (): readonly string[] => [];
  switch (source.kind) {
    case 'env': {
      const given = words('env', source.name);
      return { before: [], from: given, into: given, after: [] };
    }
    case 'file': {
      const given = words('file', fromOutput(output, source.path));
      return { before: [], from: given, into: given, after: [] };
    }
    case 'command': {
      const given = words('file', file);
      return {
        before: [`${commandText(source.argv, output)} >${file}`],
        from: given,
        into: given,
        after: [`rm -f ${file}`],
      };
    }
    case 'prompt':
      return { before: [], from: none, into: none, after: [] };
  }
}

/** Names in the order of the certificates. */
function trustNames(artifact: SealedArtifact, seal: Seal, { entity, context }: Making): readonly string[] {
  const rule = sealedRule(artifact);
  return rule
    .parts(entity, context.byId)
    .flatMap((part) =>
      Array.from({ length: countOf(part, context) }, (_, i) => rule.bag(part, i, entity, seal).name ?? ''),
    );
}

function trustArgs(artifact: SealedArtifact, seal: Seal, making: Making): readonly string[] {
  const names = trustNames(artifact, seal, making);
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
  return { before: `${commandText(source.argv, output)} | `, words: ['-passout', 'stdin'] };
}

function commandText(argv: readonly string[], output: string): string {
  const up = upFrom(output);
  return `(cd ${up === '' ? '.' : up} && ${shellWords(argv)})`;
}
