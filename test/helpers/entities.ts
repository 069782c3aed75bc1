/** Builders for entities, and a world without a disk in which plans can be carried out. */
import { createHash } from 'node:crypto';
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact, modeOf, STANDARD_OUTPUTS } from '../../src/pki/artifact.ts';
import {
  type Authority,
  type EndEntity,
  type Entity,
  type EntityId,
  entityId,
  type Inventory,
  type LeafKind,
} from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import { keySpecText } from '../../src/pki/key-spec.ts';
import { type San, sanText } from '../../src/pki/san.ts';
import { isSealed } from '../../src/pki/seal.ts';
import { held, isCompound } from '../../src/plan/artifacts/rule.ts';
import { ruleOf } from '../../src/plan/artifacts/rules.ts';
import { sealedPieces } from '../../src/plan/artifacts/sealed.ts';
import type { Change, Issuance } from '../../src/plan/change.ts';
import { type EntityObservation, NOTHING, type Observation } from '../../src/plan/observation.ts';
import type { Part } from '../../src/plan/parts.ts';
import { type Plan, type PlanOptions, planInventory } from '../../src/plan/plan.ts';
import { sealedRule } from '../../src/plan/sealed.ts';
import { type CertificateSpec, certificateSpec, issuedBy, writtenExtensions } from '../../src/plan/wanted.ts';
import { type ChangeRecord, changeRecord } from '../../src/report/plan-json.ts';
import type { ExtensionFacts, KnownExtensions } from '../../src/x509/extensions.ts';
import {
  type CertificateFacts,
  type KeyFacts,
  type KeyId,
  keyIdentifierOf,
  type RequestFacts,
  signerIdentifierOf,
} from '../../src/x509/facts.ts';
import { issuedName } from '../../src/x509/name.ts';
import type { EarlierCertificate } from '../../src/x509/rollover.ts';

export const DAY = 86400;
/** The moment at which tests plan: 2026-11-23 12:00:00 UTC. */
export const NOW = Date.UTC(2026, 10, 23, 12) / 1000;

const BASE = {
  san: [],
  key: { algorithm: 'ecdsa', curve: 'P-256' },
  trust: [],
  outputs: STANDARD_OUTPUTS,
  renewBefore: { kind: 'share', share: 1 / 3 },
  rotateKey: false,
  backdate: 300,
} as const;

/** A root, unless it has an issuer; trusts itself, unless it is said whom. */
export function anAuthority(given: Partial<Omit<Authority, 'kind' | 'id'>> = {}): Authority {
  const name = given.name ?? 'root';
  const id = entityId('authorities', name);
  const subject = [{ type: 'CN', value: `${name} CA` }] as const;
  const root = { ...BASE, kind: 'authority', name, subject, validity: 3650 * DAY, issuer: null } as const;
  return { ...root, pathLength: null, trust: [id], ...given, id };
}

type Given = Partial<Omit<EndEntity, 'kind' | 'id'>>;

function aLeaf(kind: LeafKind, given: Given): EndEntity {
  const name = given.name ?? kind;
  const subject = [{ type: 'CN', value: `${name}.example.test` }] as const;
  const leaf = { ...BASE, kind, name, subject, validity: 90 * DAY, issuer: 'authorities/root' } as const;
  return { ...leaf, trust: ['authorities/root'], ...given, id: entityId(`${kind}s`, name) };
}

/** A server of the authority "root", named after itself. */
export function aServer(given: Given = {}): EndEntity {
  const name = given.name ?? 'server';
  return aLeaf('server', { san: [dns(`${name}.example.test`)], ...given });
}

export function aClient(given: Given = {}): EndEntity {
  return aLeaf('client', given);
}

export function aPeer(given: Given = {}): EndEntity {
  return aLeaf('peer', given);
}

export function anInventory(...entities: readonly Entity[]): Inventory {
  return { output: 'pki', entities };
}

/** Responses that are good for two days, of which one is signed each day. */
export const OCSP: NonNullable<Authority['ocsp']> = {
  url: [],
  terms: { validity: 2 * DAY, renewBefore: { kind: 'seconds', seconds: DAY } },
};

export const dns = (value: string): San => ({ kind: 'dns', value });
export const ip = (value: string): San => ({ kind: 'ip', value });
export const uri = (value: string): San => ({ kind: 'uri', value });
export const email = (value: string): San => ({ kind: 'email', value });

