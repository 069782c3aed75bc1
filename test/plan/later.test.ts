/** What the next certificate will say otherwise: of all that stay, each difference once, by who has it and where it is signed. */
import { expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import type { Change } from '../../src/plan/change.ts';
import { isForLater, laterRemarks } from '../../src/plan/later.ts';
import { sanOf } from '../../src/x509/facts.ts';
import {
  aChange,
  anAuthority,
  aServer,
  certificateFor,
  changed,
  keyFacts,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';

const locations = { crl: ['http://crl.test/root.crl'] } as never;
const ROOT = anAuthority({ name: 'root' });
const VAULT = anAuthority({ name: 'vault', keyPlace: { kind: 'offline' } as never });
const [API, WEB] = [aServer({ name: 'api', locations }), aServer({ name: 'web', locations })];
const SAFE = aServer({ name: 'safe', issuer: VAULT.id, locations });
const SUB = anAuthority({ name: 'sub', issuer: ROOT.id, keyPlace: { kind: 'offline' } as never, locations });

/** Who has a difference, and whether another machine signs; their certificates name no place of lists, but those of `well`. */
function remarks(entities: readonly Entity[], changes: readonly Change[] = [], well: readonly Entity[] = []) {
  const seen = entities.map((entity) => {
    const { locations: stated, ...before } = entity;
    const issuance = { notBefore: NOW, notAfter: NOW + 1000, cappedBy: null, subjectKeyId: null } as never;
    const issued = well.includes(entity) ? { ...before, locations: stated } : before;
    const facts = certificateFor(issued as Entity, keyFacts(entity.id), issuance, null, entity.id);
    return [entity.id, observed({ cert: present(facts) })] as const;
  });
  const found = laterRemarks(entities, { entities: new Map(seen) } as never, changes);
  return found.map((remark) => (remark.kind === 'differs' ? [remark.entities, remark.isAway ?? false] : []));
}

it('is said once of all that have it, and apart of what another machine signs', () => {
  expect(remarks([ROOT, VAULT, API, WEB, SAFE, SUB])).toEqual([
    [[API.id, WEB.id], false],
    [[SAFE.id, SUB.id], true],
  ]);
});

it.each<[what: string, entity: Entity, changes: readonly Change[], well: readonly Entity[]]>([
  ['that says so already', API, [], [API]],
  ['that is issued now', API, [aChange({ id: API.id, action: 'issue' })], []],
  ['that is issued elsewhere', { ...API, elsewhere: true } as never, [], []],
  ['that is revoked', { ...API, revoked: { reason: null, at: NOW } } as never, [], []],
])('is not said of one %s', (_, entity, changes, well) => {
  expect(remarks([ROOT, entity], changes, well)).toEqual([]);
  expect(remarks([ROOT, entity, WEB], changes, well)).toEqual([[[WEB.id], false]]);
});

it('is not said of what has no certificate', () => {
  expect(laterRemarks([API], { entities: new Map([[API.id, observed()]]) } as never, [])).toEqual([]);
});

it('is what the next certificate says, and no other reason is', () => {
  const reason = { kind: 'differs', field: 'crl', before: [], after: [] } as never;
  expect(isForLater(reason)).toBe(true);
  expect(isForLater({ ...(reason as object), field: 'san' } as never)).toBe(false);
  expect(isForLater({ kind: 'missing', artifact: 'cert' } as never)).toBe(false);
});

it('is also what a certificate names beside what is stated, and nothing of one with its names alone', () => {
  const cert = (entity: Entity, name?: string) => {
    const issuance = { notBefore: NOW, notAfter: NOW + 1000, cappedBy: null, subjectKeyId: null };
    const facts = certificateFor(entity, keyFacts(entity.id), issuance, null, entity.id);
    const san = { critical: false, value: [...sanOf(facts), ...(name === undefined ? [] : [name])] };
    return observed({ cert: present(changed(facts, { extensions: { subjectAltName: san } })) });
  };
  const plain = aServer({ name: 'plain' });
  const said = (name?: string) =>
    laterRemarks([plain], { entities: new Map([[plain.id, cert(plain, name)]]), orphans: [] }, []).map(
      (remark) =>
        remark.kind === 'differs'
          ? `${remark.reason.field}: ${remark.reason.before} → ${remark.reason.after}`
          : '',
    );
  const own = 'plain.example.test';
  expect(said()).toEqual([]);
  // No manifest can state a name with a space, and no edit can have taken it away.
  expect(said('dns:old host')).toEqual([`san: dns:${own}, dns:old host → dns:${own}`]);
  // One that it could state is a reason to issue now.
  expect(said('dns:other.test')).toEqual([]);
});

it('is not said again of what waits for a key and has it among its reasons', () => {
  const reason = { kind: 'differs', field: 'crl', before: 'none', after: 'x' } as const;
  const waits = (id: string, reasons: readonly object[]) =>
    ({
      ...aChange({ id: id as never, action: 'wait' }),
      waiting: { on: ROOT.id, reasons, serves: true, wish: null },
    }) as never;
  expect(remarks([ROOT, API, WEB], [waits(API.id, [reason])])).toEqual([[[WEB.id], false]]);
  expect(remarks([ROOT, API], [waits(API.id, [{ kind: 'expired', notAfter: NOW }])])).toEqual([
    [[API.id], false],
  ]);
  expect(remarks([ROOT, API], [waits(API.id, [{ ...reason, field: 'san' }])])).toEqual([[[API.id], false]]);
});
