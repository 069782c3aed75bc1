/** Which common names can stand on a server or peer, and who a client is that does not say it. */
import { describe, expect, it } from 'vitest';
import { readsAsHost } from '../../src/resolve/host-name.ts';
import { loadManifest } from '../../src/resolve/load.ts';

function load(sections: string) {
  return loadManifest(`version: 1\nauthorities: { root: { commonName: Root } }\n${sections}\n`, 'pki.yaml');
}

/** What is said of a server with these fields. */
function saysOf(fields: object, section = 'servers'): readonly string[] {
  const loaded = load(`${section}: { x: ${JSON.stringify(fields)} }`);
  return (loaded.ok ? loaded.warnings : loaded.diagnostics).map(({ code, message }) => `${code}: ${message}`);
}

const IDENTITIES = [
  'system:node:node-0',
  'system:node:ip-10-0-0-7.ec2.internal',
  'system:kube-scheduler',
  'Jane Doe',
  'Example Org, Inc.',
  'User@example.test',
  'spiffe://example.test/ns/prod',
  'aa:bb:cc:dd:ee:ff',
  'node',
  'münchen',
  '42',
  'v1.2',
  'broker-3.7',
  'a+b',
  'kafka/broker.example.test',
];

const HOSTS = [
  'api.example.test',
  'API.Example.Test',
  'api.example.test.',
  'api..test',
  '-a.example.test',
  '_sip._tcp.example.test',
  'münchen.example.test',
  '*.example.test',
  '*',
  'w*',
  '10.0.0.1',
  '10.0.0.256',
  '10.0.0',
  '*.0.1',
  '10.0.0.0/8',
  '::1',
  '[2001:db8::1]',
  '[2001:db8::1]:443',
  'fe80::1%eth0',
  'api.example.test:8443',
  'api.example.test/login',
];

describe('a common name that is not among the SANs', () => {
  it.each(IDENTITIES)('%s is an identity', (commonName) => {
    expect(readsAsHost(commonName)).toBe(false);
    for (const section of ['servers', 'peers'])
      expect(saysOf({ commonName, san: ['x.example.test'] }, section)).toEqual([]);
  });

  it.each(HOSTS)('%s is a mistake', (commonName) => {
    expect(readsAsHost(commonName)).toBe(true);
    for (const section of ['servers', 'peers'])
      expect(saysOf({ commonName, san: ['x.example.test'] }, section)).toEqual([
        expect.stringMatching(
          /^common-name: common name ".*" of .* is not (among its SANs|a valid host name)/,
        ),
      ]);
  });

  it.each([...IDENTITIES, ...HOSTS])('%s is as good as any for a client', (commonName) => {
    expect(saysOf({ commonName }, 'clients')).toEqual([]);
  });
});

describe('a common name without SANs', () => {
  it.each(['api.example.test', '*.example.test', '10.0.0.1', '::1', 'node'])(
    '%s is the one SAN',
    (commonName) => {
      const loaded = load(`servers: { x: { commonName: "${commonName}" } }`);
      expect(loaded.ok && loaded.inventory.entities[1]?.san.map(({ value }) => value)).toEqual([commonName]);
    },
  );

  it.each(IDENTITIES.filter((name) => name !== 'node'))('%s names no host', (commonName) => {
    expect(saysOf({ commonName })).toEqual([
      expect.stringMatching(
        /^common-name: .* is not a host name, and there is no "san" for clients to check$/,
      ),
    ]);
  });

  it('is not missed where the SANs have a mistake', () => {
    expect(saysOf({ commonName: 'Jane Doe', san: ['a b'] })).toEqual([
      'san: SAN "a b" is more than one name',
    ]);
    expect(saysOf({ commonName: 'a.test', san: ['a b'] })).toEqual(['san: SAN "a b" is more than one name']);
  });
});

it.each([[[]], [['upn:a@example.test']], [['email:a@example.test']]])(
  'SANs without a host (%j) identify no server, whatever its common name',
  (san) => {
    expect(saysOf({ commonName: 'node', san })).toEqual([
      'common-name: server "x" has no name for clients to check: san has no DNS name, IP address or URI',
    ]);
  },
);