/** A file that is there, with the mode that apply gives it. */
export function present<T>(facts: T, mode = 0o644): { state: 'present'; facts: T; mode: number } {
  return { state: 'present', facts, mode };
}

/** What is on disk of one entity: nothing but what is given. */
export function observed(given: Partial<EntityObservation> = {}): EntityObservation {
  return { ...NOTHING, ...given };
}

/** Any two keys of different names differ; the same name is the same key. */
export function keyFacts(name: string, spec = 'ecdsa-p256'): KeyFacts {
  return { keyId: hash('sha256', name), spec, keyIdentifier: hash('sha1', name) };
}

function hash(algorithm: 'sha1' | 'sha256', text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}

type Mutable = { -readonly [K in keyof EntityObservation]: EntityObservation[K] };

/** The certificate that apply would make. `issuer` is `null` for a root. */
export function certificateFor(
  entity: Entity,
  key: KeyFacts,
  issuance: Issuance,
  issuer: CertificateFacts | null,
  serial: string,
): CertificateFacts {
  const by = issuer === null ? null : issuedBy(issuer);
  return {
    fingerprint: hash('sha256', `certificate ${serial}`),
    serial,
    version: 3,
    subject: entity.subject,
    issuer: issuer?.subject ?? entity.subject,
    subjectDer: issuedName(entity, issuance.name),
    issuerDer: issuer?.subjectDer ?? issuedName(entity, issuance.name),
    notBefore: issuance.notBefore,
    notAfter: issuance.notAfter,
    keyId: key.keyId,
    keySpec: key.spec,
    signature: 'ecdsa-with-SHA256',
    flaws: [],
    ...extensionsOf(certificateSpec(entity, by, issuance, key.keyIdentifier)),
  };
}

/** A change with every field, as `--json` prints it: tests need not know which action has which. */
export type FlatChange = Change & ChangeRecord;
export type FlatPlan = Omit<Plan, 'changes'> & { readonly changes: readonly FlatChange[] };

function flat(change: Change): FlatChange {
  return { ...changeRecord(change), ...change } as FlatChange;
}

const NO_CHANGE = {
  kind: 'server',
  affects: [],
  reasons: [],
  newKey: false,
  issuance: null,
  writes: [],
  deletes: [],
  copies: [],
  relocations: [],
  relinks: false,
  chmods: [],
  replaces: [],
  previous: [],
  routes: [],
  route: null,
  cross: [],
  crossing: null,
  alterations: [],
  consent: null,
  consents: [],
  refusal: null,
  waitsFor: null,
} as const;

/** A change with what is given, and nothing else in it. */
export function aChange(given: Partial<ChangeRecord> & Pick<Change, 'id' | 'action'>): FlatChange {
  const consents = given.consent == null ? [] : [given.consent];
  return { ...NO_CHANGE, consents, ...given } as FlatChange;
}

/** A plan of these changes, with what else is given, and nothing else in it. */
export function aPlan(changes: readonly Change[], given: Partial<Plan> = {}): Plan {
  return {
    now: 0,
    output: 'pki',
    changes,
    pending: [],
    exposed: [],
    pinned: new Set(),
    doubt: null,
    prunes: [],
    hooks: [],
    left: [],
    engine: 'openssl',
    wanted: new Map(),
    remarks: [],
    ...given,
  };
}

/** `planInventory`, with flat changes. */
export function flatPlan(inventory: Inventory, observation: Observation, options: PlanOptions): FlatPlan {
  const plan = planInventory(inventory, observation, options);
  return { ...plan, changes: plan.changes.map(flat) };
}

/** What an engine that does as it is asked writes. */
function extensionsOf(spec: CertificateSpec): ExtensionFacts {
  const written = writtenExtensions(spec).map(({ rule, critical, value }) => {
    return [rule.name, { critical, value }] as const;
  });
  return { extensions: Object.fromEntries(written), unknown: [] };
}

export type Changes = Partial<Omit<CertificateFacts, 'extensions'>> & {
  /** Those that are given; `undefined` takes one away. */
  readonly extensions?: { readonly [N in keyof KnownExtensions]?: KnownExtensions[N] | undefined };
};

export function changed(facts: CertificateFacts, { extensions, ...changes }: Changes): CertificateFacts {
  const all = Object.entries({ ...facts.extensions, ...extensions });
  const present = all.filter(([, extension]) => extension !== undefined);
  return { ...facts, ...changes, extensions: Object.fromEntries(present) };
}

