/** Tokens that carrying out a change takes: each is asked only where a step needs its key. Pure. */
import type { Artifact } from '../pki/artifact.ts';
import { type Entity, type EntityId, writtenKey } from '../pki/entity.ts';
import type { ById } from '../pki/issuers.ts';
import { bridgedBy } from '../pki/key-place.ts';
import { keySpecText } from '../pki/key-spec.ts';
import type { Refusal } from './blockage.ts';
import { type Change, isIssue, isWork } from './change.ts';
import type { Context } from './context.ts';
import { isSupposed, type KeyState } from './observation.ts';

/** Files that the key signs, or that show its public half. */
const OF_KEY: readonly Artifact[] = ['csr', 'public', 'crl', 'former-crls'];

/** What is done to an entity, as far as tokens go. */
interface Doing {
  readonly isIssue: boolean;
  readonly writes: readonly Artifact[];
}

/** The entities whose keys are on tokens and take part, its own first. */
export function tokenUses(
  entity: Entity,
  { isIssue: issues, writes }: Doing,
  byId: ById,
): readonly EntityId[] {
  const isOwn = issues || writes.some((file) => OF_KEY.includes(file));
  const others = issues ? [bridgedBy(entity), entity.issuer] : [];
  return [...(isOwn ? [entity.id] : []), ...others].filter(
    (id): id is EntityId => id !== null && byId.get(id)?.token !== undefined,
  );
}

/** The same of a change that is planned. */
export function tokensFor(change: Change, byId: ById): readonly EntityId[] {
  const entity = byId.get(change.id);
  if (entity === undefined || !isWork(change)) return [];
  return tokenUses(entity, { isIssue: isIssue(change), writes: change.writes }, byId);
}

/** Why a change cannot be carried out, once the tokens were asked that it takes. */
export function lackingToken(
  uses: readonly EntityId[],
  { tokens, byId, written }: Pick<Context, 'tokens' | 'byId' | 'written'>,
): Refusal | undefined {
  for (const id of uses) {
    const [fault, holder] = [tokens?.get(id), byId.get(id)];
    const at = written?.get(writtenKey(id, 'key')) ?? id;
    if (fault === undefined || holder?.token === undefined) continue;
    const { token, key } = holder;
    return { kind: 'token', entity: id, token, wanted: keySpecText(key), fault, at };
  }
  return undefined;
}

/**
 * Why a key that a token showed is not used: it is of another kind than stated, or another one was asked for by name, and
 * it is still that of the certificate.
 */
export function unlikeToken(
  entity: Entity,
  key: KeyState,
  certified: string | null,
  { rekey, written }: Pick<Context, 'rekey' | 'written'>,
): Refusal | undefined {
  const { id, token } = entity;
  if (token === undefined || key.state !== 'present' || isSupposed(key)) return undefined;
  const at = written?.get(writtenKey(id, 'key')) ?? id;
  const [wanted, found] = [keySpecText(entity.key), key.facts.spec];
  if (found !== wanted) return { kind: 'token-kind', entity: id, wanted, found, at };
  if (rekey.has(id) && key.facts.keyId === certified) return { kind: 'token-same', entity: id, at };
  return undefined;
}
