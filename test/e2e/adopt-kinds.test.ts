// Kinds of folders that were misjudged: what is revoked, expired, hidden in bundles, or in PEM that programs disagree about.
import { chmodSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isCommonNameValid } from '../../src/adopt/common-name.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { runPki } from '../helpers/cli.ts';
import { openssl } from '../helpers/openssl.ts';
import { adoptAndApply, EASYRSA, found, leftOut, misfits, missingEasyRsa, run } from './adopting.ts';
import { CA, type Files, leaf, RSA, Workshop } from './handmade.ts';

const ROOT: Files = { key: 'ca.key', cert: 'ca.crt' };
const client = leaf('clientAuth');

/** A root and clients below it, each in files of its name. */
async function clientsOf(...names: readonly string[]): Promise<Workshop> {
  const shop = new Workshop();
  await shop.root(ROOT, { subject: '/CN=Root', extensions: CA });
  for (const name of names)
    await shop.signed(
      { key: `${name}.key`, cert: `${name}.crt` },
      { subject: `/CN=${name}`, extensions: client },
      ROOT,
    );
  return shop;
}

const read = (shop: Workshop, name: string): string => readFileSync(shop.path(name), 'latin1');

async function serialOf(shop: Workshop, name: string): Promise<string> {
  return (await openssl(['x509', '-in', shop.path(name), '-noout', '-serial'])).trim().replace('serial=', '');
}

/** A revocation list of the root. */
async function revoke(
  shop: Workshop,
  list: string,
  ...entries: readonly (readonly [serial: string, how: string])[]
): Promise<void> {
  const lines = entries.map(([serial, how]) => `R\t351231235959Z\t${how}\t${serial}\tunknown\t/CN=x\n`);
  writeFileSync(`${shop.folder}/index.txt`, lines.join(''));
  writeFileSync(`${shop.folder}/index.txt.attr`, 'unique_subject = no\n');
  writeFileSync(
    `${shop.folder}/ca.cnf`,
    `[ca]\ndefault_ca = x\n[x]\ndatabase = ${shop.folder}/index.txt\ndefault_md = sha256\ndefault_crl_days = 30\n`,
  );
  const paths = ['-keyfile', shop.path(ROOT.key), '-cert', shop.path(ROOT.cert), '-out', shop.path(list)];
  await openssl(['ca', '-config', `${shop.folder}/ca.cnf`, '-gencrl', ...paths]);
}

