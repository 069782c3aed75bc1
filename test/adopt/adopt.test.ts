// The pure half of adoption: what names of files tell, how lengths, subjects and names are spelled, what is common.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntityFiles, Files } from '../../src/adopt/artifacts.ts';
import { constraintsOf } from '../../src/adopt/constraints.ts';
import { describe as describeDrafts } from '../../src/adopt/describe.ts';
import { draftsOf, type EntryDraft } from '../../src/adopt/draft.ts';
import type { PlacedPair } from '../../src/adopt/hierarchy.ts';
import { kindOf } from '../../src/adopt/kind.ts';
import { validityText } from '../../src/adopt/length.ts';
import { namesOf } from '../../src/adopt/names.ts';
import { entryName, nameFromPaths, nearness, pathFault, patternOf, stemOf } from '../../src/adopt/paths.ts';
import { subjectOf } from '../../src/adopt/subject.ts';
import { NAME_PATTERN } from '../../src/manifest/folder.ts';
import { manifestText } from '../../src/manifest/write.ts';
import { filePath } from '../../src/pki/files.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { type CertificateFacts, keyIdentifierOf } from '../../src/x509/facts.ts';
import {
  aClient,
  anAuthority,
  anInventory,
  aServer,
  type Changes,
  certificateFor,
  changed,
  DAY,
  keyFacts,
  NOW,
  signedWith,
  uncritical,
} from '../helpers/entities.ts';
import { holds } from '../helpers/property.ts';
import { api, expectPlan, planOf, root, services, settled } from '../plan/settled.ts';

const ISSUANCE = { notBefore: NOW, notAfter: NOW + 90 * DAY - 1, cappedBy: null, subjectKeyId: null };

function facts(given: Changes = {}): CertificateFacts {
  return changed(certificateFor(aServer(), keyFacts('a'), ISSUANCE, null, '01'), given);
}

const san = (...names: readonly string[]) => ({ subjectAltName: uncritical(names) });
const cn = (value: string) => ({ subject: [{ type: 'CN', value }] });

describe('names of files', () => {
  it.each([
    ['web.crt', 'web'],
    ['private/web-key.pem', 'web'],
    ['certs/ca.cert.pem', 'ca'],
    ['cakey.pem', 'ca'],
    ['a/tls.key', 'tls'],
    ['a/key.pem', ''],
    ['a/privkey.pem', ''],
    ['example.test+2-key.pem', 'example.test+2'],
    ['key_web.pem', 'web'],
    ['KEY_web.pem', 'web'],
    ['Cert-web.PEM', 'web'],
    ['web-KEY.Key', 'web'],
    ['CAkey.pem', 'ca'],
    ['a/PrivKey.pem', ''],
    ['web.csr.req.pub', 'web'],
    ['web.example.test.key', 'web.example.test'],
  ])('%s is of "%s"', (path, stem) => expect(stemOf(path)).toBe(stem));

  it.each([
    ['the same stem', 'certs/web.crt', 'certs/web2.crt', 'private/web.key'],
    ['the same folder', 'web/cert.pem', 'db/cert.pem', 'web/key.pem'],
    ['what is in use', 'issued/web.crt', 'certs_by_serial/web.crt', 'private/web.key'],
    ['no bundle', 'web/cert.pem', 'web/fullchain.pem', 'web/key.pem'],
    ['the same stem, rather than the same folder', 'certs/web.crt', 'private/db.crt', 'private/web.key'],
    ['what is in use, whatever its stem and folder', 'a/db.crt', 'old/web.crt', 'old/web.key'],
    ['a bundle of the same stem', 'a/web-chain.crt', 'b/db.crt', 'c/web-chain.key'],
    ['the same stem, letter case aside', 'certs/WEB.crt', 'certs/db.crt', 'private/web.key'],
  ])('a key goes rather with %s', (_, better, worse, key) => {
    expect(nearness(better, key)).toBeGreaterThan(nearness(worse, key));
  });

  it.each([
    ['web/server.crt', 'web/server.key', true, 'web'],
    ['web/server.crt', 'web/server.key', false, 'server'],
    ['web/cert.pem', 'web/key.pem', true, 'web'],
    ['certs/server.crt', 'certs/server.key', true, 'server'],
    ['certs/cert.pem', 'certs/key.pem', true, ''],
    ['web/example.test.crt', 'web/example.test.key', true, 'example.test'],
    ['issued/web.crt', 'private/web.key', false, 'web'],
  ])('%s and %s (alone: %s) are of "%s"', (cert, key, alone, name) => {
    expect(nameFromPaths(cert, key, alone)).toBe(name);
  });

  it.each([
    ['*.example.test', 'wildcard.example.test'],
    ['Web Server (old)', 'Web-Server-old'],
    ['.hidden', 'hidden'],
    ['zürich', 'z-rich'],
    ['ends.', 'ends'],
    ['日本', ''],
    ['a'.repeat(70), 'a'.repeat(64)],
  ])('%s is an entry called "%s"', (text, name) => expect(entryName(text)).toBe(name));

  it('makes valid names or none', () => {
    holds(fc.string({ unit: 'binary' }), (text) => {
      expect(entryName(text)).toMatch(new RegExp(`^$|${NAME_PATTERN}`));
    });
  });

  it.each([
    ['private/web-key.pem', 'web', 'private/{name}-key.pem'],
    ['private/a.key', 'a', 'private/{name}.key'],
    ['web/web.crt', 'web', '{name}/{name}.crt'],
    ['website.crt', 'web', 'website.crt'],
    ['a+b.crt', 'a+b', '{name}.crt'],
  ])('%s of %s is %s', (path, name, pattern) => expect(patternOf(path, name)).toBe(pattern));

  it.each(['{x}.crt', 'a\\b.crt', '~a.crt', '.pki/a.crt', 'a\nb.crt', '\ufffd.crt'])(
    '%j cannot be written',
    (path) => {
      expect(pathFault(path)).not.toBeNull();
    },
  );
});

