/**
 * The proof: certificates judged by openssl, bundles by what they trust, every pair in a real handshake. Changes
 * nothing.
 */

import type { SkippedCheck } from '../handshake/case.ts';
import { handshakeCases, pairCount } from '../handshake/cases.ts';
import type { Credentials } from '../handshake/credentials.ts';
import type { Outcome } from '../handshake/outcome.ts';
import { shake } from '../handshake/shake.ts';
import { type EndEntity, type Entity, type EntityId, type Inventory, withoutRevoked } from '../pki/entity.ts';
import { Keyring } from '../store/keyring.ts';
import { hasClosedKey, hasKey } from '../store/observe/credentials.ts';
import { Secrets } from '../store/secrets.ts';
import { foreignClient } from './foreign.ts';
import { Proven } from './proven.ts';
import { strangeTo } from './strange-to.ts';
import { type CertificateCheck, checkCertificates } from './verify-certificates.ts';
import { credentialsOf } from './verify-credentials.ts';
import {
  checkRevoked,
  type EndingList,
  endingLists,
  goneEntities,
  type RevokedCheck,
} from './verify-revoked.ts';
import type { StapleCheck } from './verify-staples.ts';
import { checkTrust, type TrustProblem } from './verify-trust.ts';

/** Where and with what to verify, how much of it, and who is notified. */
export interface VerifyOptions {
  /** The output folder, absolute. */
  readonly root: string;
  /** The openssl to run: a path, or a name to be found in `PATH`. */
  readonly binary: string;
  /** What has just changed: where there are more than `PAIRS` pairs, only what has to do with these is proven. */
  readonly touched?: ReadonlySet<EntityId>;
  /**
   * Writes down what is proven, and, with `changed`, leaves out what was proven before and has not changed since. Absent:
   * nothing is written. Of a small folder nothing is: to prove it takes less than to find that out.
   */
  readonly remember?: 'changed' | 'all';
  /** No private key is looked at, so that no handshake is tried. */
  readonly isPublic?: boolean;
  /** Reads the clock, in seconds since 1970. */
  readonly clock: () => number;
  /** Called for each handshake as it is decided; `total` is how many there will be. */
  readonly onOutcome?: (outcome: Outcome, total: number) => void;
  /** Of a run that has had them already; by default variables and files are read, and nothing is asked for. */
  readonly secrets?: Secrets | undefined;
  /** Ends whatever runs. */
  readonly signal?: AbortSignal;
}

/** So many entities, or pairs of them, take a second or more to prove. */
const WORTHWHILE = 50;

/** Up to this many pairs are all proven, some two milliseconds each handshake. */
const PAIRS = 1000;

/** The proof of a whole inventory, or of what has just changed in a very large one. */
export interface Verification {
  readonly certificates: readonly CertificateCheck[];
  readonly outcomes: readonly Outcome[];
  /** Checks that could not be made; they are no failures. */
  readonly skipped: readonly SkippedCheck[];
  /** Trust bundles that are more than the manifest names. */
  readonly trust: readonly TrustProblem[];
  /** Entities that are revoked: openssl has to refuse the certificates that they had. */
  readonly revoked: readonly RevokedCheck[];
  /** Servers whose certificates demand a stapled response. */
  readonly staples: readonly StapleCheck[];
  /** Revocation lists that are about to end, or have; apply makes the next ones. */
  readonly ending: readonly EndingList[];
  /** No certificate and no bundle has a problem, and every handshake went as expected. */
  readonly ok: boolean;
  /** `touched`: only what changed was looked at; everything would take too long, or was proven before. */
  readonly scope: 'all' | 'touched';
}

/** Bad certificates and handshakes are results. @throws UserError where no certificate of the manifest is there. */
export async function verifyInventory(whole: Inventory, options: VerifyOptions): Promise<Verification> {
  const inventory = withoutRevoked(whole);
  const { root, binary, clock, remember } = options;
  const isLarge = Math.max(inventory.entities.length, pairCount(inventory.entities)) >= WORTHWHILE;
  const { entities } = whole;
  if (remember === undefined || !isLarge) return verifyPart(inventory, entities, options, options.touched);
  const proven = Proven.read(root, inventory, binary, clock());
  const changed = new Set([...(options.touched ?? []), ...proven.changed()]);
  if (remember === 'changed' && changed.size === 0) return NOTHING_CHANGED;
  const looked = remember === 'changed' ? changed : undefined;
  const verification = await verifyPart(inventory, entities, options, looked);
  const seen = verification.scope === 'all' ? inventory.entities.map(({ id }) => id) : changed;
  if (verification.ok) await proven.save(new Set(seen));
  return verification;
}

const NOTHING_CHANGED: Verification = {
  certificates: [],
  trust: [],
  outcomes: [],
  skipped: [],
  revoked: [],
  staples: [],
  ending: [],
  ok: true,
  scope: 'touched',
};

