/** A folder with anything in it → what it is: never an exception, never a wait, nothing changed. */
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARTIFACTS, type Artifact } from '../../../src/pki/artifact.ts';
import type { Inventory, Layout } from '../../../src/pki/entity.ts';
import type { Blockage } from '../../../src/plan/blockage.ts';
import { planInventory } from '../../../src/plan/plan.ts';
import { applyInventory } from '../../../src/run/apply.ts';
import type { ApplyOptions } from '../../../src/run/apply-options.ts';
import { Cache } from '../../../src/store/observe/cache.ts';
import { observe } from '../../../src/store/observe/observe.ts';
import { keyIdentifierOf } from '../../../src/x509/facts.ts';
import { anAuthority, anInventory, aServer, NOW } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { opensslSync } from '../../helpers/openssl.ts';
import { asUser } from '../../helpers/users.ts';

const work = memoryFolder();
const ROOT = anAuthority();
const SERVICES = anAuthority({ name: 'services', issuer: ROOT.id });
const API = aServer({ name: 'api', issuer: SERVICES.id });
const ALL = anInventory(ROOT, SERVICES, API);
const base = join(work, 'base');
let made = 0;

beforeAll(async () => {
  await applyInventory(ALL, applying(base));
  opensslSync(['genpkey', '-algorithm', 'ED25519', '-out', 'other.pem'], work);
  opensslSync(['pkey', '-in', 'other.pem', '-aes128', '-passout', 'pass:secret', '-out', 'pkcs8.pem'], work);
  opensslSync(
    ['genrsa', '-traditional', '-aes128', '-passout', 'pass:secret', '-out', 'traditional.pem', '2048'],
    work,
  );
});

function applying(root: string): ApplyOptions {
  return { root, binary: 'openssl', clock: () => NOW, processes: 2, consents: new Set() };
}

function copyOfBase(): string {
  const root = join(work, `${++made}`);
  cpSync(base, root, { recursive: true });
  return root;
}

/** What is seen of an entity once something happened to the folder. */
function seen(id: string, damage: (root: string) => void) {
  const root = copyOfBase();
  damage(root);
  const found = observe(root, ALL).entities.get(id);
  if (found === undefined) throw new Error(`${id} was not looked at`);
  return found;
}

const put = (file: string, content: string | Buffer) => (root: string) =>
  writeFileSync(join(root, file), content);
const copy = (from: string, to: string) => (root: string) => cpSync(join(root, from), join(root, to));

it('what apply made is present, fits together and is signed by whom it should be', () => {
  const { entities, orphans } = observe(base, ALL);
  expect(orphans).toEqual([]);
  for (const [id, files] of entities) {
    const { key, cert, csr, signedBy } = files;
    if (key.state !== 'present' || cert.state !== 'present' || csr.state !== 'present') throw new Error(id);
    expect(cert.facts.keyId).toBe(key.facts.keyId);
    expect(keyIdentifierOf(cert.facts)).toBe(key.facts.keyIdentifier);
    expect(csr.facts).toMatchObject({ keyId: key.facts.keyId, signatureFits: true });
    expect(key.mode).toBe(0o600);
    const issuer = entities.get(ALL.entities.find((entity) => entity.id === id)?.issuer ?? id)?.key;
    expect(issuer).toMatchObject({ facts: { keyId: signedBy } });
  }
});

it('nothing at all', () => {
  const { entities, orphans } = observe(join(work, 'nowhere'), ALL);
  expect(orphans).toEqual([]);
  for (const {
    signedBy,
    published,
    formerLocation,
    folder: _,
    listSignedBy,
    presented: __,
    formerSigner: ___,
    leftKey,
    leftovers,
    leftBehind,
    behind,
    ...files
  } of entities.values()) {
    expect([published, formerLocation, listSignedBy, leftKey, leftovers, leftBehind, behind]).toEqual(
      Array(7).fill(undefined),
    );
    expect(signedBy).toBeNull();
    expect(new Set(Object.values(files).map(({ state }) => state))).toEqual(new Set(['missing']));
  }
});