describe('a certificate', () => {
  it.each([
    [90 * DAY, '90d'],
    [825 * DAY + 1, '825d'],
    [3650 * DAY + 1, '10y'],
    [365 * DAY, '1y'],
    [36 * 3600, '36h'],
    [90 * 60 + 59, '91m'],
    [3 * DAY + 1, '3d'],
  ])('of %i seconds is valid for %s', (seconds, text) => {
    expect(validityText(facts({ notAfter: NOW + seconds - 1 }), 'leaf')).toEqual({ text, exact: true });
  });

  it.each([
    [101 * 365 * DAY, '100y'],
    [60, '10m'],
  ])('of %i seconds is longer or shorter than can be said: %s', (seconds, text) => {
    expect(validityText(facts({ notAfter: NOW + seconds - 1 }), 'leaf')).toEqual({ text, exact: false });
  });

  it.each([
    ['leaf', '90d'],
    ['intermediate', '5y'],
    ['root', '10y'],
  ] as const)('of a %s that ends before it begins gets the usual lifetime, %s', (rank, text) => {
    for (const notAfter of [NOW - 1, NOW - 400 * DAY])
      expect(validityText(facts({ notAfter }), rank)).toEqual({ text, exact: false });
    expect(validityText(facts({ notAfter: NOW }), rank)).toEqual({ text: '10m', exact: false });
  });

  const usages = (...purposes: readonly string[]) => ({ extendedKeyUsage: uncritical(purposes) });
  const none = { extendedKeyUsage: undefined };
  const ca = { basicConstraints: uncritical({ ca: true, pathLength: 0 }) };
  it.each([
    ['servers', facts({ extensions: usages('serverAuth') })],
    ['clients', facts({ extensions: usages('clientAuth') })],
    ['clients', facts({ extensions: usages('clientAuth', 'emailProtection'), ...cn('no host!') })],
    ['peers', facts({ extensions: usages('clientAuth', 'serverAuth') })],
    ['peers', facts({ extensions: none })],
    ['clients', facts({ extensions: { ...none, subjectAltName: undefined }, ...cn('Ann Other') })],
    ['certificates', facts({ extensions: usages('codeSigning', 'emailProtection') })],
    ['certificates', facts({ extensions: usages('timeStamping') })],
    ['authorities', facts({ extensions: ca })],
    [
      'servers',
      facts({
        extensions: { ...usages('serverAuth'), ...san('email:a@b.test', 'uri:urn:x:y') },
        subject: [],
      }),
    ],
    [
      'servers',
      facts({ extensions: { ...usages('serverAuth'), ...san('email:a@b.test', 'ip:::1') }, subject: [] }),
    ],
    [
      'servers',
      facts({
        extensions: { ...usages('serverAuth'), subjectAltName: undefined },
        subject: [...cn('no host!').subject, ...cn('a.test').subject],
      }),
    ],
    [
      'clients',
      facts({
        ...cn('job:backup agent'),
        extensions: { ...usages('serverAuth', 'clientAuth'), subjectAltName: undefined },
      }),
    ],
    [
      'clients',
      facts({ extensions: { ...usages('clientAuth', 'serverAuth'), ...san('email:a@b.test') }, subject: [] }),
    ],
    [
      'clients',
      facts({ ...cn('job:mailer'), extensions: { ...usages('serverAuth', 'clientAuth'), ...san('dns:') } }),
    ],
    ['peers', facts({ extensions: usages('anyExtendedKeyUsage', 'codeSigning') })],
    ['certificates', facts({ extensions: usages('codeSigning') })],
  ])('belongs to %s', (section, certificate) => expect(kindOf(certificate)).toMatchObject({ section }));

  it.each([
    [true, usages('anyExtendedKeyUsage')],
    [false, none],
  ])('is said to be for anything: %j', (isAny, extensions) => {
    const kind = kindOf(facts({ extensions }));
    expect(kind).toMatchObject({ notes: [{ kind: 'no-usage', isAny }] });
  });

  it.each([
    ['usage', facts({ extensions: usages('timeStamping', 'codeSigning') })],
    ['no-host', facts({ extensions: { ...usages('serverAuth'), ...san('email:a@b.test') }, subject: [] })],
  ])('belongs to none: %s', (kind, certificate) =>
    expect(kindOf(certificate)).toMatchObject({ why: { kind } }),
  );

  it.each([
    ['its own host name', cn('a.test'), 'a.test', 0],
    [
      'a host of its SANs for what is no valid host',
      { ...cn('web..test'), extensions: san('dns:*.b.test', 'dns:b.test') },
      'b.test',
      1,
    ],
    ['an identity', { ...cn('Web Site'), extensions: san('dns:b.test') }, 'Web Site', 0],
    [
      'an identity with dots',
      { ...cn('system:node:n.test'), extensions: san('dns:n') },
      'system:node:n.test',
      0,
    ],
    [
      'none for one that is too long, where SANs are enough',
      { ...cn(`${'a'.repeat(65)}.test`), extensions: san('dns:b.test') },
      undefined,
      1,
    ],
    ['none where other attributes are enough', { subject: [{ type: 'O', value: 'Org' }] }, undefined, 0],
    ['none where SANs are enough', { subject: [], extensions: san('ip:10.0.0.1') }, undefined, 0],
  ])('has as common name %s', (_, given, commonName, notes) => {
    const subject = subjectOf(facts(given), 'servers', 'fallback');
    expect(subject.commonName).toBe(commonName);
    expect(subject.notes).toHaveLength(notes);
  });

  it('has the attributes that a manifest takes, in lists where there are several', () => {
    const subject = [
      'DC=org',
      'DC=x',
      'C=SE',
      '2.5.4.97=VATSE-1',
      'O=Org',
      'OU=One',
      'OU=Two',
      'emailAddress=a@b.test',
      'L= spaced',
      'CN=a.test',
      'C=se',
    ].map((text) => {
      const [type = '', value = ''] = text.split('=');
      return { type, value };
    });
    const found = subjectOf(facts({ subject }), 'servers', 'x');
    expect(found.subject).toEqual({
      domain: 'x.org',
      country: 'SE',
      organization: 'Org',
      organizationalUnit: ['One', 'Two'],
      '2.5.4.97': 'VATSE-1',
      emailAddress: 'a@b.test',
    });
    expect(found.notes.map((note) => 'attribute' in note && note.attribute)).toEqual(['C=se', 'L= spaced']);
  });

  it.each([
    [['org', 'x'], { domain: 'x.org' }],
    [['org', 'a.b'], 'CN=a.test,DC=a.b,DC=org'],
    [['a.b'], 'CN=a.test,DC=a.b'],
  ])('with the labels %j has the subject %j', (labels, wanted) => {
    const subject = [...labels.map((value) => ({ type: 'DC', value })), { type: 'CN', value: 'a.test' }];
    const found = subjectOf(facts({ subject, extensions: san('dns:a.test') }), 'servers', 'x');
    expect([found.subject, found.notes]).toEqual([wanted, []]);
  });

  it.each([
    ['a mark that is not seen', '\ufeffOrg'],
    ['a space of another kind', '\u00a0Org'],
    ['the end of a line', '\nOrg'],
  ])('has no attribute that begins with %s, in no form', (_, value) => {
    const subject = [
      { type: 'O', value },
      { type: 'CN', value: 'a.test' },
    ];
    const found = subjectOf(facts({ subject, extensions: san('dns:a.test') }), 'servers', 'x');
    expect(found).toMatchObject({ commonName: 'a.test', subject: undefined });
    expect(found.notes).toEqual([{ kind: 'attribute', attribute: `O=${value}` }]);
  });

  it('is one text where several attributes are in one RDN', () => {
    const subject = [
      { type: 'O', value: 'Org' },
      { type: 'OU', value: 'One', joined: true as const },
      { type: 'CN', value: 'a.test' },
    ];
    const found = subjectOf(facts({ subject, extensions: san('dns:a.test') }), 'servers', 'x');
    expect(found).toEqual({ commonName: undefined, subject: 'CN=a.test,O=Org+OU=One', notes: [] });
  });

  it('is one text where a country is in small letters, which a map has no room for', () => {
    const subject = [
      { type: 'C', value: 'se' },
      { type: 'O', value: 'Org' },
      { type: 'CN', value: 'a.test' },
    ];
    const found = subjectOf(facts({ subject, extensions: san('dns:a.test') }), 'servers', 'x');
    expect(found).toEqual({ commonName: undefined, subject: 'CN=a.test,O=Org,C=se', notes: [] });
  });

  it.each([
    ['nothing where the common name says it', 'servers', 'a.test', ['dns:a.test'], undefined],
    ['an address that the common name is', 'servers', '10.0.0.1', ['ip:10.0.0.1'], undefined],
    [
      'kinds only where they cannot be seen',
      'clients',
      'x',
      ['dns:a.test', 'email:a@b.test', 'ip:::1', 'uri:urn:x:y', 'uri:tag:x'],
      ['a.test', 'a@b.test', '::1', 'urn:x:y', 'uri:tag:x'],
    ],
    [
      'the kinds that are no hosts, by their words',
      'authorities',
      'x',
      ['upn:a@b.test', 'otherName:1.2.3;ia5:x', 'dirName:CN=a,O=b', 'registeredID:1.2.3'],
      ['upn:a@b.test', 'otherName:1.2.3;ia5:x', 'dirName:CN=a,O=b', 'registeredID:1.2.3'],
    ],
    ['the common name too, for a server', 'peers', 'a.test', ['dns:b.test'], ['b.test', 'a.test']],
    ['each name once', 'servers', 'a.test', ['dns:a.test', 'dns:A.test', 'dns:b.test'], ['a.test', 'b.test']],
    ['nothing that does not fit', 'clients', 'x', ['otherName:#00', 'dns:bad..name'], undefined],
  ] as const)('has as SANs %s', (_, section, commonName, names, expected) => {
    expect(namesOf(facts({ extensions: san(...names) }), section, commonName).san).toEqual(expected);
  });
});

