/** Which extensions a manifest can say, one by one: what it cannot say is lost by the next certificate, and named. */
import { describe, expect, it } from 'vitest';
import { ExtensionReader } from '../../src/adopt/extensions.ts';
import type { PlacedPair } from '../../src/adopt/hierarchy.ts';
import { hostNames } from '../../src/adopt/names.ts';
import type { CertificateFacts } from '../../src/x509/facts.ts';
import {
  anAuthority,
  aServer,
  type Changes,
  certificateFor,
  changed,
  critical,
  DAY,
  keyFacts,
  NOW,
  uncritical,
} from '../helpers/entities.ts';

const ISSUANCE = { notBefore: NOW, notAfter: NOW + 90 * DAY - 1, cappedBy: null, subjectKeyId: null };
const CA = certificateFor(anAuthority(), keyFacts('ca'), ISSUANCE, null, '01');
const API = certificateFor(aServer(), keyFacts('api'), ISSUANCE, CA, '02');

type Section = PlacedPair['section'];

function place(facts: CertificateFacts, section: Section, issuer: PlacedPair | null = null): PlacedPair {
  return {
    ...{ cert: { facts, der: new Uint8Array() }, certPath: 'c', key: keyFacts('k'), keyPath: 'k' },
    ...{ section, issuer, notes: [] },
  };
}

/** Of a certificate with these extensions besides its own; below an authority, unless it is one. */
function lost(extensions: object, section: Section, unknown: CertificateFacts['unknown'] = []) {
  const isAuthority = section === 'authorities';
  const facts = changed(isAuthority ? CA : API, { extensions, unknown } as Changes);
  const above = place(CA, 'authorities');
  const pair = place(facts, section, isAuthority ? null : above);
  return new ExtensionReader([above, pair]).lostOf(pair);
}

const URL = 'uri:http://a.test/';
const LISTS = { crlDistributionPoints: uncritical([[URL]]) };
const access = (...methods: readonly ('ocsp' | 'caIssuers')[]) => ({
  authorityInfoAccess: uncritical(methods.map((method) => ({ method, name: URL }))),
});
const policy = (text: string) => ({
  certificatePolicies: uncritical([{ oid: '1.2.3', qualifiers: [{ kind: 'notice', text }] }]),
});
const STAPLE = { mustStaple: uncritical([5]) };
const RESPONDER = { ocspNoCheck: uncritical(true), extendedKeyUsage: uncritical(['OCSPSigning']) };

