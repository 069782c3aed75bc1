/** Files under a password, made in this process: neither engine has to be given the password. */
import { createPrivateKey, randomBytes } from 'node:crypto';
import { modeOf } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { isSealed, type Seal, type SealedArtifact } from '../pki/seal.ts';
import { secretSourceText } from '../pki/secret-source.ts';
import { sealedPieces } from '../plan/artifacts/sealed.ts';
import type { Work } from '../plan/change.ts';
import { sealedRule } from '../plan/sealed.ts';
import { lacking } from '../store/secrets.ts';
import { StepError } from '../store/step-error.ts';
import { parsePieces } from '../x509/parse.ts';
import { type PemBlock, pemBlocks, pemText } from '../x509/pem.ts';
import { type Bag, localKeyIdOf } from '../x509/pkcs12-write.ts';
import { partsText } from './parts.ts';
import type { Run } from './run.ts';

/** Stages those that the change writes; members are published by then. */
export function writeSealed(run: Run, entity: Entity, change: Work): void {
  for (const artifact of change.writes.filter(isSealed)) {
    const seal = entity.seals?.[artifact];
    if (seal === undefined) throw new Error(`Internal error: ${entity.id} has no seal for ${artifact}`);
    writeOne(run, entity, change, artifact, seal);
  }
}

function writeOne(run: Run, entity: Entity, change: Work, artifact: SealedArtifact, seal: Seal): void {
  const rule = sealedRule(artifact);
  const contents = rule.parts(entity, run.byId).map((part) => {
    const text = partsText(run, change, [part]);
    const pieces = text === '' ? [] : parsePieces(Buffer.from(text));
    return { part, pieces, blocks: text === '' ? [] : pemBlocks(text) };
  });
  const bags = contents.flatMap(({ part, blocks }) =>
    blocks.map((block, i) => ({ ...rule.bag(part, i, entity, seal), der: derIn(block) })),
  );
  const found = contents.map(({ part, pieces }) => [part, pieces] as const);
  const pieces = sealedPieces(rule, entity, seal, found).flatMap((piece) => piece ?? []);
  const password = passwordOf(run, artifact, seal);
  const { encryption } = seal;
  const bytes = rule.write(joined(bags), { password, encryption, draw: randomBytes, pieces });
  // Like everything that is made, it is read back before it is published.
  if (rule.open(bytes, password)?.join() !== pieces.join())
    throw new StepError({ kind: 'made-other-content', maker: 'node', artifact });
  run.staging.write(entity.id, artifact, bytes, modeOf(artifact));
}

/** Keys may be in a form from before PKCS#8, as another tool left them. */
function derIn({ label, der }: PemBlock): Uint8Array {
  if (!label.endsWith('PRIVATE KEY') || label === 'PRIVATE KEY') return der;
  return createPrivateKey(pemText(label, der)).export({ format: 'der', type: 'pkcs8' });
}

/** A key and the certificate of the same name belong together. */
function joined(bags: readonly Bag[]): readonly Bag[] {
  const certificate = bags.find(({ kind, name }) => kind === 'certificate' && name !== undefined);
  if (certificate === undefined) return bags;
  const localKeyId = localKeyIdOf(certificate.der);
  return bags.map((bag) => (bag.name === undefined ? bag : { ...bag, localKeyId }));
}

/** The plan saw it; it is read once. */
function passwordOf({ reader }: Run, artifact: SealedArtifact, { password }: Seal): string {
  const secret = reader.secrets?.read(password) ?? lacking({ kind: 'unset' });
  const usable =
    secret.ok && isBeyondJava(artifact, secret.value) ? lacking({ kind: 'not-for-java' }) : secret;
  if (usable.ok) return usable.value;
  throw new StepError({ kind: 'no-secret', source: secretSourceText(password), fault: usable.fault });
}

/** What is for Java as PKCS#12. */
const FOR_JAVA: readonly SealedArtifact[] = ['keystore', 'truststore'];

/** Java derives no key of PBES2 or of the older schemes from other characters (com.sun.crypto.provider.PBEKey). */
function isBeyondJava(artifact: SealedArtifact, password: string): boolean {
  return FOR_JAVA.includes(artifact) && /[^ -~]/.test(password);
}