it('the name of a client stays what it is, though no manifest can have it: validation says why', () => {
  const long = 'a'.repeat(65);
  const found = subjectOf(facts({ ...cn(long), extensions: san('email:a@b.test') }), 'clients', 'x');
  expect(found).toMatchObject({ commonName: long, notes: [] });
});

it('names that are too many for a manifest all stand in the entry, so that none is lost', () => {
  const names = Array.from({ length: 1001 }, (_, i) => `dns:h${i}.test`);
  expect(namesOf(facts({ extensions: san(...names) }), 'servers', undefined).san).toHaveLength(1001);
});

describe('name constraints', () => {
  it.each([
    [{ permitted: ['dns:a.test', 'ip:10.0.0.0/8'], excluded: [] }, { permitted: ['a.test', '10.0.0.0/8'] }],
    [{ permitted: [], excluded: ['email:a.test'] }, { excluded: ['email:a.test'] }],
    [
      { permitted: ['uri:.a.test'], excluded: ['dns:b'] },
      { permitted: ['uri:.a.test'], excluded: ['b'] },
    ],
    // What validation refuses cannot be written.
    [{ permitted: ['dns:.a.test'], excluded: [] }, undefined],
    [{ permitted: ['registeredID:1.2'], excluded: [] }, undefined],
  ])('%j are written as %j', (value, expected) => {
    expect(constraintsOf(facts({ extensions: { nameConstraints: uncritical(value) } }))).toEqual(expected);
  });

  it('are not written where there are none', () => expect(constraintsOf(facts())).toBeUndefined());
});

