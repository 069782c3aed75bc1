/** What stands behind a certificate from elsewhere: whether it leads to a root of its issuer, and when that way ends. */
import { describe, expect, it } from 'vitest';
import { behindOf, isSignedBy, leadsToRoot, presentedOf } from '../../../src/store/observe/presented.ts';
import { sha256 } from '../../../src/x509/public-key.ts';
import { trustAnchor } from '../../../src/x509/trust-anchor.ts';
import { anAuthority, aServer, DAY, NOW, present } from '../../helpers/entities.ts';
import { type SmallCertificate, smallCertificate, smallKey } from '../../helpers/small-certificates.ts';

const ROOT = smallCertificate('root', { days: 90 });
const UPPER = smallCertificate('upper', { issuer: ROOT, days: 50 });
const LOWER = smallCertificate('lower', { issuer: UPPER, days: 60 });
const LEAF = smallCertificate('leaf', { issuer: LOWER, isAuthority: false });
const DIRECT = smallCertificate('direct', { issuer: ROOT, isAuthority: false });
/** Of the same name, by another key. */
const DOUBLE = smallCertificate('lower', { issuer: UPPER });
/** Signs, and may not. */
const NO_AUTHORITY = smallCertificate('lower', { issuer: UPPER, key: LOWER.key, isAuthority: false });
const OTHER = smallCertificate('other');
/** The root as another signed it. */
const CROSSED = smallCertificate('root', { issuer: OTHER, key: ROOT.key });
const BROKEN = Buffer.from('3003020101', 'hex');

const anchor = (...certificates: readonly SmallCertificate[]) =>
  anAuthority({
    name: 'theirs',
    keyPlace: { kind: 'anchor', path: 'a.pem', certificates: certificates.map(({ pem }) => pem) },
  });
const leads = (leaf: SmallCertificate, others: readonly SmallCertificate[], roots = [ROOT]): boolean =>
  leadsToRoot(
    leaf.der,
    others.map(({ der }) => der),
    anchor(...roots),
  );

describe('a certificate leads to a root', () => {
  it.each<[string, boolean, boolean]>([
    ['that signed it', leads(DIRECT, []), true],
    ['by what stands behind it', leads(LEAF, [LOWER, UPPER]), true],
    ['in whatever order', leads(LEAF, [UPPER, LOWER]), true],
    ['past what does not belong there', leads(LEAF, [OTHER, DOUBLE, LOWER, UPPER]), true],
    ['of several', leads(DIRECT, [], [OTHER, ROOT]), true],
    ['that stands behind it as well', leads(LEAF, [LOWER, UPPER, ROOT]), true],
    ['not where one between is missing', leads(LEAF, [LOWER]), false],
    ['not where another key has that name', leads(LEAF, [DOUBLE, UPPER]), false],
    ['not by one that is no authority', leads(LEAF, [NO_AUTHORITY, UPPER]), false],
    ['not to another', leads(LEAF, [LOWER, UPPER], [OTHER]), false],
    ['not to one that another signed', leads(DIRECT, [], [CROSSED]), false],
    ['not where there is none', leads(DIRECT, [], []), false],
    ['not in a circle', leads(OTHER, [OTHER], [ROOT]), false],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));

  it('which only an anchor names, and only what can be read leads to', () => {
    expect(leadsToRoot(DIRECT.der, [], undefined)).toBe(false);
    expect(leadsToRoot(DIRECT.der, [], anAuthority({ name: 'own' }))).toBe(false);
    expect(leadsToRoot(BROKEN, [], anchor(ROOT))).toBe(false);
    expect(leadsToRoot(LEAF.der, [BROKEN, LOWER.der, UPPER.der], anchor(ROOT))).toBe(true);
  });
});

