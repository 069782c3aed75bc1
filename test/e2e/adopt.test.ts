// Folders that other tools and hands made: described by a manifest, planned, applied. What conforms keeps every byte, what
// does not is named with the right reason, no key is ever lost, and the handshakes of the whole work in the end.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runPki } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import {
  type AdoptionJson,
  adoptAndApply,
  EASYRSA,
  found,
  leftOut,
  misfits,
  missing,
  missingEasyRsa,
  run,
} from './adopting.ts';
import { CA, type Files, leaf, RSA, Workshop } from './handmade.ts';
import { Project } from './project.ts';

describe('tools that Debian has', () => {
  const noEasyRsa = missingEasyRsa();
  it.skipIf(noEasyRsa)(`easy-rsa${noEasyRsa ? ` (${noEasyRsa})` : ''}`, async () => {
    const folder = temporaryFolder();
    const env = { EASYRSA_BATCH: '1', EASYRSA_ALGO: 'ec', EASYRSA_CURVE: 'secp384r1' };
    await run(EASYRSA, ['init-pki'], folder, env);
    await run(EASYRSA, ['build-ca', 'nopass'], folder, { ...env, EASYRSA_REQ_CN: 'Easy CA' });
    await run(
      EASYRSA,
      ['--subject-alt-name=DNS:web.test', 'build-server-full', 'web.test', 'nopass'],
      folder,
      env,
    );
    await run(EASYRSA, ['build-client-full', 'alice', 'nopass'], folder, env);
    await run(EASYRSA, ['gen-crl'], folder, env);
    const adoption = await found(folder, 'pki');
    const byId = misfits(adoption);
    const isOld = byId['authorities/ca'] !== undefined;
    // 3.1.0 of Debian 12 makes a CA without the critical flag, and ties every certificate to its serial number.
    expect(byId['authorities/ca'] ?? ['basicConstraints', 'stale']).toEqual(['basicConstraints', 'stale']);
    // That keys on curves may encipher as well, as easy-rsa lets them say, is refused by no verifier.
    expect(byId['servers/web.test']).toEqual(isOld ? ['issuer-changes'] : undefined);
    expect(adoption.text).toContain(
      'files: { key: "private/{name}.key", csr: "reqs/{name}.req", cert: "issued/{name}.crt" }',
    );
    expect(adoption.text).toContain('crl: { validity: 180d }');
    expect(leftOut(adoption)).not.toHaveProperty(['crl.pem']);
    await adoptAndApply(folder, byId, { certs: 'pki' });
  });

  const noCfssl = missing('cfssl', 'cfssljson');
  it.skipIf(noCfssl)(`cfssl${noCfssl ? ` (${noCfssl})` : ''}`, async () => {
    const { folder, certs } = new Workshop();
    const rsa = '"key":{"algo":"rsa","size":2048},"names":[{"C":"SE","O":"Example Org"}]';
    const pipe = (command: string, bare: string) =>
      run('sh', ['-c', `${command} 2>/dev/null | cfssljson -bare ${bare}`], certs);
    writeFileSync(join(certs, 'ca-csr.json'), `{"CN":"Example Root",${rsa}}`);
    await pipe('cfssl gencert -initca ca-csr.json', 'ca');
    for (const name of ['api', 'db']) {
      writeFileSync(
        join(certs, `${name}-csr.json`),
        `{"CN":"${name}.test","hosts":["${name}.test","10.0.0.1"],${rsa}}`,
      );
      await pipe(`cfssl gencert -ca ca.pem -ca-key ca-key.pem ${name}-csr.json`, name);
    }
    const { manifest, project } = await adoptAndApply(folder, {});
    expect(manifest).toContain('files: { key: "{name}-key.pem", csr: "{name}.csr", cert: "{name}.pem" }');
    expect(manifest).toContain('  api:\n    commonName: api.test\n    san: [ api.test, 10.0.0.1 ]\n  db:');
    // nobody's ca.pem is removed because it lies where another one's would
    expect(existsSync(project.path('ca.pem'))).toBe(true);
  });

  const noMkcert = missing('mkcert');
  it.skipIf(noMkcert)(`mkcert${noMkcert ? ` (${noMkcert})` : ''}`, async () => {
    const { folder, certs } = new Workshop();
    const make = (...args: readonly string[]) => run('mkcert', args, certs, { CAROOT: certs });
    await make('web.test', '*.web.test', '127.0.0.1');
    await make('-client', 'client.test');
    // The root keeps its key and the bytes of its name, so what it signed stays.
    const { manifest } = await adoptAndApply(folder, {});
    expect(manifest).not.toContain('does not conform');
    expect(manifest).not.toContain('# follows its issuer');
  });
});