const ROOT_MEMBER: PlacedPair = {
  ...aPair(anAuthority(), 'ca.key', 'ca.crt'),
  section: 'authorities',
  issuer: null,
  notes: [],
};

function aPair(
  entity: ReturnType<typeof aServer> | ReturnType<typeof anAuthority>,
  keyPath: string,
  certPath: string,
) {
  const key = keyFacts(keyPath);
  const issuance = { ...ISSUANCE, notAfter: NOW + entity.validity - 1 };
  return {
    cert: { facts: certificateFor(entity, key, issuance, null, keyPath), der: new Uint8Array() },
    key,
    keyPath,
    certPath,
  };
}

function aMember(name: string, keyPath: string, certPath: string): PlacedPair {
  return {
    ...aPair(aServer({ name: entryName(name) || 'x' }), keyPath, certPath),
    section: 'servers',
    issuer: ROOT_MEMBER,
    notes: [],
  };
}

/** The manifest of these pairs, each with just key and certificate; and what it means. */
function manifestOf(...pairs: readonly PlacedPair[]) {
  return manifestAmong([], pairs);
}

/** The same in a folder that holds these files as well. */
function manifestAmong(existing: readonly string[], pairs: readonly PlacedPair[]) {
  const { drafts } = draftsOf({ pairs: [ROOT_MEMBER, ...pairs], leftOut: [] }, NOW);
  const artifacts = new Map(drafts.map((draft) => [draft.id, filesOf(draft)]));
  const text = manifestText(describeDrafts('certs', drafts, artifacts, new Set(existing)), {
    head: ['a', 'b\nc'],
    entries: new Map(),
  });
  const loaded = loadManifest(text, 'pki.yaml');
  if (!loaded.ok) throw new Error(loaded.diagnostics.map(({ message }) => message).join('\n') + text);
  return { text, drafts, entities: loaded.inventory.entities };
}