/** An extension as a certificate has it. */
export function critical<Value>(value: Value): { critical: boolean; value: Value } {
  return { critical: true, value };
}

export function uncritical<Value>(value: Value): { critical: boolean; value: Value } {
  return { critical: false, value };
}

/** An authority key identifier, the key's alone or with the serial number of a certificate. */
export function signedWith(keyId: string, serial: string | null = null) {
  return uncritical({ keyId, issuer: null, serial });
}

/** Files without a disk: carries plans out as apply would, and shows the result as `observe` would. */
export class World {
  readonly #files = new Map<EntityId, Mutable>();
  /** Which key made a certificate's signature, by fingerprint. */
  readonly #signers = new Map<string, KeyId>();
  /** Every certificate there ever was. */
  readonly #certificates = new Map<string, CertificateFacts>();
  /** Cross-certificates that the present plan makes. */
  readonly #crossed = new Map<EntityId, CertificateFacts>();
  #made = 0;

  /** The files of an entity, to be damaged at will. */
  of(id: EntityId): Mutable {
    const files = this.#files.get(id) ?? { ...NOTHING };
    this.#files.set(id, files);
    return files;
  }

  cert(id: EntityId): CertificateFacts {
    const { cert } = this.of(id);
    if (cert.state !== 'present') throw new Error(`${id} has no certificate`);
    return cert.facts;
  }

  key(id: EntityId): KeyFacts {
    const { key } = this.of(id);
    if (key.state !== 'present') throw new Error(`${id} has no key`);
    return key.facts;
  }

  /** Another certificate in place of the present one; who signed it stays, unless it is said. */
  changeCert(id: EntityId, changes: Changes, signedBy?: KeyId): void {
    const before = this.cert(id);
    const fingerprint = hash('sha256', `changed ${++this.#made}`);
    this.#place(id, changed(before, { fingerprint, ...changes }));
    this.#signers.set(fingerprint, signedBy ?? this.#signers.get(before.fingerprint) ?? '');
  }

