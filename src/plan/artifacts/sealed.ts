/** Files under a password: `identity.p12` and `keystore.p12` with the key and its chain, `truststore.p12` with the roots. */
import type { Entity } from '../../pki/entity.ts';
import { nameOf } from '../../pki/files.ts';
import type { ById } from '../../pki/issuers.ts';
import type { Seal } from '../../pki/seal.ts';
import { parsePkcs12, pieceText } from '../../x509/pkcs12.ts';
import { fullchainParts, type Part, trustParts } from '../parts.ts';
import type { SealedRule } from './rule.ts';

/** Of a key, so that programs can serve with it. */
export const keystore: SealedRule = {
  by: 'password',
  parts: (entity: Entity, byId: ById): readonly Part[] => [
    { kind: 'key', of: entity.id },
    ...fullchainParts(entity, byId),
  ],
  read: (bytes) => ({ ...parsePkcs12(bytes), content: 'closed' }),
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
  read: (bytes) => ({ ...parsePkcs12(bytes), content: 'closed' }),
  bag(part, index) {
    const name = nameOf(part.of);
    return { kind: 'trusted', name: part.kind === 'earlier' ? `${name}-${index + 1}` : name };
  },
};

function ownName({ name }: Entity, seal: Seal): string {
  return seal.name ?? name;
}

/** What a file of such a rule holds, piece by piece, in the words of `openPkcs12`; `null` for what is not made yet. */
export function sealedPieces(
  rule: SealedRule,
  entity: Entity,
  seal: Seal,
  contents: readonly (readonly [part: Part, pieces: readonly (string | null)[]])[],
): readonly (string | null)[] {
  const pieces = contents.flatMap(([part, found]) =>
    found.map((piece, i) => (piece === null ? null : pieceText(piece, rule.bag(part, i, entity, seal)))),
  );
  return [`encryption ${seal.encryption}`, ...pieces];
}