describe('a private key', () => {
  it.each<readonly [string, () => string, object]>([
    ['of nothing', () => '', { state: 'garbage', detail: 'holds no readable private key' }],
    ['of nonsense', () => 'nonsense', { state: 'garbage', detail: 'holds no readable private key' }],
    [
      'cut short',
      () => readFileSync(join(base, API.id, 'key.pem'), 'utf8').slice(0, 120),
      { state: 'garbage' },
    ],
    [
      'that is a certificate',
      () => readFileSync(join(base, API.id, 'cert.pem'), 'utf8'),
      { state: 'garbage' },
    ],
    [
      'that is encrypted (PKCS#8)',
      () => readFileSync(join(work, 'pkcs8.pem'), 'utf8'),
      { state: 'encrypted' },
    ],
    [
      'that is encrypted (traditional)',
      () => readFileSync(join(work, 'traditional.pem'), 'utf8'),
      { state: 'encrypted' },
    ],
    [
      'of another kind',
      () => readFileSync(join(work, 'other.pem'), 'utf8'),
      { state: 'present', facts: { spec: 'ed25519' } },
    ],
    [
      'with Windows line ends and words around it',
      () => `hello\r\n${readFileSync(join(base, API.id, 'key.pem'), 'utf8').replaceAll('\n', '\r\n')}bye\r\n`,
      { state: 'present' },
    ],
  ])('%s', (_, content, expected) => {
    expect(seen(API.id, put('servers/api/key.pem', content())).key).toMatchObject(expected);
  });

  it.each<readonly [what: string, command: readonly string[], kind: 'der' | 'pkcs12']>([
    ['PKCS#8', ['pkcs8', '-topk8', '-nocrypt', '-outform', 'DER', '-in', 'KEY'], 'der'],
    [
      'PKCS#8 of an Ed25519 key',
      ['pkcs8', '-topk8', '-nocrypt', '-outform', 'DER', '-in', '../other.pem'],
      'der',
    ],
    ['encrypted PKCS#8', ['pkcs8', '-topk8', '-outform', 'DER', '-passout', 'pass:x', '-in', 'KEY'], 'der'],
    ['SEC 1', ['ec', '-outform', 'DER', '-in', 'KEY'], 'der'],
    [
      'PKCS#12',
      ['pkcs12', '-export', '-passout', 'pass:x', '-inkey', 'KEY', '-in', 'servers/api/cert.pem'],
      'pkcs12',
    ],
  ])('in DER is not taken for garbage: %s', (_, command, kind) => {
    const { key } = seen(API.id, (root) => {
      const args = command.map((arg) => (arg === 'KEY' ? 'servers/api/key.pem' : arg));
      opensslSync([...args, '-out', 'key.der'], root);
      cpSync(join(root, 'key.der'), join(root, 'servers/api/key.pem'));
    });
    expect(key).toMatchObject({
      state: 'blocked',
      cause: { kind: 'foreign-key', format: { kind } },
    });
  });

  it.each(['0', '00', '0x30', '0a0b0c0d'.repeat(40), '0\x82', '0\x02\x02', '0\x90\x02'])(
    'that only begins like DER is garbage: %j',
    (content) => {
      const { key } = seen(API.id, (root) =>
        writeFileSync(join(root, 'servers/api/key.pem'), content, 'latin1'),
      );
      expect(key).toMatchObject({ state: 'garbage' });
    },
  );

  it('in the traditional forms of RSA and EC is the same key', () => {
    const root = copyOfBase();
    const before = observe(root, ALL).entities.get(API.id)?.key;
    opensslSync(['ec', '-in', 'servers/api/key.pem', '-out', 'sec1.pem'], root);
    const parameters = opensslSync(['ecparam', '-name', 'prime256v1'], root);
    const sec1 = readFileSync(join(root, 'sec1.pem'), 'utf8');
    expect(sec1).toContain('BEGIN EC PRIVATE KEY');
    for (const text of [sec1, parameters + sec1]) {
      writeFileSync(join(root, 'servers/api/key.pem'), text);
      expect(observe(root, ALL).entities.get(API.id)?.key).toEqual(before);
    }
  });

  it.each<readonly [string, (own: string) => string, string]>([
    ['a second key', (own) => readFileSync(join(work, 'other.pem'), 'utf8') + own, 'several-keys'],
    ['a byte order mark', (own) => `\ufeff${own}`, 'flawed-pem'],
    ['a URI in its place', () => 'pkcs11:token=hsm;object=api;type=private', 'pkcs11'],
    ['a TPM’s in its place', (own) => own.replaceAll('PRIVATE', 'TSS2 PRIVATE'), 'tpm'],
  ])('is not replaced for %s', (_, edit, kind) => {
    const { key } = seen(API.id, (root) => {
      const path = join(root, 'servers/api/key.pem');
      writeFileSync(path, edit(readFileSync(path, 'utf8')));
    });
    expect(key).toMatchObject({ state: 'blocked', cause: { kind: 'foreign-key', format: { kind } } });
  });

  it('never appears in what is said about it', () => {
    const secret = Buffer.from('a secret that nobody may see').toString('base64');
    const { key } = seen(
      API.id,
      put('servers/api/key.pem', `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----\n`),
    );
    expect(JSON.stringify(key)).not.toContain(secret);
  });
});

