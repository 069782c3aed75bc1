/** Secrets that carrying out a change takes: each is read, run or asked for only where a step of an entity needs it. Pure. */
import type { Artifact } from '../pki/artifact.ts';
import { type Entity, type EntityId, writtenKey } from '../pki/entity.ts';
import type { ById } from '../pki/issuers.ts';
import { bridgedBy } from '../pki/key-place.ts';
import { isSealed } from '../pki/seal.ts';
import { type SecretSource, secretSourceText } from '../pki/secret-source.ts';
import type { Refusal } from './blockage.ts';
import type { Context } from './context.ts';
import type { SecretUse } from './errand.ts';
import { isSupposed, type KeyState } from './observation.ts';

/** What is done to an entity, as far as secrets go. */
export interface Doing {
  readonly isIssue: boolean;
  readonly makesKey: boolean;
  /** The key was made for a request, and waits for its certificate: it is closed already. */
  readonly isAnswered?: boolean;
  readonly writes: readonly Artifact[];
  /** The key as it was found. */
  readonly key: KeyState;
}

/** Files that are made of the private key, or by it. */
const OF_KEY: readonly Artifact[] = [
  'key',
  'csr',
  'public',
  'crl',
  'former-crls',
  'pkcs12',
  'keystore',
  'keystore-jks',
];

/** Every one, those of the key first. */
export function secretUses(entity: Entity, doing: Doing, byId: ById): readonly SecretUse[] {
  const { id, issuer, seals, keyPlace } = entity;
  const isOpened =
    keyPlace === undefined && (doing.isIssue || doing.writes.some((file) => OF_KEY.includes(file)));
  const lender = bridgedBy(entity);
  const lent = doing.isIssue && lender !== null ? byId.get(lender) : undefined;
  const signer = doing.isIssue && issuer !== null ? byId.get(issuer) : undefined;
  return [
    ...(isOpened ? ownUses(entity, doing) : []),
    ...(lent === undefined ? [] : signingUses(lent)),
    ...(signer === undefined || signer.keyPlace !== undefined ? [] : signingUses(signer)),
    ...doing.writes.filter(isSealed).flatMap((artifact) => {
      const source = seals?.[artifact]?.password;
      return source === undefined ? [] : [use(source, id, artifact, true)];
    }),
  ];
}

function signingUses({ id, passphrase, token }: Entity): readonly SecretUse[] {
  return [
    ...(passphrase === undefined ? [] : [use(passphrase, id, 'key', false)]),
    ...(token === undefined ? [] : [{ ...use(token.pin, id, 'key', false), isPin: true } as const]),
  ];
}

function ownUses(entity: Entity, { makesKey, isAnswered, writes, key }: Doing): readonly SecretUse[] {
  const { id, passphrase, previousPassphrase, token } = entity;
  if (token !== undefined) return signingUses(entity);
  const closes = isAnswered !== true && (makesKey || writes.includes('key'));
  return [
    ...(passphrase === undefined ? [] : [use(passphrase, id, 'key', closes)]),
    ...(previousPassphrase === undefined || makesKey || !isSupposed(key)
      ? []
      : [{ ...use(previousPassphrase, id, 'key', false), isSpare: true } as const]),
  ];
}

function use(source: SecretSource, of: EntityId, artifact: Artifact, closes: boolean): SecretUse {
  return { source, of, artifact, closes };
}

/** Why a change cannot be carried out, before anything is done: a secret that it takes is not to be had. */
export function lackingSecret(
  uses: readonly SecretUse[],
  { secrets, written }: Pick<Context, 'secrets' | 'written'>,
): Refusal | undefined {
  for (const { source, of, artifact, isSpare, isPin } of uses) {
    const name = secretSourceText(source);
    const fault = isSpare ? undefined : secrets?.get(name);
    if (fault === undefined) continue;
    const ofKey = isPin ? 'key' : 'passphrase';
    const setting = artifact === 'key' ? ofKey : 'outputs';
    const at = written?.get(writtenKey(of, setting)) ?? of;
    return { kind: 'no-secret', entity: of, artifact, ...(isPin ? { isPin } : {}), source: name, fault, at };
  }
  return undefined;
}