  #place(id: EntityId, cert: CertificateFacts): void {
    this.of(id).cert = present(cert);
    this.#certificates.set(cert.fingerprint, cert);
  }

  observation({ entities }: Inventory): Observation {
    const shown = entities.map(({ id, issuer }) => {
      const files = this.of(id);
      return [id, { ...files, signedBy: this.#signedBy(files, issuer ?? id) }] as const;
    });
    return { entities: new Map(shown), orphans: [] };
  }

  #signedBy({ cert }: Mutable, issuer: EntityId): KeyId | null {
    const own = this.of(issuer);
    const file = own.key.state === 'present' ? own.key : own.cert;
    if (cert.state !== 'present' || file.state !== 'present') return null;
    return this.#signers.get(cert.facts.fingerprint) === file.facts.keyId ? file.facts.keyId : null;
  }

  /** A certificate as a file of earlier ones shows it. */
  earlier(fingerprint: string): readonly EarlierCertificate[] {
    const facts = this.#certificates.get(fingerprint);
    return facts === undefined ? [] : [{ ...facts, signedBy: this.#signers.get(fingerprint) ?? null }];
  }

  carryOut(plan: Plan, { entities }: Inventory): void {
    const byId = byIdOf(entities);
    const changes = plan.changes.map(changeRecord);
    const work = changes.flatMap((change) => {
      const entity = byId.get(change.id);
      return entity === undefined ? [] : [{ change, entity }];
    });
    for (const { change, entity } of work) this.#issue(change, entity);
    const planned = new Map(changes.map((change) => [change.id, change]));
    for (const { change, entity } of work) this.#derive(change, entity, byId, planned);
  }

  /** Cross-certificates of a root, by fingerprint: what stands behind its earlier certificates. */
  crossOf(root: EntityId | undefined): readonly string[] {
    const file = root === undefined ? undefined : this.of(root).previous;
    const facts = file?.state === 'present' ? file.facts : [];
    const roots = new Set(
      [...(root === undefined ? [] : [this.cert(root)]), ...facts.filter(isSelfSigned)].map(
        ({ keyId }) => keyId,
      ),
    );
    return facts
      .filter((cert) => !isSelfSigned(cert) && roots.has(cert.keyId))
      .map(({ fingerprint }) => fingerprint);
  }

  #issue({ id, newKey, issuance, crossing }: ChangeRecord, entity: Entity): void {
    const files = this.of(id);
    const old = crossing === null ? null : this.cert(id);
    if (newKey) {
      files.key = present(keyFacts(`${id} ${++this.#made}`, keySpecText(entity.key)), 0o600);
    }
    if (issuance === null) return;
    const issuer = entity.issuer === null ? null : this.cert(entity.issuer);
    const serial = `7${(++this.#made).toString(16).padStart(39, '0')}`;
    const cert = certificateFor(entity, this.key(id), issuance, issuer, serial);
    this.#place(id, cert);
    this.#signers.set(cert.fingerprint, this.key(entity.issuer ?? id).keyId);
    if (crossing === null || old === null) return;
    const by = `8${(++this.#made).toString(16).padStart(39, '0')}`;
    const cross = certificateFor(entity, this.key(id), crossing.issuance, old, by);
    this.#certificates.set(cross.fingerprint, cross);
    this.#signers.set(cross.fingerprint, old.keyId);
    this.#crossed.set(id, cross);
  }

  #derive(
    change: ChangeRecord,
    entity: Entity,
    byId: ReadonlyMap<EntityId, Entity>,
    planned: ReadonlyMap<EntityId, ChangeRecord>,
  ): void {
    const files = this.of(change.id);
    const pieces = (part: Part): readonly string[] => {
      const { kind, of } = part;
      if (kind === 'key') return [`key ${this.key(of).keyId}`];
      if (kind === 'earlier') return planned.get(of)?.previous ?? [];
      if (kind === 'cross') return this.crossOf(of);
      const route = planned.get(of)?.route;
      if (kind === 'joint' && typeof route === 'string') return [route];
      return [this.cert(of).fingerprint, ...(kind === 'joint' ? this.crossOf(part.root) : [])];
    };
    for (const artifact of change.writes) {
      const rule = ruleOf(artifact);
      if (artifact === 'csr') files.csr = present(requestFor(entity, this.key(entity.id)));
      if (artifact === 'public') files.public = present(this.key(entity.id).keyId);
      const seal = isSealed(artifact) ? entity.seals?.[artifact] : undefined;
      if (isSealed(artifact) && seal !== undefined) {
        const sealed = sealedRule(artifact);
        const contents = sealed.parts(entity, byId).map((part) => [part, pieces(part)] as const);
        const content = sealedPieces(sealed, entity, seal, contents);
        Object.assign(files, { [artifact]: present({ mark: '', content }, modeOf(artifact)) });
      }
      if (rule.by === 'object') {
        const entries = Object.entries(rule.entries).map(
          ([key, parts]) => [key, parts(entity, byId).flatMap(pieces)] as const,
        );
        Object.assign(files, { [artifact]: present(rule.content(entity, entries), modeOf(artifact)) });
      }
      if (isCompound(rule) && artifact !== 'previous')
        Object.assign(files, { [artifact]: present(held(rule, rule.parts(entity, byId).flatMap(pieces))) });
      if (artifact === 'previous')
        files.previous = present([
          ...change.previous.flatMap((old) => this.earlier(old)),
          ...change.routes.flatMap((old) => this.earlier(old)),
          ...[this.#crossed.get(change.id)].flatMap((made) =>
            made === undefined ? [] : this.earlier(made.fingerprint),
          ),
          ...change.cross.flatMap((old) => this.earlier(old)),
        ]);
    }
    this.#crossed.delete(change.id);
    for (const artifact of change.deletes) remove(files, artifact);
    for (const artifact of change.chmods) chmod(files, artifact);
    for (const artifact of ALL_ARTIFACTS.filter((one) => ARTIFACTS[one].secret)) chmod(files, artifact);
  }
}

function isSelfSigned(cert: CertificateFacts): boolean {
  const own = keyIdentifierOf(cert);
  return cert.issuerDer === cert.subjectDer && (signerIdentifierOf(cert) ?? own) === own;
}

function requestFor(entity: Entity, { keyId }: KeyFacts): RequestFacts {
  return { keyId, subject: entity.subject, san: entity.san.map(sanText), signatureFits: true };
}

/** As `rm` would. */
export function remove(files: Mutable, artifact: Artifact): void {
  Object.assign(files, { [artifact]: NOTHING.key });
}

function chmod(files: Mutable, artifact: Artifact): void {
  const file = files[artifact];
  const mode = modeOf(artifact);
  if (file.state === 'present') Object.assign(files, { [artifact]: { ...file, mode } });
}
