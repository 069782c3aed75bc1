/** Asking another machine for certificates: keys and requests are made and kept here, then a folder is written for it. */
import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { openEngine } from '../engine/auto.ts';
import { OpensslError } from '../engine/openssl-call.ts';
import { signScript } from '../openssl/sign-script.ts';
import type { Entity, EntityId, Inventory } from '../pki/entity.ts';
import { byIdOf } from '../pki/issuers.ts';
import { requestOf } from '../pki/key-place.ts';
import { plainName } from '../pki/paths.ts';
import { asPlanned } from '../plan/bridge.ts';
import { type Issuance, type Wish, waitingOf } from '../plan/change.ts';
import { diffKeySpec, diffRequest } from '../plan/diff.ts';
import type { Observation } from '../plan/observation.ts';
import { type Plan, planInventory } from '../plan/plan.ts';
import { signingRequest } from '../plan/signing-request.ts';
import { isoTime } from '../plan/validity.ts';
import { recover } from '../store/commit/recover.ts';
import { Exchange, REQUESTS } from '../store/exchange.ts';
import type { Rival } from '../store/lock.ts';
import { observe } from '../store/observe/observe.ts';
import { Reader } from '../store/observe/reader.ts';
import { archiveOutgoing, type Outgoing, readOutgoing, saveOutgoing } from '../store/outgoing.ts';
import { OutputFolder } from '../store/output-folder.ts';
import { Secrets } from '../store/secrets.ts';
import { StepError } from '../store/step-error.ts';
import { UserError } from '../words/user-error.ts';
import type { CertificateFacts, KeyFacts } from '../x509/facts.ts';
import { requestDer } from '../x509/parse.ts';
import { requestSpki } from '../x509/request.ts';
import type { ApplyOptions } from './apply-options.ts';
import { Expected } from './expected.ts';
import { waitForLock } from './lock-wait.ts';
import { atMoment } from './look.ts';
import { keyNow, makeRequest, type RequestContext } from './make-request.ts';
import { Published } from './published.ts';
import { lacksSecrets, type SecretsResult } from './request-secrets.ts';
import { Staging } from './staging.ts';
import { tokensOf } from './tokens.ts';
import { clearWorkFolders, ignoreInGit, leaveTidy } from './upkeep.ts';
import { userErrorOf } from './verify-certificates.ts';

/** Where, with what, and into which folder. */
export interface RequestOptions
  extends Pick<
    ApplyOptions,
    'root' | 'binary' | 'clock' | 'processes' | 'engine' | 'lockTimeout' | 'ask' | 'signal'
  > {
  /** Whether commands of the manifest may run that were never run here. */
  readonly mayRun?: boolean;
  /** To be taken to the machine that has the key. */
  readonly folder: string;
}

/** One certificate that is asked for. */
export interface Requested {
  readonly entity: Entity;
  readonly authority: EntityId;
  readonly issuer: CertificateFacts;
  readonly issuance: Issuance;
  readonly csr: Buffer;
}

/** What came of it. */
export type RequestResult =
  | { readonly kind: 'locked'; readonly by: Rival }
  /** The clock is wrong, or nothing waits for a key that can be asked. */
  | { readonly kind: 'nothing'; readonly plan: Plan }
  | SecretsResult
  | { readonly kind: 'written'; readonly plan: Plan; readonly requested: readonly Requested[] };

/** Everything that waits for a key elsewhere and has all that it takes to ask. @throws UserError */
export async function requestCertificates(
  inventory: Inventory,
  options: RequestOptions,
): Promise<RequestResult> {
  using output = await OutputFolder.open(options.root);
  const lock = await waitForLock(output.own, options);
  if (!lock.held) return { kind: 'locked', by: lock.by };
  try {
    clearWorkFolders(output.own);
    await recover(output, () => {});
    await ignoreInGit(output.root);
    return await requestLocked(inventory, { ...options, root: realpathSync(options.root), output });
  } finally {
    leaveTidy(output.own);
    await lock.release();
  }
}

interface OpenOptions extends RequestOptions {
  readonly output: OutputFolder;
}

async function requestLocked(inventory: Inventory, options: OpenOptions): Promise<RequestResult> {
  const { root, output, clock, folder } = options;
  const now = clock();
  const secrets = new Secrets(root, inventory);
  const reader = new Reader(secrets);
  const observation = atMoment(observe(root, inventory, undefined, reader), root, inventory, now);
  const plan = planInventory(inventory, observation, { now, clock: 'compared' });
  const errands = plan.doubt?.kind === 'behind' ? [] : errandsIn(plan, inventory, observation);
  if (errands.length === 0) return { kind: 'nothing', plan };
  const asking = errands.map(({ entity, wish: { newKey } }) => ({ entity, newKey }));
  const { mayRun = false } = options;
  const lacking = await lacksSecrets(asking, inventory, observation, { ...options, mayRun, secrets, reader });
  if (lacking !== undefined) return lacking;
  // Before anything is made: a folder that cannot be written to is the likeliest mistake.
  using exchange = await Exchange.make(folder);
  using staging = new Staging(
    output,
    `${isoTime(now).replaceAll(':', '')}-${randomBytes(3).toString('hex')}`,
  );
  const byId = byIdOf(inventory.entities);
  const place = { root, own: output.own, binary: options.binary, processes: options.processes };
  const tokens = tokensOf(inventory.entities, { ...options, secrets, reader });
  const engine = await openEngine(
    'openssl',
    { ...place, run: staging.run, byId, signal: options.signal },
    staging,
    { keyring: reader.keyring, tokens },
  );
  const published = new Published(output, byId, new Map(), new Expected(observation), reader.keyring);
  const desk: Desk = { root, byId, output, staging, engine, tokens, published, reader, observation };
  const requested: Requested[] = [];
  try {
    await staging.open();
    for (const errand of errands) requested.push(await requestedOf(errand, desk));
  } finally {
    await engine.close();
  }
  await writeAll(exchange, requested, published, now);
  return { kind: 'written', plan, requested };
}

