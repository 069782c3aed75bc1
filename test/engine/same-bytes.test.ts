/**
 * Given the same key, serial number, dates and names, node makes what openssl makes, to the octet: over every field, kind
 * of key and shape of hierarchy, with every openssl that there is.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REASON_WORDS } from '../../src/manifest/revoked.ts';
import type { Entity, Inventory } from '../../src/pki/entity.ts';
import type { KeySpec } from '../../src/pki/key-spec.ts';
import { PADDINGS, SIGNING_DIGESTS } from '../../src/pki/signing.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { filesBeside } from '../../src/store/beside.ts';
import {
  aClient,
  anAuthority,
  anInventory,
  aPeer,
  aServer,
  DAY,
  dns,
  email,
  ip,
  NOW,
  uri,
} from '../helpers/entities.ts';
import { EVERYTHING, fewer, someOf } from '../helpers/everything.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { INVENTORY, withPossibleOutputs } from '../helpers/inventories.ts';
import { OPENSSL_MATRIX, selfSigned } from '../helpers/openssl.ts';
import { twinsOf } from './twin.ts';

const work = memoryFolder();
let folders = 0;

const KEYS: readonly KeySpec[] = [
  { algorithm: 'rsa', size: 2048 },
  { algorithm: 'rsa', size: 2056 },
  { algorithm: 'rsa-pss', size: 2048 },
  { algorithm: 'ecdsa', curve: 'P-256' },
  { algorithm: 'ecdsa', curve: 'P-384' },
  { algorithm: 'ecdsa', curve: 'P-521' },
  { algorithm: 'ed25519' },
  { algorithm: 'ed448' },
];

const fresh = (): string => join(work, `${folders++}`);

async function expectTwins(
  binary: string,
  inventory: Inventory,
  root = fresh(),
  options: Parameters<typeof twinsOf>[3] = { now: NOW },
): Promise<number> {
  const { twins, execution } = await twinsOf(binary, root, inventory, options);
  expect(execution.failures).toEqual([]);
  for (const { what, openssl, node } of twins) expect(node, what).toBe(openssl);
  return twins.length;
}

function manifestOf(path: string): Inventory {
  const loaded = loadManifest(readFileSync(path, 'utf8'), path, filesBeside(dirname(path)));
  if (!loaded.ok) throw new Error(`${path} is no manifest`);
  return loaded.inventory;
}

/** Keys under a passphrase or on a token, and files under a password, are made in one way, whatever the engine. */
function isMadeByBoth({ passphrase, token, seals }: Entity): boolean {
  return (passphrase ?? token ?? seals) === undefined;
}

const repository = join(import.meta.dirname, '..', '..');
const manifests = ['pki.example.yaml', 'examples']
  .flatMap((place) =>
    place.endsWith('.yaml')
      ? [place]
      : readdirSync(join(repository, place), { recursive: true, encoding: 'utf8' })
          .filter((path) => path.endsWith('.yaml') && !path.includes('node_modules'))
          .map((path) => join(place, path)),
  )
  .sort()
  .filter((path) => manifestOf(join(repository, path)).entities.every(isMadeByBoth));

