/** A sample of what another engine issues: whose each certificate is, what is wrong with it, and what is missing. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filePath } from '../../../src/pki/files.ts';
import { chainIn, KeyMaker, refusalIn, samplesOf } from '../../../src/run/sample/asked.ts';
import type { SampleCertificate, Samples } from '../../../src/run/sample/certificate.ts';
import { judgeSamples, leavesOf } from '../../../src/run/sample/judge.ts';
import { onlyRequest } from '../../../src/x509/parse.ts';
import { requestContent } from '../../../src/x509/request.ts';
import { aClient, anAuthority, anInventory, aServer, DAY, NOW } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { type SmallCertificate, smallCertificate, smallKey } from '../../helpers/small-certificates.ts';

const ROOT = anAuthority({ name: 'root' });
const [API, WEB] = [aServer({ name: 'api' }), aServer({ name: 'web' })];
const APP = aClient({ name: 'app' });
const ca = smallCertificate('root');
const cert = smallCertificate('api', { issuer: ca, isAuthority: false });

function bench(
  given: {
    readonly leaves?: readonly (typeof API)[];
    readonly now?: number;
    readonly root?: string | null;
  } = {},
) {
  const folder = memoryFolder();
  const path = join(folder, filePath(ROOT, 'cert'));
  mkdirSync(dirname(path), { recursive: true });
  if (given.root !== null) writeFileSync(path, given.root ?? ca.pem);
  const { leaves = [API, WEB], now = NOW } = given;
  return { inventory: anInventory(ROOT, API, WEB, APP), root: folder, leaves, now };
}
const sample = (
  from: string,
  one: SmallCertificate,
  more: Partial<SampleCertificate> = {},
): SampleCertificate => ({
  from,
  chain: [one.der],
  ...more,
});
const samples = (...certificates: readonly SampleCertificate[]): Samples => ({ certificates, missing: [] });
const judged = (from: string, given: Partial<SampleCertificate> = {}, leaves?: readonly (typeof API)[]) => {
  const found = judgeSamples(
    samples(sample(from, cert, given)),
    bench(leaves === undefined ? {} : { leaves }),
  );
  return [
    ...found.judged.map(({ entity }) => entity),
    ...found.ambiguous.map(({ entities }) => entities.join()),
  ];
};

describe('a certificate is that of the entity', () => {
  it.each<[string, Partial<SampleCertificate>, string]>([
    ['x', { entity: API.id }, API.id],
    ['servers/web/cert.pem', { entity: API.id }, API.id],
    ['servers/web/cert.pem', {}, WEB.id],
    ['deep/below/servers/web/tls.crt', {}, WEB.id],
    ['servers.web.cert.pem', {}, WEB.id],
    ['any/servers-web.pem', {}, WEB.id],
    // Nothing says whose it is, and it breaks as much of each.
    ['servers/website/cert.pem', {}, `${API.id},${WEB.id}`],
    ['servers-website.pem', {}, `${API.id},${WEB.id}`],
    ['web/servers/cert.pem', {}, `${API.id},${WEB.id}`],
    ['servers/web', {}, WEB.id],
  ])('by the name %s and %j: %s', (from, given, expected) => expect(judged(from, given)).toEqual([expected]));

  it('that is the only one, or of which it breaks least', () => {
    expect(judged('x', {}, [WEB])).toEqual([WEB.id]);
    expect(judged('x', {}, [])).toEqual([]);
    const rsa = aServer({ name: 'api', key: { algorithm: 'rsa', size: 2048 } });
    const ed = aServer({ name: 'web', key: { algorithm: 'ed25519' } });
    expect(judged('x', {}, [rsa, ed])).toEqual([ed.id]);
    expect(judged('x', {}, [ed, rsa])).toEqual([ed.id]);
  });
});

describe('a certificate is judged', () => {
  const faults = (field: string, one: SmallCertificate, given: Parameters<typeof bench>[0] = {}) => {
    const { judged: all } = judgeSamples(samples(sample('x', one, { entity: API.id })), bench(given));
    return all[0]?.judgements.find((judgement) => judgement.field === field)?.breaches;
  };
  const foreign = smallCertificate('api', {
    issuer: { common: 'root', key: smallKey() },
    isAuthority: false,
  });

  it.each([
    [NOW - 1, [{ kind: 'not-yet-valid', notBefore: NOW }]],
    [NOW, []],
    [NOW + DAY, []],
    [NOW + DAY + 1, [{ kind: 'expired', notAfter: NOW + DAY }]],
  ])('by its dates, at %i', (now, breaches) => expect(faults('dates', cert, { now })).toEqual(breaches));

  it('by the key that its authority has here', () => {
    expect(faults('issuer', cert)).toEqual([]);
    expect(faults('issuer', foreign)).toEqual([{ kind: 'foreign-issuer', issuer: ROOT.id }]);
    for (const root of [null, 'no certificate'])
      expect(() => faults('issuer', cert, { root })).toThrow(/root/);
  });

  it('by the root that an authority of someone else is trusted by', () => {
    const anchored = anAuthority({
      name: 'root',
      keyPlace: { kind: 'anchor', path: 'r.pem', certificates: [ca.pem] },
    });
    const of = (one: SmallCertificate) => {
      const inventory = anInventory(anchored, API);
      const given = { ...bench({ root: null }), inventory };
      const { judged: all } = judgeSamples(samples(sample('x', one, { entity: API.id })), given);
      return all[0]?.judgements.find(({ field }) => field === 'issuer')?.breaches;
    };
    expect([of(cert), of(foreign)]).toEqual([[], [{ kind: 'unrooted', issuer: ROOT.id }]]);
  });
});

it('what was asked for and did not come is missing, and what was not asked for is said', () => {
  const missing = [{ entity: WEB.id, from: 'servers/web', detail: 'no' }];
  const found = judgeSamples({ certificates: [], missing }, bench());
  expect(found).toEqual({ judged: [], ambiguous: [], missing, unsampled: [API.id], ok: false });
  expect(judgeSamples(samples(), bench())).toMatchObject({ unsampled: [API.id, WEB.id], ok: true });
  const one = judgeSamples(samples(sample('x', cert, { entity: API.id })), bench());
  expect(one).toMatchObject({ unsampled: [WEB.id], ok: false, judged: [{ from: 'x', ok: false }] });
});

it('all that are issued are leaves', () => {
  expect(leavesOf(anInventory(ROOT, API, APP)).map(({ id }) => id)).toEqual([API.id, APP.id]);
});

describe('an answer', () => {
  it('has its certificates in order, leaf first, in one text or several', () => {
    expect(chainIn([cert.pem, ca.pem])).toEqual({ chain: [cert.der, ca.der].map((der) => Buffer.from(der)) });
    expect(chainIn([cert.pem + ca.pem, 5, null])).toEqual(chainIn([cert.pem, ca.pem]));
    for (const none of [[], [5], ['text']])
      expect(chainIn(none)).toEqual({ detail: 'it answers without a certificate' });
    const broken = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n';
    expect(chainIn([broken])).toEqual({ detail: 'it answers with a certificate that cannot be read' });
  });

  it.each<[number, unknown, string]>([
    [403, { errors: ['no', 'never'] }, 'it answers with 403: no; never'],
    [401, { message: ' sorry\n' }, 'it answers with 401: sorry'],
    [500, { errors: [], message: 'x' }, 'it answers with 500'],
    [500, { message: '' }, 'it answers with 500'],
    [500, { message: 5 }, 'it answers with 500'],
    [502, null, 'it answers with 502'],
    [502, 'text', 'it answers with 502'],
  ])('of %i with %j', (status, body, text) => expect(refusalIn(status, body)).toBe(text));

  it('is one to judge, or one that is missing', () => {
    const came = { entity: API.id, from: 'a', chain: [cert.der] as const };
    const none = { entity: WEB.id, from: 'b', detail: 'no' };
    expect(samplesOf([none, came])).toEqual({ certificates: [came], missing: [none] });
  });
});

it('entities of one kind of key ask with one, each for its own names', async () => {
  const maker = new KeyMaker();
  const ed = { key: { algorithm: 'ed25519' } } as const;
  const [one, two] = [
    await maker.requestFor(aServer({ name: 'api', ...ed })),
    await maker.requestFor(aServer({ name: 'web', ...ed })),
  ];
  const other = await maker.requestFor(aServer({ name: 'ec' }));
  expect([two.keyId === one.keyId, other.keyId === one.keyId]).toEqual([true, false]);
  const content = requestContent(onlyRequest(Buffer.from(two.csr)));
  expect(content).toMatchObject({ spec: 'ed25519', signatureFits: true, key: { keyId: two.keyId } });
  expect(content.subject).toEqual([{ type: 'CN', value: 'web.example.test' }]);
});