/** @param all with those that are revoked. @param changed what has to be proven; where there are not too many pairs, everything is. */
async function verifyPart(
  inventory: Inventory,
  all: readonly Entity[],
  options: VerifyOptions,
  changed: ReadonlySet<EntityId> | undefined,
): Promise<Verification> {
  const { entities } = inventory;
  const touched = pairCount(entities) > PAIRS ? changed : undefined;
  const { root } = options;
  const moment = { root, now: options.clock() };
  const certificates = await checkCertificates(entities, { ...options, ...moment, touched });
  const gone = goneEntities(all, moment);
  const shown = gone.filter(({ isCurrent }) => isCurrent);
  const revoked = await checkRevoked(shown, { ...options, ...moment });
  const trust = checkTrust(entities, { root, touched });
  const scope = touched === undefined ? 'all' : 'touched';
  const { outcomes, skipped, staples } = options.isPublic
    ? NO_HANDSHAKES
    : await playHandshakes(inventory, all, gone, touched, options);
  const problems = [...certificates, ...revoked].filter(({ problem }) => problem !== null);
  const refused = staples.filter(({ outcome }) => outcome.kind === 'refused');
  const faults = problems.length + trust.length + refused.length;
  const ok = faults === 0 && outcomes.every((outcome) => outcome.ok);
  const ending = endingLists(entities, moment);
  return { certificates, trust, outcomes, skipped, revoked, staples, ending, ok, scope };
}

type Played = Pick<Verification, 'outcomes' | 'skipped' | 'staples'>;

const NO_HANDSHAKES: Played = { outcomes: [], skipped: [], staples: [] };

async function playHandshakes(
  inventory: Inventory,
  all: readonly Entity[],
  gone: ReturnType<typeof goneEntities>,
  touched: ReadonlySet<EntityId> | undefined,
  options: VerifyOptions,
): Promise<Played> {
  const { entities, output } = inventory;
  const { root } = options;
  const keyring = new Keyring(options.secrets ?? new Secrets(root, inventory));
  const closed = entities.filter(
    (entity) => entity.kind !== 'authority' && hasClosedKey(root, entity, keyring),
  );
  const away = entities.filter((entity) => entity.elsewhere && !hasKey(root, entity));
  const former = gone.filter(({ isCurrent }) => isCurrent).map(({ entity }) => entity);
  const unshown = gone.filter(({ isCurrent }) => !isCurrent).map(({ entity }) => entity);
  const strange = strangeTo(process.versions.openssl, [...entities, ...former], all);
  const absent = new Set([...closed, ...away, ...strange]);
  const open = entities.filter((entity) => !absent.has(entity));
  const loaded = credentialsOf(
    open,
    former.filter((entity) => !absent.has(entity)),
    all,
    { root, keyring },
  );
  const { cases, skipped: unasked } = handshakeCases(open, {
    ...(touched === undefined ? {} : { touched }),
    revocation: loaded.revocation,
  });
  const skipped = [
    ...unasked,
    ...loaded.skipped,
    ...unshown.map(({ id }) => formerCheck(id)),
    ...skip(closed, 'closed-key'),
    ...skip(away, 'key-elsewhere'),
    ...skip(strange, 'no-ml-dsa'),
  ];
  const outcomes = cases.length === 0 ? [] : await prove(loaded.credentials, cases, options);
  const demanding = open.filter(({ id }) => touched?.has(id) !== false).filter(demandsStaple);
  const staples = await proveStaples({ output, entities: all }, demanding, loaded.credentials, options);
  return { outcomes, skipped, staples };
}

function demandsStaple(entity: Entity): entity is EndEntity {
  return entity.kind !== 'authority' && entity.mustStaple === true;
}

async function proveStaples(
  inventory: Inventory,
  demanding: readonly EndEntity[],
  credentials: ReadonlyMap<EntityId, Credentials>,
  options: VerifyOptions,
): Promise<readonly StapleCheck[]> {
  if (demanding.length === 0) return [];
  const { checkStaples } = await import('./verify-staples.ts');
  return checkStaples(inventory, demanding, credentials, { ...options, now: options.clock() });
}

function formerCheck(server: EntityId): SkippedCheck {
  return { server, check: 'revoked', cause: { kind: 'former-issuer' } };
}

function skip(
  entities: readonly Entity[],
  kind: 'closed-key' | 'key-elsewhere' | 'no-ml-dsa',
): readonly SkippedCheck[] {
  return entities.map(({ id }) => ({ server: id, check: 'pair', cause: { kind } }));
}

async function prove(
  credentials: ReadonlyMap<EntityId, Credentials>,
  cases: Parameters<typeof shake>[0],
  { binary, onOutcome, signal }: VerifyOptions,
): Promise<readonly Outcome[]> {
  const foreign = await foreignClient(binary, signal);
  return shake(cases, credentials, foreign, {
    signal,
    onOutcome: (outcome) => onOutcome?.(outcome, cases.length),
  });
}