/** What is to be asked, and of whom. */
interface Errand {
  readonly entity: Entity;
  readonly authority: EntityId;
  readonly issuer: CertificateFacts;
  readonly wish: Wish;
}

/** What waits for a key that is elsewhere, and can be asked for: its issuer is known. */
export function errandsIn(
  { changes }: Plan,
  { entities }: Inventory,
  observation: Observation,
): readonly Errand[] {
  return changes.flatMap((change) => {
    const waiting = waitingOf(change);
    const entity = entities.find(({ id }) => id === change.id);
    const cert = waiting && observation.entities.get(waiting.on)?.cert;
    if (waiting?.wish == null || entity === undefined || cert?.state !== 'present') return [];
    return [{ entity, authority: waiting.on, issuer: cert.facts, wish: waiting.wish }];
  });
}

interface Desk extends RequestContext {
  readonly observation: Observation;
}

async function requestedOf(errand: Errand, desk: Desk): Promise<Requested> {
  const { entity, authority, issuer, wish } = errand;
  const { notBefore, notAfter, csr } = await outgoingFor(errand, desk);
  return { entity, authority, issuer, issuance: { ...wish.issuance, notBefore, notAfter }, csr };
}

/** One that was made before stays while it asks for the same: an answer to it may be on its way. */
async function outgoingFor({ entity, wish }: Errand, desk: Desk): Promise<Outgoing> {
  const { output, staging, observation, reader } = desk;
  const { id } = entity;
  const observed = asPlanned(entity, observation);
  const earlier = readOutgoing(output, id);
  const here = await keyNow(entity, observed, desk);
  if (earlier !== undefined && asksTheSame(earlier, entity, wish, here, reader)) return earlier;
  if (earlier !== undefined) await archiveOutgoing(output, id, staging.run);
  await makeRequest(entity, wish, desk).catch((error: unknown) => {
    throw notMade(id, error);
  });
  const { notBefore, notAfter } = wish.issuance;
  await saveOutgoing(output, id, staging.run, { notBefore, notAfter, newKey: wish.newKey });
  const kept = readOutgoing(output, id);
  if (kept === undefined) throw new Error(`Internal error: the request of ${id} is not there`);
  return kept;
}

/** Why there is no request. */
function notMade(entity: EntityId, error: unknown): unknown {
  if (error instanceof StepError) return new UserError({ kind: 'no-request', entity, fault: error.cause });
  if (!(error instanceof OpensslError) || error.cause.kind === 'interrupted') return userErrorOf(error);
  const { cause: end, lastWords } = error;
  return new UserError({ kind: 'no-request', entity, fault: { kind: 'call', end }, lastWords });
}

/** Whether an answer to what was kept is what is wanted now. @param here the key in its place. */
export function asksTheSame(
  { csr, key, newKey, notBefore, notAfter }: Outgoing,
  entity: Entity,
  { issuance, newKey: wantsKey }: Wish,
  here: KeyFacts | undefined,
  reader: Reader,
): boolean {
  const given = requestOf(entity);
  const facts = key === null ? here : reader.read('key', reader.keyring.plain(entity, key));
  const asked = reader.read('csr', csr);
  const length = notAfter - notBefore;
  const isOwn =
    facts?.keyId === asked.keyId &&
    diffKeySpec(facts.spec, entity).length === 0 &&
    diffRequest(asked, entity).length === 0;
  return (
    newKey === wantsKey &&
    (given === undefined ? isOwn : given.pem === csr.toString('latin1')) &&
    length === issuance.notAfter - issuance.notBefore &&
    notAfter > issuance.notBefore
  );
}

/** `request.json` last: a folder that has it is whole. No file of it is secret. */
async function writeAll(
  exchange: Exchange,
  requested: readonly Requested[],
  published: Published,
  now: number,
): Promise<void> {
  const authorities = new Set(requested.map(({ authority }) => authority));
  for (const id of authorities) await exchange.write(`${plainName(id)}.pem`, published.current(id).pem);
  for (const { entity, csr } of requested) await exchange.write(`${plainName(entity.id)}.csr.pem`, csr);
  await exchange.write('sign.sh', signScript(requested.map(commissionOf)), 0o755);
  const requests = requested.map(({ entity, authority, issuer, issuance, csr }) =>
    signingRequest(entity, authority, issuer, issuance, requestSpki(requestDer(csr))),
  );
  const content = { format: 'pki-request', version: 1, made: isoTime(now), requests };
  await exchange.write(REQUESTS, `${JSON.stringify(content, null, 2)}\n`);
  await exchange.finish();
}

function commissionOf({ entity, authority, issuer, issuance }: Requested) {
  return { entity, issuance, issuer: { id: authority, facts: issuer } };
}