/** Every kind of name, in every order that a manifest can give, and what openssl could take for syntax. */
const NAMES: readonly Entity[] = [
  aServer({
    name: 'names',
    subject: [
      { type: 'C', value: 'SE' },
      { type: 'ST', value: 'Västra Götaland' },
      { type: 'L', value: '名古屋' },
      { type: 'O', value: '$ENV::HOME #1; "x" \\ `y` \'z\'' },
      { type: 'OU', value: ' spaced, = + / ' },
      { type: 'CN', value: 'x'.repeat(64) },
    ],
    san: [
      dns('api.example.test'),
      dns('*.example.test'),
      ip('127.0.0.1'),
      ip('2001:db8::1'),
      ip('::ffff:10.0.0.1'),
      uri('spiffe://example.test/a,b;c#d'),
      email('ops@example.test'),
    ],
  }),
  aServer({
    name: 'other-names',
    san: [
      uri('spiffe://example.test/api'),
      { kind: 'upn', value: 'zoë@example.test' },
      { kind: 'otherName', value: '1.2.3;utf8:$ENV::HOME, #1' },
      { kind: 'otherName', value: '1.2.3;ia5:x' },
      { kind: 'otherName', value: '1.2.3;der:0500' },
      { kind: 'dirName', value: 'OU=dev+CN=名古屋\\, x,O=Acme,C=SE,DC=example,DC=org' },
      { kind: 'registeredID', value: '1.2.3.4.5' },
    ],
  }),
  aClient({
    name: 'attributes',
    subject: [
      { type: 'DC', value: 'org' },
      { type: 'DC', value: 'example' },
      { type: 'C', value: 'SE' },
      { type: 'postalCode', value: '753 20' },
      { type: 'street', value: 'Gatan 1, $ENV::HOME' },
      { type: 'O', value: 'One' },
      { type: 'O', value: 'Two' },
      { type: '2.5.4.97', value: 'VATSE-556' },
      { type: '2.5.4.46', value: 'qualifier' },
      { type: '2.5.4.98', value: 'SWE' },
      { type: '2.5.4.65', value: 'Zoë' },
      { type: '0.9.2342.19200300.100.1.3', value: 'a@example.test' },
      { type: '1.3.6.1.4.1.311.60.2.1.3', value: 'SE' },
      { type: '1.2.3.4', value: 'x, y #1' },
      { type: 'title', value: 'Dr' },
      { type: 'SN', value: 'Åse' },
      { type: 'GN', value: 'Zoë' },
      { type: 'serialNumber', value: '42' },
      { type: 'CN', value: 'zoe' },
      { type: 'OU', value: 'dev', joined: true },
      { type: '2.999.1', value: 'b+c=d', joined: true },
      { type: 'UID', value: 'zoe' },
      { type: 'emailAddress', value: 'zoe@example.test' },
    ],
    exactSubject: true,
  }),
  anAuthority({ name: 'of-an-organization', subject: [{ type: 'O', value: 'Acme' }] }),
  aServer({ name: 'nameless', subject: [], san: [uri('spiffe://example.test/nameless')] }),
  anAuthority({
    name: 'with-san',
    san: [uri('https://ca.example.test/'), { kind: 'upn', value: 'ca@example.test' }],
  }),
  aClient({ name: 'no-san', san: [] }),
  aClient({ name: 'many', san: Array.from({ length: 3000 }, (_, i) => dns(`host-${i}.long.example.test`)) }),
  // Lengths around the limits of one and two octets of a DER length.
  ...[
    100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 120, 228, 229, 230, 231, 232, 233, 234, 235, 236,
  ].map((length) => aClient({ name: `of-${length}`, san: [uri(`u:${'x'.repeat(length)}`)] })),
];

const CROSS_SIGNED = `version: 1
authorities:
  root: { commonName: Root, pathLength: 3, crossSignedBy: [partner, other] }
  partner: { commonName: Partner, key: rsa-2048, digest: sha512, signature: rsa-pss, crl: { url: "http://p.test/crl" } }
  other: { commonName: Other, key: ed25519 }
  corp: { certificate: corp.pem, crossSignedBy: [partner, other] }
servers: { api: { issuer: root, commonName: api.example.test, preferredChain: other } }
`;