function filesOf({ pair }: EntryDraft): EntityFiles {
  const files: Files = { ...(pair.keyPath === null ? {} : { key: pair.keyPath }), cert: pair.certPath };
  return { files, trust: undefined };
}

it('has authorities before what they sign, wherever they lie, and then goes by section and path', () => {
  const below: PlacedPair = {
    ...aPair(anAuthority({ name: 'below' }), 'a/below.key', 'a/below.crt'),
    section: 'authorities',
    issuer: ROOT_MEMBER,
    notes: [],
  };
  const root = { ...ROOT_MEMBER, certPath: 'z/root.crt' };
  const leaf = { ...aMember('leaf', 'b.key', 'b.crt'), issuer: { ...below, issuer: root } };
  const client = { ...aMember('client', '0.key', '0.crt'), section: 'clients', issuer: leaf.issuer } as const;
  const pairs = [leaf, { ...below, issuer: root }, root, client];
  const { drafts } = draftsOf({ pairs, leftOut: [] }, NOW);
  expect(drafts.map(({ pair }) => pair.certPath)).toEqual(['z/root.crt', 'a/below.crt', '0.crt', 'b.crt']);
});

it.each([
  [null, undefined],
  [0, 0],
  [100, 100],
  [101, undefined],
])('the limit %s of an authority is %s in its entry', (pathLength, expected) => {
  const pair: PlacedPair = {
    ...aPair(anAuthority({ pathLength }), 'a.key', 'a.crt'),
    section: 'authorities',
    issuer: null,
    notes: [],
  };
  const leaf = { ...aMember('leaf', 'b.key', 'b.crt'), issuer: pair };
  const { drafts } = draftsOf({ pairs: [pair, leaf], leftOut: [] }, NOW);
  expect(drafts.map(({ entry }) => entry.pathLength)).toEqual([expected, undefined]);
});