it('a URI alone identifies a workload (SPIFFE)', () => {
  const san = ['uri:spiffe://example.test/x'];
  expect(saysOf({ commonName: 'node', san })).toEqual([]);
  expect(saysOf({ san })).toEqual([]);
});

describe('a client that says nothing of who it is', () => {
  const clients = (defaults: string, entry: string) => {
    const loaded = load(`defaults: ${defaults}\nclients: { billing-1: ${entry} }`);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
    const { subject, earlierSubject } = loaded.inventory.entities[1] ?? {};
    const text = (name: typeof subject) => name?.map(({ type, value }) => `${type}=${value}`).join(',');
    return [text(subject), text(earlierSubject)];
  };
  const ORG = '{ subject: { organization: Org, country: SE } }';

  it.each([
    ['{}', '', 'CN=billing-1', undefined],
    ['{}', '{ validity: 30d, trust: [root] }', 'CN=billing-1', undefined],
    [ORG, '', 'C=SE,O=Org,CN=billing-1', 'C=SE,O=Org'],
    [ORG, '{ key: rsa-2048 }', 'C=SE,O=Org,CN=billing-1', 'C=SE,O=Org'],
    [ORG, '{ commonName: b }', 'C=SE,O=Org,CN=b', undefined],
    [ORG, '{ subject: { organizationalUnit: U } }', 'C=SE,O=Org,OU=U', undefined],
    [ORG, '{ subject: {} }', 'C=SE,O=Org', undefined],
    [ORG, '{ san: ["uri:spiffe://example.test/b"] }', 'C=SE,O=Org', undefined],
    ['{}', '{ subject: { organization: O } }', 'O=O', undefined],
  ])('defaults %s, entry %s: %s', (defaults, entry, subject, earlier) => {
    expect(clients(defaults, entry)).toEqual([subject, earlier]);
  });

  it.each(['servers', 'peers'])('%s have no such name: their entry is not where they are', (section) => {
    expect(saysOf({}, section)).not.toEqual([]);
  });
});

describe('two entries with one subject and issuer', () => {
  it.each([
    [
      'servers: { a: { commonName: a.test, san: [a.test] }, b: { commonName: a.test, san: [a.test, b.test] } }',
    ],
    ['clients: { a: { commonName: X }, b: { commonName: x } }'],
    ['defaults: { subject: { organization: O } }\nclients: { a: { subject: {} }, b: { subject: {} } }'],
    ['clients: { a: { commonName: n.test } }\nservers: { b: { commonName: n.test } }'],
  ])('%s: is warned of', (sections) => {
    const loaded = load(sections);
    expect(loaded.ok && loaded.warnings).toMatchObject([{ code: 'subject', severity: 'warning' }]);
  });

  it('once for all that share it', () => {
    const names = Array.from({ length: 50 }, (_, i) => `c${i}: { commonName: X }`).join(', ');
    const loaded = load(`clients: { ${names} }`);
    expect(loaded.ok && loaded.warnings.map(({ message }) => message)).toEqual([
      'client "c1" (and 48 more) has the same subject and issuer as client "c0", so their subjects do not tell them apart',
    ]);
  });

  it.each([
    ['clients: { a: , b: , c: { commonName: d } }'],
    ['defaults: { subject: { organization: O } }\nclients: { a: , b: }'],
    ['clients: { a: { commonName: X, subject: { organization: O } }, b: { commonName: X } }'],
  ])('%s: is not', (sections) => {
    const loaded = load(sections);
    expect(loaded.ok && loaded.warnings).toEqual([]);
  });

  it('of different issuers neither', () => {
    const text =
      'version: 1\nauthorities: { r: { commonName: R }, s: { commonName: S } }\nclients: { a: { issuer: r, commonName: X }, b: { issuer: s, commonName: X } }';
    const loaded = loadManifest(text, 'pki.yaml');
    expect(loaded.ok && loaded.warnings).toEqual([]);
  });
});
