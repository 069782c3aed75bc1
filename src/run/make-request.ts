/** The request of one entity for another machine: in staging, verified as everything that is made here. */
import type { Engine } from '../engine/engine.ts';
import type { Tokens } from '../engine/tokens.ts';
import { modeOf } from '../pki/artifact.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import type { ById } from '../pki/issuers.ts';
import { bridgedBy, requestOf } from '../pki/key-place.ts';
import { secretSourceText } from '../pki/secret-source.ts';
import { objections } from '../plan/accept.ts';
import type { Wish } from '../plan/change.ts';
import { type EngineMake, sourcesOf } from '../plan/make.ts';
import type { EntityObservation } from '../plan/observation.ts';
import { keyThere } from '../plan/signing-key.ts';
import type { Reader } from '../store/observe/reader.ts';
import type { OutputFolder } from '../store/output-folder.ts';
import { StepError } from '../store/step-error.ts';
import type { KeyFacts } from '../x509/facts.ts';
import { provideSource } from './provide.ts';
import type { Published } from './published.ts';
import type { Staging } from './staging.ts';

/** What making requests takes. */
export interface RequestContext {
  /** The output folder, absolute. */
  readonly root: string;
  readonly byId: ById;
  readonly output: OutputFolder;
  readonly staging: Staging;
  readonly engine: Engine;
  readonly tokens: Tokens;
  readonly published: Published;
  readonly reader: Reader;
}

/** Stages it, with the key where that is new. @throws StepError where it is not what was asked for. */
export async function makeRequest(
  entity: Entity,
  { issuance, newKey }: Wish,
  { root, byId, staging, engine, output, published, reader }: RequestContext,
): Promise<void> {
  const { id } = entity;
  const given = requestOf(entity);
  await staging.make(id);
  if (given !== undefined) return staging.write(id, 'csr', given.pem, modeOf('csr'));
  const { name } = issuance;
  const holder = bridgedBy(entity) ?? id;
  const key = newKey ? ({ kind: 'file', of: holder, isNew: true } as const) : keyThere(holder, byId);
  const make: EngineMake = { op: 'request', of: id, key, ...(name === undefined ? {} : { name }) };
  for (const source of sourcesOf(make)) await provideSource({ root, output, staging, published }, source);
  const maker = await engine.perform(make);
  const read = (): KeyFacts => {
    const file = newKey ? reader.keyring.plain(entity, staging.read(id, 'key')) : published.key(holder);
    return reader.read('key', file);
  };
  const [facts, csr] = [
    reader.tokens.of(holder)?.facts ?? read(),
    reader.read('csr', staging.read(id, 'csr')),
  ];
  const found = objections(
    { key: facts, csr, cert: null, signedBy: null },
    { entity, issuance: null, issuer: null },
  );
  if (found.length > 0) throw new StepError({ kind: 'made-other', maker, objections: found });
}

/** The key that an entity has now; of one on a token, as that shows it. @throws StepError where it does not. */
export async function keyNow(
  entity: Entity,
  observed: EntityObservation,
  { byId, tokens, reader }: Pick<RequestContext, 'byId' | 'tokens' | 'reader'>,
): Promise<KeyFacts | undefined> {
  const holder = byId.get(bridgedBy(entity) ?? entity.id);
  if (holder?.token === undefined) return observed.key.state === 'present' ? observed.key.facts : undefined;
  const { pin } = holder.token;
  const secret = reader.secrets?.read(pin);
  if (secret?.ok === false)
    throw new StepError({ kind: 'no-secret', source: secretSourceText(pin), fault: secret.fault });
  await tokens.ask(holder);
  return shownBy(holder.id, reader);
}

function shownBy(id: EntityId, { tokens }: Reader): KeyFacts {
  const [shown, fault] = [tokens.of(id), tokens.faults.get(id)];
  if (shown !== undefined) return shown.facts;
  throw new StepError({ kind: 'token', fault: fault ?? { kind: 'no-key' } });
}
