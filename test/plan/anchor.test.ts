/** Authorities of which only certificates are here: what is in the file beside the manifest is wanted as it is. */
import { describe, expect, it } from 'vitest';
import type { EntityObservation } from '../../src/plan/observation.ts';
import type { PlanOptions } from '../../src/plan/plan.ts';
import { parseCertificate } from '../../src/x509/parse.ts';
import { anAuthority, anInventory, flatPlan, NOW, observed, present, World } from '../helpers/entities.ts';
import { smallCertificate } from '../helpers/small-certificates.ts';

const [FIRST, SECOND, OTHER] = ['one', 'two', 'three'].map((common) => smallCertificate(common).pem) as [
  string,
  string,
  string,
];
const facts = (pem: string) => parseCertificate(Buffer.from(pem));
const print = (pem: string) => facts(pem).fingerprint;

const anchorOf = (...certificates: readonly string[]) =>
  anAuthority({
    name: 'theirs',
    keyPlace: { kind: 'anchor', path: 'theirs.pem', certificates },
    outputs: ['cert', 'ca'],
  });

/** What is planned where a file beside the manifest has these, and the output folder those files. */
function changeOf(
  certificates: readonly string[],
  files: Partial<EntityObservation>,
  options: Partial<PlanOptions> = {},
) {
  const inventory = anInventory(anchorOf(...certificates));
  const id = 'authorities/theirs';
  const world = new World().observation(inventory);
  const observation = { ...world, entities: new Map([[id, observed(files)]]) };
  const [change] = flatPlan(inventory, observation, { now: NOW, ...options }).changes;
  if (change === undefined) throw new Error('no change');
  const { action, reasons, writes, deletes, chmods, previous, refusal } = change;
  const why = reasons.map((one) => `${one.kind}${'artifact' in one ? ` ${one.artifact}` : ''}`);
  return { action, why, writes: [...writes].sort(), deletes, chmods, previous, refusal };
}

const ca = (...pems: readonly string[]) => present(pems.map(print));
const earlier = (...pems: readonly string[]) =>
  present(pems.map((pem) => ({ ...facts(pem), signedBy: facts(pem).keyId })));
const ONE = { cert: present(facts(FIRST)), ca: ca(FIRST) } as const;
const TWO = { ...ONE, ca: ca(FIRST, SECOND), previous: earlier(SECOND) } as const;
const KEPT = { action: 'keep', why: [], writes: [], deletes: [], chmods: [], previous: [], refusal: null };
const refresh = (why: readonly string[], rest: object) => ({ ...KEPT, action: 'refresh', why, ...rest });

it('all is kept where every file has what it is to have', () => {
  expect(changeOf([FIRST], ONE)).toEqual(KEPT);
  expect(changeOf([FIRST, SECOND], TWO)).toEqual({ ...KEPT, previous: [print(SECOND)] });
});

describe('written', () => {
  it('is all that is missing', () => {
    expect(changeOf([FIRST], {})).toEqual(
      refresh(['missing cert', 'missing ca'], { writes: ['ca', 'cert'] }),
    );
    expect(changeOf([FIRST, SECOND], {})).toEqual(
      refresh(['missing cert', 'missing previous', 'missing ca'], {
        writes: ['ca', 'cert', 'previous'],
        previous: [print(SECOND)],
      }),
    );
  });

  it('is what has another certificate', () => {
    expect(changeOf([OTHER], ONE)).toEqual(refresh(['stale cert', 'stale ca'], { writes: ['ca', 'cert'] }));
    expect(changeOf([FIRST, OTHER], TWO)).toEqual(
      refresh(['stale previous', 'stale ca'], { writes: ['ca', 'previous'], previous: [print(OTHER)] }),
    );
  });

  it('is not the file of the others where there are none any more: that goes', () => {
    expect(changeOf([FIRST], TWO)).toEqual(
      refresh(['stale previous', 'stale ca'], { writes: ['ca'], deletes: ['previous'] }),
    );
  });
});

describe('a mode that lets others write', () => {
  it('changes alone', () => {
    const open = { ...ONE, cert: present(facts(FIRST), 0o666) };
    expect(changeOf([FIRST], open)).toEqual(refresh(['mode cert'], { chmods: ['cert'] }));
  });

  it('changes with the content of a file that is written', () => {
    const open = { ca: present([print(FIRST)], 0o666), cert: present(facts(OTHER), 0o666) };
    expect(changeOf([FIRST], open)).toEqual(
      refresh(['stale cert', 'mode cert', 'mode ca'], { writes: ['cert'], chmods: ['ca'] }),
    );
  });
});

describe('refused', () => {
  const kind = (options: Partial<PlanOptions>, files: Partial<EntityObservation> = ONE) =>
    changeOf([FIRST], files, options);
  const id = 'authorities/theirs';

  it.each([
    ['another key', { rekey: new Set([id]) }],
    ['the end of trust in what it was', { retire: new Set([id]) }],
  ])('is %s: neither is ours to make', (_, options) => {
    expect(kind(options)).toMatchObject({
      action: 'refuse',
      refusal: { kind: 'anchor', entity: id, path: 'theirs.pem' },
    });
  });

  it.each(['cert', 'ca', 'previous'])('is what stands in the way of %s', (artifact) => {
    const cause = { kind: 'directory' };
    const files = { ...ONE, [artifact]: { state: 'blocked', cause } } as never;
    expect(kind({}, files)).toMatchObject({
      action: 'refuse',
      refusal: { kind: 'blocked', path: `${id}/${artifact}.pem`, cause },
    });
  });
});