describe.each(OPENSSL_MATRIX)('node makes what %s makes', (binary) => {
  // What the others make of examples is a matter of their fields, which the cases below have.
  it.each(EVERYTHING || binary === OPENSSL_MATRIX[0] ? someOf(manifests) : manifests.slice(0, 1))(
    'for %s',
    async (path) => {
      expect(await expectTwins(binary, manifestOf(join(repository, path)))).toBeGreaterThan(10);
    },
  );

  it('for an authority that others sign as well', async () => {
    const bytes = Buffer.from(selfSigned('/C=DE/O=Corp/CN=Corp Root').cert);
    const loaded = loadManifest(CROSS_SIGNED, 'pki.yaml', { allowed: [], read: () => ({ ok: true, bytes }) });
    if (!loaded.ok) throw new Error('it is no manifest');
    expect(await expectTwins(binary, loaded.inventory)).toBeGreaterThan(6);
  });

  it('for every kind of key, at every place in a hierarchy', async () => {
    for (const key of KEYS) {
      const root = anAuthority({ key });
      const middle = anAuthority({ name: 'middle', issuer: root.id, trust: [root.id], key, pathLength: 0 });
      const leaves = [aServer, aClient, aPeer].map((make) =>
        make({ issuer: middle.id, key, san: [dns('x.example.test')], outputs: ['key', 'cert', 'public'] }),
      );
      await expectTwins(binary, anInventory(root, middle, ...leaves));
    }
  });

  it('for every path length, and every pair of a signing and a signed kind of key', async () => {
    const limits = [null, 0, 1, 5, 127, 128, 300];
    const roots = limits.map((pathLength, i) =>
      anAuthority({ name: `limit${i}`, pathLength, trust: [`authorities/limit${i}`] }),
    );
    const signers = KEYS.filter(({ algorithm }) => algorithm !== 'rsa').map((key, i) =>
      anAuthority({ name: `by${i}`, key, trust: [`authorities/by${i}`] }),
    );
    const leaves = signers.flatMap(({ id, name }) =>
      KEYS.filter((key) => key.algorithm !== 'rsa').map((key, i) =>
        aServer({ name: `${name}-${i}`, issuer: id, key }),
      ),
    );
    await expectTwins(binary, anInventory(anAuthority(), ...roots, ...signers, ...leaves));
  });

  it('for every name', async () => {
    await expectTwins(binary, anInventory(anAuthority(), ...NAMES));
  });

  it('for every digest, and both ways in which RSA keys sign', async () => {
    const keys: readonly KeySpec[] = [
      { algorithm: 'rsa', size: 2048 },
      { algorithm: 'ecdsa', curve: 'P-256' },
    ];
    const entities = keys.flatMap((key) =>
      SIGNING_DIGESTS.flatMap((digest) =>
        PADDINGS.flatMap((padding) => {
          const signing = { digest, padding };
          const name = `${key.algorithm}-${digest}-${padding}`;
          const root = anAuthority({ name, key, trust: [`authorities/${name}`], signing });
          return [root, aServer({ name, issuer: root.id, trust: [root.id], signing })];
        }),
      ),
    );
    await expectTwins(binary, anInventory(...entities));
  });

  it('for policies, what an authority publishes, and private extensions', async () => {
    const list = (name: string): readonly string[] => [
      `http://pki.test/${name}`,
      'http://mirror.test/a,b;c@d$e',
    ];
    const locations = { crl: list('a.crl'), ocsp: list(''), caIssuers: list('a.cer') };
    const policies = [
      { oid: '1.3.6.1.4.1.99999.1', qualifiers: [] },
      {
        oid: '2.25.329800735698586629295641978511506172918',
        qualifiers: [
          { kind: 'cps', text: 'https://pki.test/cps?a,b' },
          { kind: 'notice', text: 'UTF8:für "alle", @policy1' },
        ],
      },
    ] as const;
    const root = anAuthority({ policies });
    const middle = anAuthority({
      name: 'middle',
      issuer: root.id,
      trust: [root.id],
      policies,
      policyConstraints: { requireExplicitPolicy: 0, inhibitPolicyMapping: 3 },
      inhibitAnyPolicy: 200,
      locations,
    });
    const extensions = [
      { oid: '1.3.6.1.4.1.99999.7', critical: false, der: '0c077261636b203132' },
      { oid: '1.3.6.1.4.1.99999.8', critical: false, der: '0500' },
      {
        oid: '2.25.329800735698586629295641978511506172918',
        critical: false,
        der: `0482ffff${'ab'.repeat(65535)}`,
      },
    ];
    const leaf = { issuer: middle.id, policies, locations, extensions };
    const one = { ...leaf, locations: { crl: [], ocsp: ['http://o.test'], caIssuers: [] } };
    await expectTwins(
      binary,
      anInventory(root, middle, aServer({ ...leaf, mustStaple: true }), aClient(one)),
    );
  });

  it.each([
    ['before 1970', -DAY * 300],
    ['around 2000', Date.UTC(1999, 11, 31, 23, 59, 59) / 1000],
    ['in a leap year', Date.UTC(2028, 1, 29, 12) / 1000],
    ['at the last second of UTCTime', Date.UTC(2049, 11, 31, 23, 59, 59) / 1000],
    ['at the first of GeneralizedTime', Date.UTC(2050, 0, 1) / 1000],
    ['for a hundred years', NOW],
  ])('for dates %s', async (_, now) => {
    const long = now === NOW ? 36_500 : 900;
    const root = anAuthority({ validity: long * DAY, backdate: 0 });
    const leaf = aServer({ validity: 1 + DAY, backdate: 0 });
    await expectTwins(binary, anInventory(root, leaf), fresh(), { now });
  });

  it('for a renewal, new names, a new key below, and a new key of a root that vouches for it', async () => {
    const root = fresh();
    const authority = anAuthority();
    const inventory = anInventory(authority, aServer(), aClient());
    await expectTwins(binary, inventory, root);
    const later = { now: NOW + 80 * DAY };
    expect(await expectTwins(binary, inventory, root, later)).toBeGreaterThan(5);
    const renamed = anInventory(
      authority,
      aServer({ san: [dns('other.example.test')] }),
      aClient({ key: { algorithm: 'ed25519' } }),
    );
    await expectTwins(binary, renamed, root, { now: later.now + 1 });
    const rolled = await twinsOf(binary, root, renamed, {
      now: later.now + 2,
      rekey: new Set([authority.id]),
    });
    expect(rolled.execution.failures).toEqual([]);
    expect(rolled.twins.filter(({ what }) => what === `sign ${authority.id}`)).toHaveLength(2);
    for (const { what, openssl, node } of rolled.twins) expect(node, what).toBe(openssl);
  });

  it('for revocation lists of every kind of key, with every reason', async () => {
    const list = { validity: 30 * DAY, renewBefore: { kind: 'share', share: 1 / 3 } } as const;
    const revokes = [...REASON_WORDS, null].map((reason, i) => ({
      // With the highest bit set, and of one octet: where serial numbers are encoded and sorted differently.
      serial: i === 0 ? 'ff' : `${(i * 23).toString(16).padStart(2, '0')}${'00'.repeat(i)}`,
      reason: reason === 'unspecified' ? null : reason,
      at: NOW - i * DAY,
    }));
    const authorities = KEYS.map((key, i) =>
      anAuthority({ name: `list-${i}`, key, crl: { url: [], list }, ...(i % 2 === 0 ? { revokes } : {}) }),
    );
    const signed = PADDINGS.map((signature, i) =>
      anAuthority({
        name: `signs-${i}`,
        key: { algorithm: 'rsa', size: 2048 },
        digest: 'sha512',
        signature,
        signing: { digest: 'sha512', padding: signature },
        crl: { url: [], list },
      }),
    );
    const root = fresh();
    const made = await expectTwins(binary, anInventory(...authorities, ...signed), root);
    expect(made).toBeGreaterThan(5 * authorities.length);
    // The next one, of another year's form, without a new certificate.
    await expectTwins(binary, anInventory(...authorities), root, { now: Date.UTC(2049, 11, 20) / 1000 });
  });

  it('for any inventory', async () => {
    const usual = fewer(binary === OPENSSL_MATRIX[0] ? 8 : 3);
    const samples = fc.sample(INVENTORY, { numRuns: EVERYTHING ? 25 : usual, seed: 20261123 });
    for (const inventory of samples) await expectTwins(binary, fewPrimes(inventory));
  });
});

/** RSA keys below the first are made EC ones: primes take longer than everything else together. */
function fewPrimes({ entities, ...rest }: Inventory): Inventory {
  const first = entities.findIndex(({ key }) => key.algorithm === 'rsa');
  return {
    ...rest,
    entities: entities.map((entity, i) =>
      entity.key.algorithm === 'rsa' && i !== first
        ? withPossibleOutputs({ ...entity, key: { algorithm: 'ecdsa', curve: 'P-256' } as const })
        : entity,
    ),
  };
}