it('is signed by a key and in a name, both', () => {
  const signed = (below: Buffer, above: Buffer): boolean => isSignedBy(below, above);
  const renamed = smallCertificate('renamed', { key: LOWER.key });
  expect([
    signed(LEAF.der, LOWER.der),
    signed(LEAF.der, DOUBLE.der),
    signed(LEAF.der, renamed.der),
    signed(LEAF.der, UPPER.der),
    signed(BROKEN, LOWER.der),
    signed(LEAF.der, BROKEN),
  ]).toEqual([true, false, false, false, false, false]);
});

describe('what is seen of a file', () => {
  const THEIRS = anchor(ROOT);
  const ENTITY = { ...aServer({ name: 'leaf', issuer: THEIRS.id }), elsewhere: true } as const;
  const seen = (
    certificates: readonly SmallCertificate[],
    entity: Parameters<typeof presentedOf>[0] = ENTITY,
  ) =>
    presentedOf(
      entity,
      present(Buffer.from(certificates.map(({ pem }) => pem).join(''))),
      new Map([[THEIRS.id, THEIRS]]),
    );

  it('is what stands behind, the root, and the first end on the way to that', () => {
    expect(seen([LEAF, LOWER, UPPER])).toEqual({
      presented: {
        certificates: [sha256(LOWER.der), sha256(UPPER.der)],
        root: sha256(ROOT.der),
        notAfter: NOW + 50 * DAY,
      },
    });
    expect(seen([DIRECT]).presented).toEqual({
      certificates: [],
      root: sha256(ROOT.der),
      notAfter: NOW + 90 * DAY,
    });
  });

  it('is no root and no end where there is no way', () => {
    expect(seen([LEAF, UPPER]).presented).toEqual({
      certificates: [sha256(UPPER.der)],
      root: null,
      notAfter: null,
    });
    expect(presentedOf(ENTITY, present(Buffer.from(DIRECT.pem)), new Map()).presented?.root).toBeNull();
  });

  it('is nothing of what is issued here, of a root, or of a file that is not there', () => {
    const here = aServer({ name: 'leaf', issuer: THEIRS.id });
    expect(seen([LEAF], here)).toEqual({});
    expect(seen([LEAF], { ...anAuthority({ name: 'x' }), elsewhere: true } as never)).toEqual({});
    expect(seen([])).toEqual({});
    expect(presentedOf(ENTITY, { state: 'missing' }, new Map([[THEIRS.id, THEIRS]]))).toEqual({});
  });
});

it('what stands behind a certificate of ours is read as what is trusted', () => {
  const ours = aServer({ name: 'leaf' });
  const behind = (text: string, entity: Parameters<typeof behindOf>[0] = ours) =>
    behindOf(entity, present(Buffer.from(text)));
  const csr = '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n';
  const trusted = UPPER.pem.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE');
  const [lower, upper] = [trustAnchor(LOWER.der), trustAnchor(UPPER.der)];
  expect([behind(LEAF.pem), behind(LEAF.pem + csr), behind('')]).toEqual([{}, {}, {}]);
  expect(behind(LEAF.pem + LOWER.pem)).toEqual({ behind: [lower] });
  expect(behind(`${LEAF.pem}and\n${csr}${LOWER.pem}${UPPER.pem}`)).toEqual({ behind: [lower, upper] });
  expect(behind(`${LEAF.pem}${trusted}`)).toEqual({ behind: [upper] });
  const halved = LOWER.pem.slice(0, 60);
  expect(behind(`${LEAF.pem}${UPPER.pem}${halved}`)).toEqual({ behind: [upper] });
  expect(behind(LEAF.pem + LOWER.pem, { ...ours, elsewhere: true })).toEqual({});
  expect(behindOf(ours, { state: 'missing' })).toEqual({});
});

it('a key of no use to anything here has signed nothing', () => {
  const odd = smallCertificate('lower', { issuer: UPPER, key: { ...smallKey(), spki: oddSpki() } });
  expect(isSignedBy(LEAF.der, odd.der)).toBe(false);
});

/** Of an algorithm without a name. */
function oddSpki(): Buffer {
  return Buffer.from('300a300506032a03040301 00'.replace(' ', ''), 'hex');
}