describe('other files', () => {
  it.each(['\ufeff', '\ufffe'])('in UTF-16, either way round, are called so', (mark) => {
    const root = put('servers/api/cert.pem', Buffer.from(`${mark}-----BEGIN`, 'utf16le'));
    expect(seen(API.id, root).cert).toMatchObject({
      state: 'garbage',
      detail: expect.stringContaining('UTF-16'),
    });
  });

  it.each<readonly [string, string, 'cert' | 'csr' | 'chain' | 'fullchain' | 'ca' | 'public', string]>([
    ['cert.pem', '', 'cert', 'holds no readable certificate: holds no complete CERTIFICATE block'],
    [
      'cert.pem',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      'cert',
      'holds no readable certificate: ',
    ],
    ['cert.pem', '0\u0001\u0000', 'cert', 'holds no readable certificate: is DER, and only PEM can be used'],
    ['csr.pem', '0\u0001\u0000', 'csr', 'holds no readable certificate request: is DER'],
    ['csr.pem', 'x', 'csr', 'holds no readable certificate request: '],
    ['chain.pem', 'x', 'chain', 'holds no certificate'],
    ['fullchain.pem', '', 'fullchain', 'holds no certificate'],
    ['ca.pem', '-----BEGIN X-----\nAAAA\n-----END X-----\n', 'ca', 'holds no certificate'],
    ['public.pem', 'x', 'public', 'holds no readable public key: '],
  ])('%s with %j is garbage', (file, content, artifact, detail) => {
    expect(seen(API.id, put(`servers/api/${file}`, content))[artifact]).toMatchObject({
      state: 'garbage',
      detail: expect.stringContaining(detail),
    });
  });

  const foreign = (label: string): string =>
    readFileSync(join(base, 'authorities/root/cert.pem'), 'utf8').replaceAll(' CERTIFICATE', ` ${label}`);

  it.each(['X509 CERTIFICATE', 'TRUSTED CERTIFICATE', 'PKCS7'])(
    'a bundle with a %s behind its own holds more than its own',
    (label) => {
      const before = seen(API.id, () => {}).ca;
      const { ca } = seen(API.id, (root) => appendFileSync(join(root, 'servers/api/ca.pem'), foreign(label)));
      if (before.state !== 'present' || ca.state !== 'present') throw new Error('missing');
      expect(ca.facts).toEqual([...before.facts, expect.stringContaining(`${label} `)]);
    },
  );

  it.each(['X509 CERTIFICATE', 'TRUSTED CERTIFICATE'])(
    'a %s in front of a certificate is none of ours',
    (label) => {
      const path = 'servers/api/cert.pem';
      const { cert } = seen(API.id, (root) => {
        const own = readFileSync(join(root, path), 'utf8');
        writeFileSync(join(root, path), foreign(label) + own);
      });
      expect(cert).toEqual({
        state: 'garbage',
        detail: `holds no readable certificate: has the label "${label}", which not every program reads`,
      });
    },
  );

  it('bundles are read in file order', () => {
    const { chain, fullchain, cert } = seen(API.id, () => {});
    if (chain.state !== 'present' || fullchain.state !== 'present' || cert.state !== 'present')
      throw new Error('missing');
    expect(fullchain.facts).toEqual([cert.facts.fingerprint, ...chain.facts]);
    expect(chain.facts).toHaveLength(1);
  });
});