const ROOT: Files = { key: 'ca.key', cert: 'ca.crt' };

describe('hands', () => {
  it('a flat folder that conforms: nothing is due, and apply touches nothing', async () => {
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/O=Example Org/CN=Flat Root', extensions: CA });
    for (const [name, usage] of [
      ['web', 'serverAuth'],
      ['db', 'serverAuth'],
      ['alice', 'clientAuth'],
      ['broker', 'serverAuth,clientAuth'],
    ] as const) {
      const files = { key: `${name}.key`, cert: `${name}.crt`, csr: `${name}.csr` };
      const san = usage === 'clientAuth' ? undefined : `DNS:${name}.test,DNS:www.${name}.test`;
      await shop.signed(
        files,
        { subject: `/O=Example Org/CN=${name}.test`, extensions: leaf(usage, san) },
        ROOT,
      );
    }
    const { manifest, adoption } = await adoptAndApply(shop.folder, {});
    expect(manifest.replaceAll(/^#.*\n/gm, '').trim()).toBe(`version: 1
output: certs
defaults:
  subject: { organization: Example Org }
  outputs: [ key, cert ]
  folder: .
  files: { key: "{name}.key", cert: "{name}.crt" }
authorities:
  ca:
    commonName: Flat Root
    key: ecdsa-p256
    validity: 10y
servers:
  db:
    commonName: db.test
    san: [ db.test, www.db.test ]
  web:
    commonName: web.test
    san: [ web.test, www.web.test ]
clients:
  alice:
    commonName: alice.test
    outputs: [ key, csr, cert ]
    files: { csr: alice.csr }
peers:
  broker:
    commonName: broker.test
    san: [ broker.test, www.broker.test ]`);
    // requests without the names that the certificates have
    expect(leftOut(adoption)).toEqual({
      'broker.csr': 'request-differs',
      'db.csr': 'request-differs',
      'web.csr': 'request-differs',
    });
  });

  it('private/ and certs/ as in /etc/ssl, with an intermediate, chains and a trust bundle', async () => {
    const shop = new Workshop();
    const root = { key: 'private/root.key', cert: 'certs/root.pem' };
    const inter = { key: 'private/issuing.key', cert: 'certs/issuing.pem' };
    await shop.root(root, { subject: '/CN=Split Root', extensions: CA });
    const below = [
      'basicConstraints = critical,CA:TRUE,pathlen:0',
      ...CA.slice(1),
      'authorityKeyIdentifier = keyid:always',
    ];
    await shop.signed(inter, { subject: '/CN=Split Issuing', extensions: below, days: 1825 }, root);
    for (const name of ['web', 'mail']) {
      const files = { key: `private/${name}.key`, cert: `certs/${name}.pem` };
      await shop.signed(
        files,
        { subject: `/CN=${name}.test`, extensions: leaf('serverAuth', `DNS:${name}.test`) },
        inter,
      );
      const read = (path: string) => readFileSync(shop.path(path), 'utf8');
      shop.put(`certs/${name}-fullchain.pem`, read(files.cert) + read(inter.cert));
    }
    shop.put(
      'certs/everyone.pem',
      readFileSync(shop.path(root.cert), 'utf8') + readFileSync(shop.path(inter.cert), 'utf8'),
    );
    const { manifest, adoption } = await adoptAndApply(shop.folder, {});
    expect(manifest).toContain('cert: "certs/{name}.pem", fullchain: "certs/{name}-fullchain.pem" }');
    expect(manifest).toContain(
      '  issuing:\n    commonName: Split Issuing\n    issuer: root\n    pathLength: 0\n',
    );
    expect(leftOut(adoption)).toEqual({ 'certs/everyone.pem': 'certificates' });
  });

  it('the three lines of every tutorial: version 1, no names, no usage', async () => {
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/CN=Tutorial CA', extensions: [CA[0] ?? '', CA[2] ?? ''] });
    await shop.signed(
      { key: 'server.key', cert: 'server.crt' },
      { subject: '/CN=localhost', algorithm: RSA, days: 365 },
      ROOT,
    );
    // Since 3.2 `x509 -req` writes version 3, with identifiers where the authority has one.
    const text = await openssl(['x509', '-in', shop.path('server.crt'), '-noout', '-text']);
    const version = text.includes('Version: 1 ') ? ['version'] : [];
    const identifier = text.includes('Authority Key Identifier') ? [] : ['authorityKeyIdentifier'];
    const { adoption } = await adoptAndApply(shop.folder, {
      'authorities/ca': ['keyUsage'],
      'peers/server': [...version, 'extendedKeyUsage', 'san', ...identifier],
    });
    expect(adoption.entities[1]?.notes).toMatchObject([{ kind: 'no-usage' }]);
  });

  it('minica: a folder for each, a root that is narrowed by usages and lives a hundred years', async () => {
    const shop = new Workshop();
    const root = { key: 'minica-key.pem', cert: 'minica.pem' };
    const constraints = 'basicConstraints = critical,CA:TRUE,pathlen:0';
    const usages = [
      'keyUsage = critical,digitalSignature,keyCertSign',
      'extendedKeyUsage = serverAuth,clientAuth',
    ];
    await shop.root(root, {
      subject: '/CN=minica root ca 0b4a1f',
      days: 36_525,
      extensions: [constraints, ...usages, 'subjectKeyIdentifier = hash'],
    });
    for (const name of ['one.test', '_.two.test']) {
      const san = `DNS:${name.replace('_', '*')}`;
      const extensions = leaf('serverAuth,clientAuth', san).map((line) =>
        line.replace('digitalSignature', 'digitalSignature,keyEncipherment'),
      );
      await shop.signed(
        { key: `${name}/key.pem`, cert: `${name}/cert.pem` },
        { subject: `/CN=${name.replace('_', '*')}`, extensions, days: 760 },
        root,
      );
    }
    const { manifest } = await adoptAndApply(shop.folder, {});
    expect(manifest).toContain('validity: 100y');
    expect(manifest).toContain('  folder: "{name}"');
    expect(manifest).toContain('  _.two.test:\n    commonName: "*.two.test"\n');
  });

  it('certyaml: bundles in the leaf’s own file are left out, with what to do; without them it is adopted', async () => {
    const shop = new Workshop();
    const [root, sub] = ['root', 'sub'].map((name) => ({ key: `${name}-key.pem`, cert: `${name}.pem` })) as [
      Files,
      Files,
    ];
    await shop.root(root, { subject: '/CN=root', extensions: CA });
    await shop.signed(
      sub,
      { subject: '/CN=sub', extensions: [...CA, 'authorityKeyIdentifier = keyid'], days: 365 },
      root,
    );
    const web = { key: 'web-key.pem', cert: 'web.pem' };
    await shop.signed(web, { subject: '/CN=web.test', extensions: leaf('serverAuth', 'DNS:web.test') }, sub);
    const alone = readFileSync(shop.path(web.cert), 'utf8');
    shop.put(web.cert, alone + readFileSync(shop.path(sub.cert), 'utf8'));
    const first = await found(shop.folder);
    expect(leftOut(first)).toEqual({ 'web.pem': 'bundle' });
    expect(first.entities.map(({ id }) => id)).toEqual(['authorities/root', 'authorities/sub']);
    shop.put('web-cert.pem', alone);
    const { manifest } = await adoptAndApply(shop.folder, {});
    expect(manifest).toContain('fullchain: web.pem');
  });
});

describe('our own', () => {
  it('a folder of ours whose memory is lost is described as it was, trust and all', async () => {
    const folder = temporaryFolder();
    const project = new Project(
      `version: 1
defaults: { subject: { country: SE, organization: Example Org } }
authorities:
  root: { commonName: Root }
  services: { commonName: Services, issuer: root, pathLength: 0 }
  partner: { commonName: Partner }
servers:
  api: { commonName: api.test, issuer: services, trust: [root, partner], outputs: [key, csr, cert, chain, fullchain, ca, public] }
  db: { commonName: db.test, san: [db.test, 10.0.0.1, "uri:spiffe://example.test/db"], issuer: root, key: rsa-2048 }
clients:
  app: { commonName: app, issuer: partner, validity: 7d }
`,
      { folder },
    );
    await project.apply();
    rmSync(project.path('.pki'), { recursive: true });
    rmSync(join(folder, 'pki.yaml'));
    const { manifest } = await adoptAndApply(folder, {}, { certs: 'pki' });
    expect(manifest).not.toMatch(/files:|folder:/);
    expect(manifest).toContain('trust: [ root, partner ]');
  });
});

describe('what is left out', () => {
  it('says of each thing why, and describes the rest', async () => {
    const shop = new Workshop();
    const { certs, folder } = shop;
    const other: Files = { key: 'other.key', cert: 'other.crt' };
    await shop.root(ROOT, { subject: '/CN=Good Root', extensions: CA });
    await shop.root(other, { subject: '/CN=Offline Root', extensions: CA });
    await shop.root({ key: 'twin.key', cert: 'twin.crt' }, { subject: '/CN=good  ROOT', extensions: CA });
    await shop.root(
      { key: 'self.key', cert: 'self.crt' },
      { subject: '/CN=self.test', extensions: leaf('serverAuth').slice(0, 4) },
    );
    const sign = (name: string, extensions: readonly string[], issuer = ROOT, making = {}) =>
      shop.signed(
        { key: `${name}.key`, cert: `${name}.crt` },
        { subject: `/CN=${name}.test`, extensions, ...making },
        issuer,
      );
    const server = (name: string) => leaf('serverAuth', `DNS:${name}.test`);
    const stacked = [
      'basicConstraints = critical,CA:TRUE,pathlen:0',
      ...CA.slice(1),
      'authorityKeyIdentifier = keyid',
    ];
    await sign('sub', stacked);
    await sign('subsub', stacked, { key: 'sub.key', cert: 'sub.crt' });
    await sign('good', server('good'));
    await sign('below-offline', server('below-offline'), other);
    await sign('locked', server('locked'));
    await sign('haproxy', server('haproxy'));
    await sign('keyless', server('keyless'));
    await sign('weak', server('weak'), ROOT, {
      algorithm: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
    });
    await sign('koblitz', server('koblitz'), ROOT, {
      algorithm: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1'],
    });
    await sign('coder', leaf('codeSigning, timeStamping'));
    await sign('spiffe', leaf('serverAuth', 'URI:spiffe://x/y'), ROOT, { subject: '/O=No Host' });
    await sign('{brace}', server('brace'), ROOT, { subject: '/CN=brace.test' });
    await sign('API', server('API'));
    await sign('api', server('api'));
    const path = (name: string) => join(certs, name);
    rmSync(path('other.key'));
    rmSync(path('keyless.key'));
    await openssl([
      'pkey',
      '-in',
      path('locked.key'),
      '-aes256',
      '-passout',
      'pass:secret',
      '-out',
      path('locked2.key'),
    ]);
    cpSync(path('locked2.key'), path('locked.key'));
    rmSync(path('locked2.key'));
    writeFileSync(
      path('haproxy.pem'),
      readFileSync(path('haproxy.crt'), 'utf8') + readFileSync(path('haproxy.key'), 'utf8'),
    );
    for (const name of ['haproxy.crt', 'haproxy.key']) rmSync(path(name));
    await shop.key('lonely.key', { subject: '' });
    cpSync(path('good.key'), path('copy-of-good.key'));
    writeFileSync(path('store.p12'), 'x');
    await openssl(['x509', '-in', path('good.crt'), '-outform', 'DER', '-out', path('good.der')]);
    writeFileSync(path('empty.pem'), '');
    writeFileSync(path('broken.crt'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    symlinkSync('good.crt', path('link.crt'));
    mkdirSync(path('1/2/3/4/5/6/7'), { recursive: true });

    const { adoption, manifest } = await adoptAndApply(folder, {}, { prove: false });
    expect(adoption.entities.map(({ id }) => id)).toEqual([
      'authorities/ca',
      'authorities/other',
      'authorities/sub',
      'servers/API',
      'servers/below-offline',
      'servers/good',
      'servers/locked',
      'servers/spiffe',
    ]);
    expect(manifest).toContain('commonName: Good Root');
    expect(leftOut(adoption)).toEqual({
      '1/2/3/4/5/6/7': 'too-deep',
      'api.crt': 'path',
      'broken.crt': 'unreadable',
      'coder.crt': 'usage',
      'copy-of-good.key': 'copy',
      'empty.pem': 'unreadable',
      'good.der': 'format',
      'haproxy.pem': 'together',
      'keyless.crt': 'no-key',
      'koblitz.crt': 'key-kind',
      'link.crt': 'link',
      'lonely.key': 'no-certificate',
      'self.crt': 'self-signed',
      'store.p12': 'format',
      'subsub.crt': 'path-length',
      'twin.crt': 'same-subject',
      'weak.crt': 'key-kind',
      '{brace}.crt': 'path',
    });
    const run = await runPki(['adopt', 'certs'], { cwd: folder });
    expect(run.stderr).toContain(
      'note: authorities/other: described with "key: offline": its private key is not in this folder\n',
    );
    expect(manifest).toContain('passphrase: prompt\n');
  });

  it('what has expired is due for renewal, an authority as well as a leaf', async () => {
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/CN=Short Root', extensions: CA, days: 100 });
    const web = { key: 'web.key', cert: 'web.crt' };
    await shop.signed(
      web,
      { subject: '/CN=web.test', extensions: leaf('serverAuth', 'DNS:web.test'), days: 2 },
      ROOT,
    );
    const at = async (days: number) => {
      const now = new Date(Date.now() + days * 86_400_000).toISOString();
      const { stdout } = await runPki(['adopt', 'certs', '--json', '--now', now], { cwd: shop.folder });
      return JSON.parse(stdout) as AdoptionJson;
    };
    expect(misfits(await at(3))).toEqual({ 'servers/web': ['expired'] });
    expect((await at(3)).text).toMatch(/# due for renewal: expired .*\n {2}web:/);
    const late = await at(101);
    expect(misfits(late)).toEqual({ 'authorities/ca': ['expired'], 'servers/web': ['expired'] });
    expect(late.text).toMatch(/# due for renewal: expired .*\n {2}ca:/);
    expect(leftOut(late)).toEqual({});
  });
});

describe('what fits half', () => {
  it('is described as far as a manifest goes, and said', async () => {
    const shop = new Workshop();
    await shop.root(ROOT, {
      subject: '/DC=test/CN=Directory Root',
      extensions: [...CA, 'nsComment = hello'],
    });
    const sign = (name: string, subject: string, extensions: readonly string[]) =>
      shop.signed({ key: `x/${name}/key.pem`, cert: `x/${name}/cert.pem` }, { subject, extensions }, ROOT);
    await sign('front', '/CN=Web Frontend', leaf('serverAuth', 'DNS:front.test'));
    await sign('short', '/CN=short', leaf('serverAuth', 'DNS:short.example.test'));
    await sign('mixed', '/CN=mixed.test', leaf('serverAuth', 'DNS:mixed.test,otherName:1.2.3.4;UTF8:x'));
    await sign('mail', '/CN=Ann/emailAddress=ann@example.test', leaf('clientAuth', 'email:ann@example.test'));
    await sign('odd name!', '/CN=odd.test', leaf('serverAuth', 'DNS:odd.test'));
    // Domain components and mail addresses are attributes of a subject like others: nothing is due.
    const { manifest, adoption } = await adoptAndApply(shop.folder, {});
    const notes = Object.fromEntries(
      adoption.entities.map(({ id, notes }) => [id, notes.map(({ kind }) => kind)]),
    );
    expect(notes).toEqual({
      'authorities/ca': ['extensions'],
      'servers/front': [],
      'servers/mixed': [],
      'servers/odd-name': [],
      'servers/short': [],
      'clients/mail': [],
    });
    expect(manifest).toContain('    folder: x/odd name!\n');
  });

  it('a self-signed server that says CA:TRUE is a root that looks like a mistake', async () => {
    const shop = new Workshop();
    await shop.root(
      { key: 'localhost.key', cert: 'localhost.crt' },
      { subject: '/CN=localhost', extensions: [...CA, 'subjectAltName = DNS:localhost'] },
    );
    const adoption = await found(shop.folder);
    expect(adoption.entities).toMatchObject([
      { id: 'authorities/localhost', notes: [{ kind: 'idle-root' }] },
    ]);
    expect(misfits(adoption)).toEqual({});
  });
});

describe('the manifest goes', () => {
  it('beside or above the folder, never over a file, never into the folder', async () => {
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/CN=Root', extensions: CA });
    const folder = join(shop.folder, 'inner');
    const certs = join(folder, 'certs');
    cpSync(shop.certs, certs, { recursive: true });
    const pki = (...args: readonly string[]) => runPki(['adopt', ...args], { cwd: folder });
    expect((await pki('certs')).stdout).toContain('\noutput: certs\n');
    expect((await pki('certs', '--write', '../above.yaml')).stderr).toContain('wrote "../above.yaml"');
    const above = join(shop.folder, 'above.yaml');
    expect(readFileSync(above, 'utf8')).toContain('\noutput: inner/certs\n');
    expect(await pki('certs', '--write', '../above.yaml')).toMatchObject({ code: 1, stdout: '' });
    const inside = await pki('certs', '--write', 'certs/pki.yaml');
    expect(inside).toMatchObject({ code: 1, stdout: '' });
    expect(inside.stderr).toContain('pki: hint: write it beside the folder: "--write ');
    const here = await runPki(['adopt', '.'], { cwd: certs });
    expect(here.stdout).toContain('\noutput: certs\n');
    expect(here.stderr).toContain(`save it in "${folder}"`);
    expect(await pki('nowhere')).toMatchObject({ code: 1, stdout: '' });
    const nothing = await pki('.', '--json');
    expect(nothing.code).toBe(0);
    rmSync(join(certs, 'ca.key'));
    expect((await pki('certs')).stderr).toContain('error: "certs" holds no authority with its key');
  });
});
