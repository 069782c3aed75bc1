/**
 * Files under a password: `identity.p12`, `keystore.p12` or `.jks` with the key and its chain, `truststore.p12` or `.jks`
 * with the roots.
 */
import type { Entity } from '../../pki/entity.ts';
import { nameOf } from '../../pki/files.ts';
import type { ById } from '../../pki/issuers.ts';
import type { Seal } from '../../pki/seal.ts';
import { JKS_PIECE, jksLabel, openJks, parseJks } from '../../x509/jks.ts';
import { jks } from '../../x509/jks-write.ts';
import { openPkcs12, parsePkcs12, pieceText } from '../../x509/pkcs12.ts';
import { pkcs12 } from '../../x509/pkcs12-write.ts';
import { fullchainParts, type Part, trustParts } from '../parts.ts';
import type { SealedFacts, SealedRule } from './rule.ts';

const PKCS12_FORMAT = {
  called: 'PKCS#12',
  read: (bytes: Buffer): SealedFacts => ({ ...parsePkcs12(bytes), content: 'closed' }),
  head: ({ encryption }: Seal): string => `encryption ${encryption}`,
  open: openPkcs12,
  write: pkcs12,
} as const;

const JKS_FORMAT = {
  called: 'Java key store',
  read: (bytes: Buffer): SealedFacts => ({ ...parseJks(bytes), content: 'closed' }),
  head: (): string => JKS_PIECE,
  open: openJks,
  write: jks,
} as const;

/** Of a key, so that programs can serve with it. */
export const keystore: SealedRule = {
  by: 'password',
  parts: (entity: Entity, byId: ById): readonly Part[] => [
    { kind: 'key', of: entity.id },
    ...fullchainParts(entity, byId),
  ],
  ...PKCS12_FORMAT,
  bag(part, index, entity, seal) {
    const isOwn = part.of === entity.id;
    if (part.kind === 'key') return { kind: 'key', name: ownName(entity, seal) };
    return isOwn && index === 0 && part.kind === 'certificate'
      ? { kind: 'certificate', name: ownName(entity, seal) }
      : { kind: 'certificate' };
  },
};

/** Of roots, each under the name of its entry; Java lists them as trusted. */
export const truststore: SealedRule = {
  by: 'password',
  parts: trustParts,
  ...PKCS12_FORMAT,
  bag(part, index) {
    const name = nameOf(part.of);
    return { kind: 'trusted', name: part.kind === 'earlier' ? `${name}-${index + 1}` : name };
  },
};

/** The same for Java alone, which knows a name only in lower case. */
function asJks(rule: SealedRule): SealedRule {
  return { ...rule, ...JKS_FORMAT, bag: (...about) => jksLabel(rule.bag(...about)) };
}

/** `keystore.jks`. */
export const keystoreJks = asJks(keystore);
/** `truststore.jks`. */
export const truststoreJks = asJks(truststore);

function ownName({ name }: Entity, seal: Seal): string {
  return seal.name ?? name;
}

/** What a file of such a rule holds, piece by piece, in the words of `open`; `null` for what is not made yet. */
export function sealedPieces(
  rule: SealedRule,
  entity: Entity,
  seal: Seal,
  contents: readonly (readonly [part: Part, pieces: readonly (string | null)[]])[],
): readonly (string | null)[] {
  const pieces = contents.flatMap(([part, found]) =>
    found.map((piece, i) => (piece === null ? null : pieceText(piece, rule.bag(part, i, entity, seal)))),
  );
  return [rule.head(seal), ...pieces];
}