describe('what stands in the place of a file of ours', () => {
  const FOREIGN = (artifact: string) => ({ state: 'blocked', cause: { kind: 'foreign', artifact } });
  const placed = (layout: Layout) => anInventory(ROOT, SERVICES, { ...API, layout });
  const seenIn = (inventory: Inventory, damage: (root: string) => void, root = copyOfBase()) => {
    damage(root);
    return observe(root, inventory).entities.get(API.id);
  };

  it.each<readonly [Artifact, string, string]>([
    ['csr', 'main.c', 'int main(void) { return 0; }\n'],
    ['ca', '.env', 'TOKEN=abc\n'],
    ['cert', 'Makefile', 'all:\n\tcc main.c\n'],
    ['chain', 'notes.txt', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
    ['fullchain', 'list', '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n'],
    ['csr', 'one', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['key', 'words', 'correct horse battery staple'],
    ['key', 'pair', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['ca', 'short', '-----BEGIN OTHER'],
    ['der', 'app.zip', 'PK\x03\x04'],
    ['der', 'digits', '0\x82\x02\x101\x82'],
    ['pkcs8-der', 'digits', '0.21'],
    ['pkcs7', 'app.exe', 'MZ'],
    ['cert', 'image', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'],
  ])('as %s by a layout, "%s" stays: %j', (artifact, name, content) => {
    const inventory = placed({ folder: 'app', files: { [artifact]: name } });
    const found = seenIn(inventory, (root) => {
      rmSync(join(root, 'servers/api'), { recursive: true });
      mkdirSync(join(root, 'app'));
      writeFileSync(join(root, 'app', name), content, 'latin1');
    });
    expect(found?.[artifact]).toEqual(FOREIGN(artifact));
  });

  it.each<readonly [Artifact, string]>([
    ['csr', ''],
    ['csr', ' \n'],
    ['ca', '\0'.repeat(512)],
    ['cert', '\x7f'.repeat(64)],
    ['cert', '-----BEGIN CERTIFICATE-----\nMIIB'],
    ['cert', '-----BEGIN CER'],
    ['fullchain', 'Bag Attributes\n-----BEGIN TRUSTED CERTIFICATE-----\nAAAA'],
    ['key', '-----BEGIN EC PRIVATE KEY-----\nMHcC'],
    ['der', '0\x82\x02\x100\x82'],
    ['pkcs8-der', '0\x2e\x02\x01\0'],
    ['pkcs7', '-----BEGIN PKCS7-----\nMIIB'],
    ['csr', '-----BEGIN NEW CERTIFICATE REQUEST-----\n!\n-----END NEW CERTIFICATE REQUEST-----\n'],
  ])('as %s by a layout, damage of that kind is repaired: %j', (artifact, content) => {
    const inventory = placed({ folder: 'app', files: {} });
    const found = seenIn(inventory, (root) => {
      rmSync(join(root, 'servers/api'), { recursive: true });
      mkdirSync(join(root, 'app'));
      writeFileSync(join(root, 'app', ARTIFACTS[artifact].file), content, 'latin1');
    });
    expect(found?.[artifact]).toMatchObject({ state: 'garbage' });
  });

  it('is ours where the ledger has the entity, and where there are other files of its own', () => {
    const nonsense = put('servers/api/csr.pem', 'nonsense');
    const forget = (root: string): void => rmSync(join(root, '.pki'), { recursive: true });
    const empty = (root: string): void => {
      rmSync(join(root, 'servers/api'), { recursive: true });
      mkdirSync(join(root, 'servers/api'));
    };
    const cases: readonly (readonly [string, readonly ((root: string) => void)[]])[] = [
      ['garbage', [nonsense]],
      ['garbage', [forget, nonsense]],
      ['garbage', [empty, nonsense]],
      ['blocked', [forget, empty, nonsense]],
    ];
    for (const [state, damages] of cases)
      expect(seenIn(ALL, (root) => damages.map((damage) => damage(root)))?.csr.state).toBe(state);
  });

  it('is not ours where the entity only moves to, whatever the ledger has', async () => {
    const root = copyOfBase();
    const inventory = placed({ folder: 'servers/api', files: { csr: 'main.c' } });
    const program = put('servers/api/main.c', 'int main(void) { return 0; }\n');
    expect(seenIn(inventory, program, root)?.csr).toEqual(FOREIGN('csr'));
    expect(await applyInventory(inventory, applying(root))).toMatchObject({ kind: 'refused' });
    expect(seenIn(inventory, () => {}, root)?.csr).toEqual(FOREIGN('csr'));
    // Once it is there, its place is known.
    rmSync(join(root, 'servers/api/main.c'));
    expect(await applyInventory(inventory, applying(root))).toMatchObject({ kind: 'done' });
    expect(seenIn(inventory, program, root)?.csr).toMatchObject({ state: 'garbage' });
  });

  it('is left alone where nobody asks for that file', () => {
    const root = copyOfBase();
    rmSync(join(root, '.pki'), { recursive: true });
    rmSync(join(root, 'servers/api'), { recursive: true });
    mkdirSync(join(root, 'servers/api'));
    put('servers/api/combined.pem', 'a poem')(root);
    const plan = planInventory(ALL, observe(root, ALL), { now: NOW });
    expect(plan.changes.at(-1)).toMatchObject({ id: API.id, action: 'create', deletes: [], replaces: [] });
  });
});

describe('signatures', () => {
  it('of another authority of the same name are not taken for its own', async () => {
    const twin = join(work, 'twin');
    await applyInventory(ALL, {
      root: twin,
      binary: 'openssl',
      clock: () => NOW,
      processes: 2,
      consents: new Set(),
    });
    const { signedBy, cert } = seen(API.id, (root) =>
      cpSync(join(twin, 'servers/api'), join(root, 'servers/api'), { recursive: true }),
    );
    expect(cert.state).toBe('present');
    expect(signedBy).toBeNull();
  });

  it('are checked with the certificate where the key is kept elsewhere', () => {
    const before = seen(API.id, () => {}).signedBy;
    expect(before).not.toBeNull();
    expect(seen(API.id, (root) => rmSync(join(root, SERVICES.id, 'key.pem'))).signedBy).toBe(before);
  });

  it('are nobody’s where the issuer is gone', () => {
    expect(seen(API.id, (root) => rmSync(join(root, SERVICES.id), { recursive: true })).signedBy).toBeNull();
  });

  it('are nobody’s where the issuer’s key is one that nothing here can use', () => {
    // The certificate is whole; the point inside its key is on no curve.
    const brokenPoint = (root: string): void => {
      const path = join(root, SERVICES.id, 'cert.pem');
      const der = opensslSync(['x509', '-in', path, '-outform', 'PEM'], root);
      const bytes = Buffer.from(der.replace(/-----[^-]+-----|\s/g, ''), 'base64');
      const point = bytes.indexOf(Buffer.from('03420004', 'hex'));
      expect(point).toBeGreaterThan(0);
      bytes.fill(0xff, point + 4, point + 68);
      writeFileSync(
        path,
        `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
      );
      rmSync(join(root, SERVICES.id, 'key.pem'));
    };
    expect(seen(API.id, brokenPoint).signedBy).toBeNull();
  });

  it('a copied certificate is still signed by whom it was', () => {
    expect(seen(API.id, copy(`${SERVICES.id}/cert.pem`, 'servers/api/cert.pem')).signedBy).toBeNull();
  });
});

describe('folders', () => {
  const blocked = (cause: Blockage) => ({
    key: { state: 'blocked', cause },
    cert: { state: 'blocked', cause },
    signedBy: null,
  });

  it('an entity’s folder that is a link is not followed', () => {
    const linked = seen(API.id, (root) => {
      cpSync(join(root, 'servers/api'), join(root, 'real'), { recursive: true });
      rmSync(join(root, 'servers/api'), { recursive: true });
      symlinkSync('../real', join(root, 'servers/api'));
    });
    expect(linked).toMatchObject(blocked({ kind: 'linked-folder' }));
  });

  it('a file in place of a folder', () => {
    const replaced = seen(API.id, (root) => {
      rmSync(join(root, 'servers'), { recursive: true });
      writeFileSync(join(root, 'servers'), '');
    });
    expect(replaced).toMatchObject(blocked({ kind: 'not-a-folder' }));
  });

  it('a file in place of the output folder', () => {
    const file = join(work, 'a-file');
    writeFileSync(file, '');
    expect(observe(file, ALL).entities.get(API.id)).toMatchObject({ key: { state: 'blocked' } });
  });

  it('a folder in place of a file', () => {
    const { cert } = seen(API.id, (root) => {
      rmSync(join(root, 'servers/api/cert.pem'));
      mkdirSync(join(root, 'servers/api/cert.pem'));
    });
    expect(cert).toEqual({ state: 'blocked', cause: { kind: 'directory' } });
  });

  it.each([
    ['a section’s', 'servers'],
    ['an entity’s', 'servers/api'],
  ])('%s that we may not look into blocks what is in it, and nothing else', (_, folder) => {
    const root = copyOfBase();
    for (const path of [work, root, join(root, 'servers')]) chmodSync(path, 0o755);
    chmodSync(join(root, folder), 0o000);
    const linked = anInventory(ROOT, SERVICES, { ...API, publish: 'symlinks' });
    try {
      for (const [inventory, cache] of [
        [ALL, undefined],
        [linked, undefined],
        [ALL, new Cache(root, 0)],
      ] as const) {
        const { entities } = asUser(() => observe(root, inventory, cache));
        expect(entities.get(API.id)).toMatchObject(blocked({ kind: 'closed-folder', code: 'EACCES' }));
        expect(entities.get(ROOT.id)?.cert).toMatchObject({ state: 'present' });
      }
    } finally {
      chmodSync(join(root, folder), 0o755);
    }
  });
});

it.each([
  ['servers/api', { kind: 'closed-folder', code: 'EACCES' }],
  ['servers/api/key.pem', { kind: 'unreadable', code: 'EACCES' }],
])('a key that was in %s, where we may not look, is not taken for missing', (closed, cause) => {
  const root = copyOfBase();
  for (const path of [work, root, join(root, 'servers')]) chmodSync(path, 0o755);
  chmodSync(join(root, closed), 0o000);
  const moved = anInventory(ROOT, SERVICES, { ...API, layout: { folder: 'new', files: {} } });
  try {
    expect(asUser(() => observe(root, moved)).entities.get(API.id)?.key).toMatchObject({
      state: 'blocked',
      cause: { kind: 'former', path: closed, cause },
    });
  } finally {
    chmodSync(join(root, closed), 0o755);
  }
});

describe('folders of what left the manifest', () => {
  const smaller = anInventory(ROOT, SERVICES);
  const strangersIn = (damage: (root: string) => void) => {
    const root = copyOfBase();
    damage(root);
    return observe(root, smaller).orphans;
  };
  const ledger = '.pki/ledger.jsonl';

  it('are ours where the ledger knows them by name, whoever signed them', () => {
    expect(strangersIn(() => {})).toEqual([API.id]);
    expect(strangersIn((root) => rmSync(join(root, SERVICES.id), { recursive: true }))).toEqual([API.id]);
  });

  it('are somebody else’s where they are copies, though of ours', () => {
    const copied = (root: string): void => {
      cpSync(join(root, API.id), join(root, `${API.id}.bak`), { recursive: true });
    };
    expect(strangersIn(copied)).toEqual([API.id]);
  });

  it('are somebody else’s where nothing proves them ours', () => {
    const foreign = (root: string): void => {
      rmSync(join(root, ledger));
      mkdirSync(join(root, 'servers/notes'));
      mkdirSync(join(root, 'notes'));
      writeFileSync(join(root, 'clients'), '');
    };
    expect(strangersIn(foreign)).toEqual([]);
  });

  it.each<readonly [string, (root: string) => void]>([
    ['is not JSON', put(ledger, 'nonsense\n')],
    [
      'is a folder',
      (root) => {
        rmSync(join(root, ledger));
        mkdirSync(join(root, ledger));
      },
    ],
  ])('are nobody’s to remove without a ledger: it %s', (_, damage) =>
    expect(strangersIn(damage)).toEqual([]),
  );

  it('that are links are not looked into', () => {
    const linked = (root: string): void => {
      cpSync(join(root, 'servers/api'), join(root, 'real'), { recursive: true });
      rmSync(join(root, 'servers/api'), { recursive: true });
      symlinkSync('../real', join(root, 'servers/api'));
    };
    expect(strangersIn(linked)).toEqual([]);
  });
});