describe('the manifest', () => {
  it('says once what is common, and keeps comments in one line', () => {
    const { text } = manifestOf(
      aMember('a', 'private/a.key', 'certs/a.crt'),
      aMember('b', 'private/b.key', 'certs/b.crt'),
      aMember('c', 'c/tls.key', 'c/tls.crt'),
    );
    expect(text).toBe(`# a
# b c

version: 1
output: certs
defaults:
  outputs: [ key, cert ]
  folder: .
  files: { key: "private/{name}.key", cert: "certs/{name}.crt" }
authorities:
  ca:
    commonName: root CA
    key: ecdsa-p256
    validity: 10y
    files: { key: ca.key, cert: ca.crt }
servers:
  c:
    commonName: c.example.test
    folder: c
    files: { key: tls.key, cert: tls.crt }
  a:
    commonName: a.example.test
  b:
    commonName: b.example.test
`);
  });

  it('names the folder of an entry only where apply would take what is no file of its', () => {
    const usual = aMember('web', 'servers/web/key.pem', 'servers/web/cert.pem');
    const own = ['servers/web/key.pem', 'servers/web/cert.pem'];
    const folderIn = (...existing: readonly string[]) =>
      / {2}web:\n(?: {4}.*\n)*? {4}folder: (.*)\n/.exec(manifestAmong(existing, [usual]).text)?.[1];
    expect(folderIn(...own)).toBeUndefined();
    expect(folderIn(...own, 'servers/web/notes.txt', 'servers/other/ca.pem')).toBeUndefined();
    expect(folderIn(...own, 'servers/web/ca.pem')).toBe('servers/web');
    expect(folderIn(...own, 'servers/WEB/CSR.PEM')).toBe('servers/web');
  });

  it('gives names that collide another one, also where only letter case differs', () => {
    const { drafts } = manifestOf(
      aMember('x', 'one/web.key', 'one/web.crt'),
      aMember('y', 'two/WEB.key', 'two/WEB.crt'),
      aMember('y', 'three/Web.key', 'three/Web.crt'),
    );
    expect(drafts.map(({ id }) => id)).toEqual([
      'authorities/ca',
      'servers/web',
      'servers/y.example.test',
      'servers/WEB-2',
    ]);
  });

  it('names exactly the files that were found, wherever they are and whatever they are called', () => {
    const segment = fc
      .string({ unit: fc.constantFrom(...'abkeyWEB.-_ +@äö\'"#:&*!%,[]'), minLength: 1, maxLength: 8 })
      .filter((text) => !/^\.+$/.test(text));
    const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const pairs = fc.uniqueArray(path, {
      minLength: 2,
      maxLength: 12,
      selector: (text) => text.toLowerCase(),
    });
    holds(pairs, (paths) => {
      const usable = paths.filter(
        (text) =>
          pathFault(text) === null && !['ca.key', 'ca.crt', 'previous.pem'].includes(text.toLowerCase()),
      );
      const pairs: PlacedPair[] = [];
      for (let i = 0; i + 1 < usable.length; i += 2) {
        pairs.push(aMember(`n${i}`, usable[i] ?? '', usable[i + 1] ?? ''));
      }
      const { drafts, entities } = manifestOf(...pairs);
      for (const { id, pair } of drafts) {
        const entity = entities.find((one) => one.id === id);
        if (entity === undefined) throw new Error(`${id} is gone`);
        expect(filePath(entity, 'key')).toBe(pair.keyPath);
        expect(filePath(entity, 'cert')).toBe(pair.certPath);
      }
    });
  });
});

// What adoption showed to be wrong in plans.
describe('a plan for a folder of another tool', () => {
  it('leaves alone what lies where a file of an entity could lie, unless the entity asks for it', () => {
    const layout = { folder: '.', files: { key: 'a.key', cert: 'a.crt' } };
    const one = aClient({ name: 'a', outputs: ['key', 'cert'], layout });
    const inventory = anInventory(anAuthority(), one);
    const world = settled(inventory);
    const files = world.of(one.id);
    files.ca = { state: 'present', facts: [world.cert(root).fingerprint], mode: 0o666 };
    files.chain = { state: 'garbage', detail: 'whatever' };
    expectPlan(planOf(world, inventory), {});
    const { layout: _, ...ours } = one;
    const [, change] = planOf(world, anInventory(anAuthority(), ours)).changes;
    expect(change).toMatchObject({ action: 'refresh', deletes: ['chain', 'ca'] });
  });

  it('re-issues what is bound to the serial number of an authority that gets another', () => {
    const world = settled();
    const named = (serial: string | null) => signedWith(keyIdentifierOf(world.cert(services)) ?? '', serial);
    world.changeCert(api, { extensions: { authorityKeyIdentifier: named(world.cert(services).serial) } });
    expect(planOf(world).changes.find(({ id }) => id === api)).toMatchObject({ action: 'refresh' });
    world.changeCert(services, { extensions: { keyUsage: undefined } });
    const issuer = { kind: 'issuer-changes', issuer: services };
    expect(planOf(world).changes.find(({ id }) => id === api)).toMatchObject({
      action: 'issue',
      reasons: [issuer],
    });
    world.changeCert(api, { extensions: { authorityKeyIdentifier: named(null) } });
    expect(planOf(world).changes.find(({ id }) => id === api)).toMatchObject({ action: 'refresh' });
  });
});