describe('what is revoked stays so', () => {
  it.skipIf(missingEasyRsa() !== undefined)(
    'easy-rsa: also where its files lie about, and where its name lives on',
    async () => {
      const shop = new Workshop();
      const env = {
        EASYRSA_BATCH: '1',
        EASYRSA_ALGO: 'ec',
        EASYRSA_CURVE: 'prime256v1',
        EASYRSA_PKI: shop.path('pki'),
      };
      const easyrsa = (...args: readonly string[]) => run('sh', [EASYRSA, ...args], shop.folder, env);
      await easyrsa('init-pki');
      await easyrsa('build-ca', 'nopass');
      for (const name of ['alice', 'bob', 'carol']) await easyrsa('build-client-full', name, 'nopass');
      const carol = ['issued/carol.crt', 'private/carol.key'].map(
        (name) => [name, read(shop, `pki/${name}`)] as const,
      );
      await easyrsa('revoke', 'bob', 'keyCompromise');
      await easyrsa('revoke', 'carol');
      await easyrsa('gen-crl');
      await easyrsa('build-client-full', 'bob', 'nopass');
      for (const [name, text] of carol) shop.put(`pki/${name}`, text);
      const adoption = await found(shop.certs, 'pki');
      expect(adoption.entities.map(({ id }) => id)).toEqual([
        'authorities/ca',
        'clients/alice',
        'clients/bob',
      ]);
      const revoked = adoption.leftOut.filter(({ why }) => why.kind === 'revoked');
      const texts = revoked.map(({ subject, why }) => `${subject ?? ''}: ${why.text}`);
      expect(texts).toContainEqual(
        expect.stringMatching(/^CN=bob: revoked on [\d-]+ \(keyCompromise\), according to "crl.pem"$/),
      );
      expect(texts).toContainEqual(
        expect.stringMatching(/^CN=carol: revoked on [\d-]+, according to "crl.pem"$/),
      );
      rmSync(shop.path('pki/crl.pem'));
      const byIndex = await found(shop.certs, 'pki');
      expect(byIndex.entities.map(({ id }) => id)).toEqual([
        'authorities/ca',
        'clients/alice',
        'clients/bob',
      ]);
      expect(byIndex.leftOut.map(({ why }) => why.text)).toContainEqual(
        expect.stringMatching(/^revoked on .*according to "index.txt"$/),
      );
      rmSync(shop.path('pki/index.txt'));
      for (const [name] of carol) rmSync(shop.path(`pki/${name}`));
      const byFolder = await found(shop.certs, 'pki');
      expect(byFolder.entities.map(({ id }) => id)).toEqual([
        'authorities/ca',
        'clients/alice',
        'clients/bob',
      ]);
      expect(byFolder.leftOut.map(({ why }) => why.text)).toContain(
        'revoked: it is in a folder of that name',
      );
    },
  );

  it.each(['PEM', 'DER'])('by a list in %s that the authority signed, and by no other', async (form) => {
    const shop = await clientsOf('alice', 'bob', 'carol');
    await revoke(shop, 'list.pem', [await serialOf(shop, 'bob.crt'), '260131120000Z,superseded']);
    if (form === 'DER') {
      await openssl(['crl', '-in', shop.path('list.pem'), '-outform', 'DER', '-out', shop.path('list.crl')]);
      rmSync(shop.path('list.pem'));
    }
    const foreign = await clientsOf();
    await revoke(foreign, 'list.pem', [await serialOf(shop, 'carol.crt'), '260131120000Z']);
    shop.put('foreign.pem', read(foreign, 'list.pem'));
    // Of a list in DER there is none in PEM yet.
    const due = form === 'DER' ? { 'authorities/ca': ['missing', 'revokes', 'stale'] } : {};
    const { adoption } = await adoptAndApply(shop.folder, due, { prove: false });
    expect(adoption.entities.map(({ id }) => id)).toEqual([
      'authorities/ca',
      'clients/alice',
      'clients/carol',
    ]);
    expect(leftOut(adoption)).toMatchObject({ 'bob.crt': 'revoked', 'foreign.pem': 'crl' });
    const { stderr } = await runPki(['adopt', 'certs'], { cwd: shop.folder });
    expect(stderr).toContain(
      '"foreign.pem": a revocation list of CN=Root that no authority of this folder signed: it was not considered',
    );
    // The one in PEM that apply made is as good a witness.
    expect(stderr).toMatch(/revoked on 2026-01-31 \(superseded\), according to "(list|crl)\./);
  });

  it('an authority takes everything below it along', async () => {
    const shop = new Workshop();
    const inter = { key: 'sub.key', cert: 'sub.crt' };
    await shop.root(ROOT, { subject: '/CN=Root', extensions: CA });
    await shop.signed(
      inter,
      { subject: '/CN=Sub', extensions: [...CA, 'authorityKeyIdentifier = keyid'] },
      ROOT,
    );
    await shop.signed({ key: 'web.key', cert: 'web.crt' }, { subject: '/CN=web', extensions: client }, inter);
    await revoke(shop, 'crl.pem', [await serialOf(shop, 'sub.crt'), '260131120000Z,CACompromise']);
    const adoption = await found(shop.folder);
    expect(adoption.entities.map(({ id }) => id)).toEqual(['authorities/ca']);
    expect(leftOut(adoption)).toMatchObject({ 'sub.crt': 'revoked', 'web.crt': 'issuer-left-out' });
    expect(adoption.leftOut.find(({ paths }) => paths[0] === 'web.crt')?.why.because).toMatchObject({
      kind: 'revoked',
      by: 'crl',
    });
  });

  it('a hold that a newer list has lifted is over', async () => {
    const shop = await clientsOf('alice');
    await revoke(shop, 'old.pem', [await serialOf(shop, 'alice.crt'), '260131120000Z,certificateHold']);
    expect(leftOut(await found(shop.folder))).toMatchObject({ 'alice.crt': 'revoked' });
    // Lists have seconds, and the newer one has to be newer.
    const text = read(shop, 'old.pem');
    let newer = text;
    while ((await thisUpdate(shop, text)) === (await thisUpdate(shop, newer))) {
      await revoke(shop, 'new.pem');
      newer = read(shop, 'new.pem');
    }
    expect(leftOut(await found(shop.folder))).not.toHaveProperty('alice.crt');
  });
});

async function thisUpdate(shop: Workshop, crl: string): Promise<string> {
  writeFileSync(`${shop.folder}/crl.pem`, crl);
  return await openssl(['crl', '-in', `${shop.folder}/crl.pem`, '-noout', '-lastupdate']);
}

describe('what has expired is renewed', () => {
  it('a root with its key, while everything below it stays', async () => {
    const shop = await clientsOf('alice');
    const dates = ['-startdate', '20140101000000Z', '-enddate', '20240101000000Z'];
    await openssl([
      'req',
      '-new',
      '-key',
      shop.path('ca.key'),
      '-subj',
      '/CN=Root',
      '-out',
      `${shop.folder}/ca.csr`,
    ]);
    writeFileSync(`${shop.folder}/index.txt`, '');
    const config = `[ca]\ndefault_ca = x\n[x]\ndatabase = ${shop.folder}/index.txt\nnew_certs_dir = ${shop.folder}\nrand_serial = yes\ndefault_md = sha256\npolicy = p\nx509_extensions = e\n[p]\ncommonName = supplied\n[e]\n${CA.join('\n')}\n`;
    writeFileSync(`${shop.folder}/ca.cnf`, config);
    const paths = [
      '-keyfile',
      shop.path('ca.key'),
      '-in',
      `${shop.folder}/ca.csr`,
      '-out',
      shop.path('ca.crt'),
    ];
    await openssl([
      'ca',
      '-batch',
      '-notext',
      '-config',
      `${shop.folder}/ca.cnf`,
      '-selfsign',
      ...dates,
      ...paths,
    ]);
    const alice = read(shop, 'alice.crt');
    const { adoption, manifest } = await adoptAndApply(
      shop.folder,
      { 'authorities/ca': ['expired'] },
      { prove: false },
    );
    expect(manifest).toMatch(/# due for renewal: expired 2024-01-01T00:00:00Z\n {2}ca:/);
    expect(leftOut(adoption)).toEqual({});
    expect(read(shop, 'alice.crt')).toBe(alice);
    await openssl(['verify', '-x509_strict', '-CAfile', shop.path('ca.crt'), shop.path('alice.crt')]);
  });

  it('not the certificate whose only key shares a file with a copy of it, which a new key would overwrite', async () => {
    const shop = await clientsOf('alice');
    const both = `${read(shop, 'alice.key')}${read(shop, 'alice.crt')}`;
    writeFileSync(shop.path('haproxy.pem'), both);
    rmSync(shop.path('alice.key'));
    const adoption = await found(shop.folder);
    expect(adoption.entities.map(({ id }) => id)).toEqual(['authorities/ca']);
    expect(leftOut(adoption)).toEqual({ 'haproxy.pem': 'together' });
  });

  it('not the certificate of which there is a newer one for the same key', async () => {
    const shop = await clientsOf('alice');
    const again = { key: 'alice.key', cert: 'alice-2.crt' };
    await shop.signed(again, { subject: '/CN=alice', extensions: client, days: 900, sameKey: true }, ROOT);
    const now = new Date(Date.now() + 200 * 86_400_000).toISOString();
    const { stdout } = await runPki(['adopt', 'certs', '--json', '--now', now], { cwd: shop.folder });
    expect(leftOut(JSON.parse(stdout))).toEqual({ 'alice.crt': 'earlier' });
  });

  it('not the root of which there is one with the same name that is in use', async () => {
    const shop = await clientsOf('alice');
    await shop.root(
      { key: 'a-old.key', cert: 'a-old.crt' },
      { subject: '/CN=Root', extensions: CA, days: 20 },
    );
    for (const days of [0, 30]) {
      const now = new Date(Date.now() + days * 86_400_000).toISOString();
      const { stdout } = await runPki(['adopt', 'certs', '--json', '--now', now], { cwd: shop.folder });
      expect(leftOut(JSON.parse(stdout))).toEqual({ 'a-old.crt': 'same-subject' });
    }
  });
});

describe('a certificate that is only in bundles', () => {
  it('gets a hint that names the right one: followed, it leads to a folder that is adopted', async () => {
    const shop = new Workshop();
    const [root, sub] = [
      { key: 'root-ca.key', cert: 'root-ca.pem' },
      { key: 'client-ca.key', cert: 'client-ca.crt' },
    ];
    await shop.root(root, { subject: '/CN=root', extensions: CA });
    await shop.signed(
      sub,
      { subject: '/CN=client-ca', extensions: [...CA, 'authorityKeyIdentifier = keyid'], days: 900 },
      root,
    );
    await shop.signed(
      { key: 'client-admin.key', cert: 'client-admin.crt' },
      { subject: '/CN=admin', extensions: client },
      sub,
    );
    shop.put('client-admin.crt', read(shop, 'client-admin.crt') + read(shop, 'client-ca.crt'));
    shop.put('client-ca.crt', read(shop, 'client-ca.crt') + read(shop, 'root-ca.pem'));
    const follow = async (): Promise<readonly string[]> => {
      const { leftOut: all } = await found(shop.folder);
      const hints = all.flatMap(
        ({ why }) => /"openssl (x509 -in (\S+)) -out CERT"/.exec(why.hint ?? '')?.[2] ?? [],
      );
      for (const file of new Set(hints))
        await openssl(['x509', '-in', shop.path(file), '-out', shop.path(file.replace('.crt', '.pem'))]);
      return hints;
    };
    expect(await follow()).toEqual(['client-admin.crt', 'client-ca.crt']);
    const { adoption, manifest } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(adoption.entities.map(({ id }) => id)).toEqual([
      'authorities/root-ca',
      'authorities/client-ca',
      'clients/client-admin',
    ]);
    expect(manifest).toContain('fullchain: client-admin.crt');
  });

  it('in which it is not the first gets another hint', async () => {
    const shop = await clientsOf('alice');
    shop.put('all.pem', read(shop, 'ca.crt') + read(shop, 'alice.crt'));
    rmSync(shop.path('alice.crt'));
    const { stderr } = await runPki(['adopt', 'certs'], { cwd: shop.folder });
    expect(stderr).toContain('hint: put certificate 2 into a file of its own with "awk');
  });

  it('or beside parameters that a renewal would lose', async () => {
    const shop = await clientsOf('alice');
    shop.put('alice.crt', `${read(shop, 'alice.crt')}${await openssl(['dhparam', '-dsaparam', '512'])}`);
    expect(leftOut(await found(shop.folder))).toEqual({ 'alice.crt': 'bundle' });
  });

  it('is not described as trust where it is there twice, nor as anything else', async () => {
    const shop = await clientsOf('alice');
    shop.put('alice-ca.crt', read(shop, 'ca.crt') + read(shop, 'ca.crt'));
    const { adoption } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(leftOut(adoption)).toEqual({ 'alice-ca.crt': 'certificates' });
  });
});

it('what no manifest can have is left out with the reason, and the rest is adopted', async () => {
  const shop = new Workshop();
  const subject = '/CN=Clients';
  await shop.root(ROOT, { subject, extensions: [...CA, 'extendedKeyUsage=clientAuth'] });
  const signed = (name: string, subject: string, extensions: readonly string[]) =>
    shop.signed({ key: `${name}.key`, cert: `${name}.crt` }, { subject, extensions }, ROOT);
  await signed('ann', '/CN=ann', client);
  await signed('web', '/CN=web.test', [...leaf('serverAuth'), 'subjectAltName=DNS:web.test']);
  const adoption = await found(shop.folder);
  expect(adoption.entities.map(({ id }) => id)).toEqual(['authorities/ca', 'clients/ann']);
  expect(misfits(adoption)).toEqual({});
  expect(adoption.leftOut.map(({ paths, why }) => [paths[0], why.text])).toEqual([
    [
      'web.crt',
      'no manifest can have it: server "web" is for "serverAuth", and authority "ca" above it is not',
    ],
  ]);
});

it('nor is a name with a space in it, with the entries beside it', async () => {
  const shop = await clientsOf('ann');
  const extensions = [...leaf('serverAuth'), 'subjectAltName=DNS:a b.test'];
  await shop.signed({ key: 'odd.key', cert: 'odd.crt' }, { subject: '/CN=a b.test', extensions }, ROOT);
  const adoption = await found(shop.folder);
  expect(adoption.entities.map(({ id }) => id)).toEqual(['authorities/ca', 'clients/ann']);
  expect(adoption.leftOut.map(({ why }) => why.text)).toEqual([
    expect.stringMatching(/^no manifest can have it: common name "a b.test" .* is not a host name/),
  ]);
});

describe('PEM, names and algorithms', () => {
  it('what every program reads conforms; what only some read is left out with the reason', async () => {
    const good = ['crlf', 'text', 'spaces', 'ecparam', 'nonl', 'sec1'];
    const bad = ['bom', 'indent', 'x509', 'trusted', 'utf16', 'behind'];
    const shop = await clientsOf(...good, ...bad);
    const edit = (name: string, change: (text: string) => string): void => {
      const path = shop.path(name);
      writeFileSync(path, Buffer.from(change(readFileSync(path, 'latin1')), 'latin1'));
    };
    for (const end of ['crt', 'key']) {
      edit(`crlf.${end}`, (text) => text.replaceAll('\n', '\r\n'));
      edit(`text.${end}`, (text) => `Bag Attributes\n    friendlyName: 1\nsubject=CN = F\xfcr alle\n${text}`);
      edit(`spaces.${end}`, (text) => text.replaceAll('-----\n', '-----  \n'));
      edit(`nonl.${end}`, (text) => text.trimEnd());
      edit(`bom.${end}`, (text) => `\xef\xbb\xbf${text}`);
    }
    edit(
      'ecparam.key',
      (text) => `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${text}`,
    );
    await openssl(['ec', '-in', shop.path('sec1.key'), '-out', shop.path('sec1.key')]);
    edit('indent.crt', (text) => text.replaceAll(/^/gm, '    '));
    edit('x509.crt', (text) => text.replaceAll(' CERT', ' X509 CERT'));
    edit('behind.crt', (text) => text.replace(/-----\n$/, '-----x\n'));
    writeFileSync(
      shop.path('utf16.crt'),
      Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from(read(shop, 'utf16.crt'), 'utf16le')]),
    );
    await openssl(['x509', '-in', shop.path('trusted.crt'), '-trustout', '-out', shop.path('trusted.crt')]);
    const { adoption } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(adoption.entities.map(({ id }) => id.replace('clients/', '')).sort()).toEqual(
      ['authorities/ca', ...good].sort(),
    );
    const texts = Object.fromEntries(adoption.leftOut.map(({ paths, why }) => [paths[0], why.text]));
    const key = (name: string) =>
      `a private key whose certificate may be in "${name}.crt", which was not read`;
    expect(texts).toEqual({
      'behind.crt': 'has spaces or other text beside a PEM boundary in line 1, which not every program reads',
      'behind.key': key('behind'),
      'bom.crt': 'has a byte order mark in line 1, which not every program reads',
      'bom.key': 'has a byte order mark in line 1, which not every program reads',
      'indent.crt': 'has spaces or other text beside a PEM boundary in line 1, which not every program reads',
      'indent.key': key('indent'),
      'trusted.crt': 'has the label "TRUSTED CERTIFICATE", which not every program reads',
      'trusted.key': key('trusted'),
      'utf16.crt': 'is text in UTF-16, which no program reads as PEM',
      'utf16.key': key('utf16'),
      'x509.crt': 'has the label "X509 CERTIFICATE", which not every program reads',
      'x509.key': key('x509'),
    });
  });

  it('keys of other programs are named beside their certificates', async () => {
    const shop = await clientsOf('tpm', 'token', 'der', 'ssh');
    const block = (label: string): string => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;
    await openssl(['pkey', '-in', shop.path('der.key'), '-outform', 'DER', '-out', shop.path('der2.key')]);
    shop.put('tpm.key', block('TSS2 PRIVATE KEY'));
    shop.put('token.key', 'pkcs11:token=x;object=token\n');
    shop.put('ssh.key', block('OPENSSH PRIVATE KEY'));
    writeFileSync(shop.path('der.key'), readFileSync(shop.path('der2.key')));
    rmSync(shop.path('der2.key'));
    const adoption = await found(shop.folder);
    expect(adoption.entities.map(({ id }) => id)).toEqual(['authorities/ca']);
    const kinds = adoption.leftOut.map(({ paths, why }) => [
      paths[0],
      why.kind,
      'format' in why && why.format,
    ]);
    expect(kinds).toEqual([
      ['der.crt', 'foreign-key', 'der'],
      ['der.key', 'foreign-key', 'der'],
      ['ssh.crt', 'foreign-key', 'openssh'],
      ['ssh.key', 'foreign-key', 'openssh'],
      ['token.crt', 'foreign-key', 'pkcs11'],
      ['token.key', 'foreign-key', 'pkcs11'],
      ['tpm.crt', 'foreign-key', 'tpm'],
      ['tpm.key', 'foreign-key', 'tpm'],
    ]);
  });

  it('keys that were not read are named beside their certificates, too', async () => {
    const shop = await clientsOf('linked', 'marked');
    renameSync(shop.path('linked.key'), `${shop.folder}/linked.key`);
    symlinkSync('../linked.key', shop.path('linked.key'));
    writeFileSync(shop.path('marked.key'), `\ufeff${read(shop, 'marked.key')}`);
    const { stderr } = await runPki(['adopt', 'certs'], { cwd: shop.folder });
    expect(stderr).toContain('"linked.crt" (CN=linked): its private key "linked.key" is a symbolic link');
    expect(stderr).toContain(
      '"marked.crt" (CN=marked): its private key "marked.key" has a byte order mark in line 1',
    );
    expect(leftOut(await found(shop.folder))).toMatchObject({
      'linked.crt': 'unread-key',
      'marked.crt': 'unread-key',
    });
  });

  it('explicit curve parameters are called by their name, and RSA-PSS keys are described', async () => {
    const shop = await clientsOf();
    const make = async (name: string, ...args: readonly string[]): Promise<void> => {
      await openssl([...args, '-out', shop.path(`${name}.key`)]);
      const csr = await openssl(['req', '-new', '-key', shop.path(`${name}.key`), '-subj', `/CN=${name}`]);
      const by = ['-CA', shop.path('ca.crt'), '-CAkey', shop.path('ca.key'), '-set_serial', '7'];
      await openssl(['x509', '-req', ...by, '-out', shop.path(`${name}.crt`)], { input: csr });
    };
    await make('explicit', 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-param_enc', 'explicit');
    await make('pss', 'genpkey', '-algorithm', 'RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048');
    const adoption = await found(shop.folder);
    expect(Object.fromEntries(adoption.leftOut.map(({ paths, why }) => [paths[0], why.text]))).toEqual({
      'explicit.crt':
        'holds no readable certificate: an elliptic curve is given by its parameters, and RFC 5480 §2.1.1 has it named',
      'explicit.key':
        'the private key "explicit.key" gives its elliptic curve by parameters, and RFC 5480 §2.1.1 has it named',
    });
    expect(adoption.text).toMatch(/^ {2}pss:\n(?: {4}.*\n)*? {4}key: rsa-pss-2048$/m);
  });

  it('RSASSA-PSS, with any mask, and SHA-224: who signed is found out', async () => {
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/CN=Root', extensions: CA, algorithm: RSA });
    const sign = (name: string, ...signing: readonly string[]): Promise<void> =>
      shop.signed(
        { key: `${name}.key`, cert: `${name}.crt` },
        { subject: `/CN=${name}`, extensions: client, signing },
        ROOT,
      );
    const pss = ['-sigopt', 'rsa_padding_mode:pss', '-sigopt'];
    await sign('pss', '-sha256', ...pss, 'rsa_pss_saltlen:32');
    await sign('sha224', '-sha224');
    await sign('mgf', '-sha256', ...pss, 'rsa_mgf1_md:sha1');
    const { adoption } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(adoption.entities.map(({ id }) => id)).toEqual([
      'authorities/ca',
      'clients/mgf',
      'clients/pss',
      'clients/sha224',
    ]);
    expect(adoption.leftOut).toEqual([]);
  });

  it.each([
    ['an identity', 'system:node:node-0.example.test', 'DNS:node-0,IP:127.0.0.1'],
    ['a person', 'Jane Doe', 'DNS:node.example.test'],
    ['a short name', 'node', 'DNS:node.example.test'],
  ])('a common name that is %s stays', async (_, commonName, san) => {
    const shop = await clientsOf();
    const files = { key: 'node.key', cert: 'node.crt' };
    const extensions = leaf('serverAuth,clientAuth', san);
    await shop.signed(files, { subject: `/O=system:nodes/CN=${commonName}`, extensions }, ROOT);
    expect(isCommonNameValid('peers', commonName, san.replaceAll(/DNS:|IP:/g, '').split(','))).toBe(true);
    const { manifest } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(manifest).toMatch(new RegExp(`commonName: "?${commonName}"?$`, 'm'));
  });

  it('a client whose subject is what all entries share keeps that subject, and gets no common name', async () => {
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/O=Shared/CN=Root', extensions: CA });
    for (const name of ['first', 'second']) {
      const files = { key: `${name}.key`, cert: `${name}.crt` };
      await shop.signed(files, { subject: '/O=Shared', extensions: leaf('clientAuth') }, ROOT);
    }
    const { manifest } = await adoptAndApply(shop.folder, {}, { prove: false });
    const loaded = loadManifest(manifest, 'pki.yaml');
    expect(loaded.ok && loaded.inventory.entities.slice(1).map(({ subject }) => subject)).toEqual([
      [{ type: 'O', value: 'Shared' }],
      [{ type: 'O', value: 'Shared' }],
    ]);
  });

  it('a name in TeletexString is a name', async () => {
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/O=Zzrich/CN=Root', extensions: CA });
    // O as TeletexString with a u-umlaut in Latin-1: T61 by its tag, and one octet for the character.
    const der = Buffer.from(read(shop, 'ca.crt').replaceAll(/-----.*-----|\s/g, ''), 'base64').toString(
      'hex',
    );
    const utf8 = Buffer.concat([Buffer.of(0x0c, 6), Buffer.from('Zzrich')]).toString('hex');
    const t61 = Buffer.concat([Buffer.of(0x14, 6), Buffer.from('Z\xfcrich', 'latin1')]).toString('hex');
    const tbs = Buffer.from(der.replaceAll(utf8, t61), 'hex');
    writeFileSync(`${shop.folder}/t61.der`, tbs);
    await openssl([
      'x509',
      '-inform',
      'DER',
      '-in',
      `${shop.folder}/t61.der`,
      '-signkey',
      shop.path('ca.key'),
      '-days',
      '99',
      '-out',
      shop.path('ca.crt'),
    ]);
    chmodSync(shop.path('ca.key'), 0o600);
    const adoption = await found(shop.folder);
    expect(adoption.text).toContain('organization: Zürich');
    // Nothing is due; but the next certificate has it in UTF-8, and to some programs that is another name.
    expect(misfits(adoption)).toEqual({ 'authorities/ca': [] });
    expect(adoption.text).toContain('O=Zürich (T61String), CN=Root → O=Zürich, CN=Root, at the next renewal');
  });
});

describe('answers about revocation', () => {
  const OCSP = 'authorityInfoAccess = OCSP;URI:http://ocsp.example.test';
  const RESPONDER = [...leaf('OCSPSigning'), OCSP];
  const KINDS = [
    ['responder', [...RESPONDER, 'noCheck = ignored'], /^ {4}ocspNoCheck: true$/m, 'certificates'],
    ['checked', RESPONDER, /^ {4}extendedKeyUsage: \[ OCSPSigning \]$/m, 'certificates'],
    [
      'stapling',
      [...leaf('serverAuth', 'DNS:stapling.example.test'), OCSP, 'tlsfeature = status_request'],
      /^ {4}mustStaple: true$/m,
      'servers',
    ],
    ['plain', [...leaf('serverAuth', 'DNS:plain.example.test'), OCSP], /^ {4}commonName: plain/m, 'servers'],
  ] as const;

  it('that a certificate asks for, or gives, are in the manifest of that one alone', async () => {
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/CN=Root', extensions: CA });
    for (const [name, extensions] of KINDS)
      await shop.signed(
        { key: `${name}.key`, cert: `${name}.crt` },
        {
          subject: `/CN=${name}${name === 'plain' || name === 'stapling' ? '.example.test' : ''}`,
          extensions,
        },
        ROOT,
      );
    const { manifest } = await adoptAndApply(shop.folder, {}, { prove: false });
    for (const [name, , line, section] of KINDS) {
      const entry = manifest.split(/^ {2}(?=\S)/m).find((text) => text.startsWith(`${name}:`));
      expect(entry, name).toMatch(line);
      expect(manifest.indexOf(`\n  ${name}:`), name).toBeGreaterThan(manifest.indexOf(`\n${section}:`));
    }
    expect(manifest.match(/ocspNoCheck|mustStaple/g)).toEqual(['mustStaple', 'ocspNoCheck']);
  });
});