describe('an extension', () => {
  it.each<[what: string, Section, extensions: object, oids: readonly string[]]>([
    ['policies', 'servers', policy('For tests'), []],
    ['policies with more than a manifest may say', 'servers', policy('x'.repeat(201)), ['2.5.29.32']],
    [
      'a demand for policies',
      'authorities',
      { policyConstraints: critical({ requireExplicitPolicy: 1, inhibitPolicyMapping: null }) },
      [],
    ],
    [
      'the same that demands nothing of verifiers',
      'authorities',
      { policyConstraints: uncritical({ requireExplicitPolicy: 1, inhibitPolicyMapping: null }) },
      ['2.5.29.36'],
    ],
    [
      'a demand for policies in a server',
      'servers',
      { policyConstraints: critical({ requireExplicitPolicy: 1, inhibitPolicyMapping: null }) },
      ['2.5.29.36'],
    ],
    ['what is no policy', 'authorities', { inhibitAnyPolicy: critical(0) }, []],
    [
      'the same for longer chains than there are',
      'authorities',
      { inhibitAnyPolicy: critical(101) },
      ['2.5.29.54'],
    ],
    ['a demand for staples', 'servers', { ...access('ocsp'), ...STAPLE }, []],
    ['the same without a responder', 'servers', STAPLE, ['1.3.6.1.5.5.7.1.24']],
    ['the same of a client', 'clients', { ...access('ocsp'), ...STAPLE }, ['1.3.6.1.5.5.7.1.24']],
    ['a responder that is not checked', 'certificates', RESPONDER, []],
    ['a server that is not checked', 'servers', RESPONDER, ['1.3.6.1.5.5.7.48.1.5']],
    ['where lists are', 'servers', LISTS, []],
    ['where lists are, of a root that nothing signed', 'authorities', LISTS, ['2.5.29.31']],
    ['where its issuer and a responder are', 'servers', access('ocsp', 'caIssuers'), []],
    ['the same of a root', 'authorities', access('caIssuers'), ['1.3.6.1.5.5.7.1.1']],
    [
      'names that are permitted',
      'authorities',
      { nameConstraints: critical({ permitted: ['dns:a.test'], excluded: [] }) },
      [],
    ],
    [
      'names that no manifest can permit',
      'authorities',
      { nameConstraints: critical({ permitted: ['dns:..'], excluded: [] }) },
      ['2.5.29.30'],
    ],
  ])('%s, of %s', (_, section, extensions, oids) => expect(lost(extensions, section)).toEqual(oids));

  it('that has no name is lost where it may not be stated, behind those that have one', () => {
    const own = (oid: string, isCritical: boolean) => ({ oid, critical: isCritical, hex: '0500' });
    expect(lost({}, 'servers', [own('1.2.3.4', false)])).toEqual([]);
    expect(lost({}, 'certificates', [own('1.2.3.4', true)])).toEqual([]);
    expect(
      lost({ inhibitAnyPolicy: critical(0) }, 'servers', [own('1.2.3.4', true), own('1.2.3.5', false)]),
    ).toEqual(['2.5.29.54', '1.2.3.4']);
  });

  it('about where its issuer publishes is lost for each of the two that others have not', () => {
    const above = place(CA, 'authorities');
    const at = (...methods: readonly ('ocsp' | 'caIssuers')[]) =>
      place(changed(API, { extensions: access(...methods) } as Changes), 'servers', above);
    const [both, ocsp] = [at('ocsp', 'caIssuers'), at('ocsp')];
    const reader = new ExtensionReader([above, both, ocsp]);
    expect([reader.lostOf(both), reader.lostOf(ocsp)]).toEqual([['1.3.6.1.5.5.7.1.1'], []]);
  });
});

describe('the demand for policies of an authority', () => {
  const own = (isPolicy: boolean, after: number | null) => ({
    ...(isPolicy ? policy('For tests') : {}),
    ...(after === null
      ? {}
      : { policyConstraints: critical({ requireExplicitPolicy: after, inhibitPolicyMapping: null }) }),
  });
  const on = (facts: CertificateFacts, section: Section, issuer: PlacedPair | null, extensions: object) =>
    place(changed(facts, { extensions } as Changes), section, issuer);

  it.each<[string, root: object, upper: object, lower: object, leaf: object, stated: readonly boolean[]]>([
    ['is met', {}, own(true, 0), own(true, null), own(true, null), [false, true, false]],
    ['of a root is asked by no verifier', own(false, 0), {}, {}, {}, [true, false, false]],
    ['the leaf does not meet', {}, own(true, 0), own(true, 0), own(false, null), [false, false, false]],
    ['it does not meet itself', {}, own(false, 0), own(true, 0), own(true, null), [false, false, false]],
    ['begins one below', {}, {}, own(true, 1), own(false, null), [false, false, false]],
    ['begins two below, where nothing is', {}, {}, own(true, 2), own(false, null), [false, false, true]],
  ])('%s', (_, inRoot, inUpper, inLower, inLeaf, stated) => {
    const root = on(CA, 'authorities', null, inRoot);
    const upper = on(CA, 'authorities', root, inUpper);
    const lower = on(CA, 'authorities', upper, inLower);
    const leaf = on(API, 'servers', lower, inLeaf);
    const reader = new ExtensionReader([root, upper, lower, leaf]);
    const isStated = (pair: PlacedPair) => reader.settingsOf(pair).policyConstraints !== undefined;
    expect([root, upper, lower].map(isStated)).toEqual(stated);
  });
});

it('names of hosts are those of DNS and addresses', () => {
  const named = (...names: readonly string[]) =>
    hostNames(changed(API, { extensions: { subjectAltName: uncritical(names) } } as Changes));
  expect(named('email:a@b.test', 'dns:a.test', 'uri:dns:x', 'ip:::1', 'dns:')).toEqual(['a.test', '::1']);
  expect(named()).toEqual([]);
});
