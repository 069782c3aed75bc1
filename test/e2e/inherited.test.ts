/**
 * What others made is right until it is shown to be wrong: it stays, and what a renewal would change of it is said before.
 * What a judge refuses is named by the plan, and made good by apply, with no file deleted by hand.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { children, readAll } from '../../src/x509/der.ts';
import { pemOf, signed, testKey } from '../helpers/certificate-der.ts';
import { REPOSITORY, runPki } from '../helpers/cli.ts';
import { openssl, opensslSync } from '../helpers/openssl.ts';
import { adoptAndApply, found } from './adopting.ts';
import { CA, type Files, leaf, RSA, Workshop } from './handmade.ts';
import { Project } from './project.ts';

const DAY = 86_400;
const ROOT: Files = { key: 'ca.key', cert: 'ca.crt' };
const filesOf = (name: string): Files => ({ key: `${name}.key`, cert: `${name}.crt` });

/** The program, some days on; what it starts has the real time. */
function later(days: number): Record<string, string> {
  const preload = pathToFileURL(join(REPOSITORY, 'test/helpers/clock.mjs')).href;
  const at = Math.floor(Date.now() / 1000) + days * DAY;
  return { NODE_OPTIONS: `--import=${preload}`, PKI_CLOCK: String(at * 1000) };
}

/** RFC 2253, with the string type of each attribute. */
function subjectOf(shop: Workshop, name: string): string {
  const args = ['x509', '-noout', '-subject', '-nameopt', 'RFC2253,show_type,-esc_msb,utf8'];
  return execFileSync('openssl', [...args, '-in', shop.path(`${name}.crt`)], { encoding: 'utf8' }).trim();
}

async function adopted(shop: Workshop): Promise<Project> {
  const run = await runPki(['adopt', 'certs', '--write', 'pki.yaml'], { cwd: shop.folder });
  expect(run).toMatchObject({ code: 0 });
  return new Project(readFileSync(join(shop.folder, 'pki.yaml'), 'utf8'), {
    folder: shop.folder,
    output: 'certs',
  });
}

/** A leaf whose name is written as a section of openssl's configuration asks for it. */
async function signedAs(shop: Workshop, name: string, mask: string, lines: readonly string[]): Promise<void> {
  await shop.key(filesOf(name).key, { subject: '' });
  const config = `[req]\nprompt = no\nutf8 = yes\nstring_mask = ${mask}\ndistinguished_name = dn\n[dn]\n${lines.join('\n')}\n`;
  const csr = join(shop.folder, 'as.csr');
  await openssl(['req', '-new', '-config', '-', '-key', shop.path(`${name}.key`), '-out', csr], {
    input: config,
  });
  const extensions = join(shop.folder, 'as.ext');
  writeFileSync(extensions, `[ext]\n${leaf('clientAuth').join('\n')}\n`);
  await openssl([
    ...['x509', '-req', '-in', csr, '-CA', shop.path('ca.crt'), '-CAkey', shop.path('ca.key'), '-days', '90'],
    ...['-extfile', extensions, '-extensions', 'ext', '-out', shop.path(`${name}.crt`)],
  ]);
}

describe('names', () => {
  it('in another order, in other pieces and of other strings come out of a renewal as they are', async () => {
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/O=Tide/CN=Tide Root', extensions: CA });
    await signedAs(shop, 'keeper', 'utf8only', [
      '0.CN = KEEPER',
      '1.O = Tide',
      '2.L = Brest',
      '3.ST = Finistère',
    ]);
    await signedAs(shop, 'pilot', 'utf8only', ['0.O = Tide', '1.CN = Ann Le Goff', '2.+OU = pilots']);
    await signedAs(shop, 'buoy', 'MASK:0x2002', [
      '0.C = FR',
      '1.O = Tide',
      '2.OU = Mer Celtique é',
      '3.CN = buoy 7',
    ]);
    await signedAs(shop, 'lamp', 'MASK:0x2004', ['0.O = Phare Créac’h'.replace('’', "'"), '1.CN = lamp']);
    const names = ['keeper', 'pilot', 'buoy', 'lamp'];
    const before = names.map((name) => subjectOf(shop, name));
    expect(before[1]).toContain('+');
    expect(before[2]).toContain('PRINTABLESTRING:buoy 7');
    expect(before[3]).toContain('T61STRING:lamp');
    const project = await adopted(shop);
    expect((await project.plan()).due).toBe(false);

    const env = later(70);
    const plan = await project.pki(['plan'], { env });
    expect(plan.stdout).not.toContain('subject');
    expect(await project.pki(['apply', '--skip-verify'], { env })).toMatchObject({ code: 0 });
    expect(names.map((name) => subjectOf(shop, name))).toEqual(before);
    expect(await project.pki(['plan', '--detailed-exitcode'], { env })).toMatchObject({ code: 0 });
  });

  it('that cannot be asked for are no conformity, stay, and are announced with the renewal', async () => {
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/O=Tide/CN=Tide Root', extensions: CA });
    await signedAs(shop, 'mixed', 'utf8only', ['0.O = Tide', '1.CN = mixed']);
    // PrintableString behind an UTF8String that a PrintableString would have room for.
    rewrite(shop, 'mixed', '0c056d69786564', '13056d69786564');

    const before = subjectOf(shop, 'mixed');
    const adoption = await found(shop.folder);
    expect(adoption.entities.find(({ id }) => id === 'clients/mixed')).toMatchObject({
      conforms: false,
      action: 'keep',
    });
    const project = await adopted(shop);
    expect(readFileSync(join(shop.folder, 'pki.yaml'), 'utf8')).toContain(
      '# does not conform: subject: O=Tide, CN=mixed (PrintableString) → O=Tide, CN=mixed, at the next renewal',
    );
    expect((await project.plan()).due).toBe(false);
    expect((await project.pki(['plan', '--verbose'])).stdout).toContain(
      'note: clients/mixed: the next renewal',
    );
    const plan = await project.pki(['plan'], { env: later(70) });
    expect(plan.stdout).toContain('subject: O=Tide, CN=mixed (PrintableString) → O=Tide, CN=mixed\n');
    expect(subjectOf(shop, 'mixed')).toBe(before);
  });
});

/** The same certificate with other octets in it, signed again. */
function rewrite(shop: Workshop, name: string, from: string, to: string): void {
  const path = shop.path(`${name}.crt`);
  const body = readFileSync(path, 'latin1').replaceAll(/-----[^-]+-----|\s/g, '');
  const [tbs] = children(readAll(Buffer.from(body, 'base64')));
  const text = Buffer.from(tbs?.bytes ?? []).toString('hex');
  expect(text).toContain(from);
  const der = signed(Buffer.from(text.replace(from, to), 'hex'), testKey(readFileSync(shop.path('ca.key'))));
  writeFileSync(path, pemOf(der));
}

it('a name that no manifest can have stays, until the manifest asks for another', async () => {
  const shop = new Workshop();
  await shop.root(ROOT, { subject: '/O=Tide/CN=Tide Root', extensions: CA });
  const extensions = leaf('serverAuth', 'DNS:reef.test');
  await shop.signed(filesOf('reef'), { subject: '/OU=xReef/CN=reef.test', extensions }, ROOT);
  const hex = (text: string): string => Buffer.from(text).toString('hex');
  rewrite(shop, 'reef', hex('xReef'), hex(' Reef'));
  const before = shop.read('reef.crt');
  const project = await adopted(shop);
  expect(await project.due()).toEqual([]);
  await project.apply();
  expect(shop.read('reef.crt')).toBe(before);
  const said = await runPki(['adopt', 'certs'], { cwd: shop.folder });
  expect(said.stderr).toContain(
    'the next renewal changes its subject: OU= Reef, CN=reef.test → CN=reef.test',
  );
  const manifest = readFileSync(join(shop.folder, 'pki.yaml'), 'utf8');
  project.write(manifest.replace('commonName: reef.test', '$&\n    subject: { title: Reef }'));
  expect(await project.change('servers/reef')).toMatchObject({ action: 'issue' });
});

it('names that no manifest can have stay, until the manifest asks for another', async () => {
  const shop = new Workshop();
  await shop.root(ROOT, { subject: '/CN=Mole Root', extensions: CA });
  const hostNames = 'DNS:mole.test,DNS:10.0.0.1,DNS:mole.test.,DNS:MOLE.test,email:mole';
  await shop.signed(
    filesOf('mole'),
    { subject: '/CN=mole.test', extensions: leaf('serverAuth', hostNames) },
    ROOT,
  );
  const before = shop.read('mole.crt');
  const said = await runPki(['adopt', 'certs'], { cwd: shop.folder });
  expect(said.stderr).toContain('conform: authorities/ca\n');
  expect(said.stdout).toContain('# does not conform: san: ');
  const unstated = 'dns:10.0.0.1, dns:mole.test., dns:MOLE.test, email:mole';
  expect(said.stderr).toContain(`note: servers/mole: a manifest cannot have ${unstated} among the SANs`);
  const project = await adopted(shop);
  const manifest = readFileSync(join(shop.folder, 'pki.yaml'), 'utf8');
  expect(await project.due()).toEqual([]);
  await project.apply();
  expect(shop.read('mole.crt')).toBe(before);
  // The proof is that of every other certificate: what openssl, and handshakes, say of it.
  expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
  const plan = await project.pki(['plan']);
  expect(plan.stdout).toContain('nothing to do');
  expect(plan.stdout).toContain(
    `note: servers/mole: san differs: dns:mole.test, ${unstated} → dns:mole.test at the next renewal`,
  );
  project.write(manifest.replace('commonName: mole.test', '$&\n    san: [mole.test, quay.test]'));
  expect((await project.pki(['plan'])).stdout).toContain(`san: + dns:quay.test; − ${unstated}; 1 stays`);
});

/** A manifest that says nothing of what is on the disk: settings of entries go, with all that is below them. */
function without(manifest: string, ...settings: readonly string[]): string {
  return settings.reduce((text, setting) => {
    const left = text.replaceAll(new RegExp(`^ {4}${setting}:.*\\n(?: {5,}.*\\n)*`, 'gm'), '');
    expect(left, setting).not.toBe(text);
    return left;
  }, manifest);
}

describe('extensions', () => {
  it('that a renewal takes away are named by it, and those of an authority take a yes', async () => {
    const shop = new Workshop();
    const constraints = 'nameConstraints = critical,permitted;DNS:harbour.test,permitted;DNS:quay.test';
    await shop.root(ROOT, { subject: '/CN=Harbour Root', extensions: [...CA, constraints], days: 400 });
    const more = [
      'certificatePolicies = 1.3.6.1.4.1.99999.1',
      'authorityInfoAccess = OCSP;URI:http://ocsp.harbour.test',
      'tlsfeature = status_request',
      'crlDistributionPoints = URI:http://crl.harbour.test/x.crl',
      '1.3.6.1.4.1.99999.7 = DER:6265727468203132',
    ];
    await shop.signed(
      filesOf('crane'),
      {
        subject: '/CN=crane.harbour.test',
        extensions: [...leaf('serverAuth', 'DNS:crane.harbour.test'), ...more],
      },
      ROOT,
    );
    const { project, manifest } = await adoptAndApply(shop.folder, {}, { prove: false });
    // Adoption describes all but the private one.
    project.write(without(manifest, 'nameConstraints', 'policies', 'mustStaple', 'crl', 'ocsp'));

    const plan = await project.pki(['plan'], { env: later(80) });
    for (const name of ['certificatePolicies', 'authorityInfoAccess', 'mustStaple', 'crlDistributionPoints'])
      expect(plan.stdout).toContain(`loses ${name}`);
    expect(plan.stdout).toContain('loses 1.3.6.1.4.1.99999.7');
    const json = JSON.parse((await project.pki(['plan', '--json'], { env: later(80) })).stdout);
    expect(json.changes[1].alterations[0]).toEqual({
      kind: 'loses',
      extension: 'certificatePolicies',
      oid: '2.5.29.32',
      critical: false,
      value: '1.3.6.1.4.1.99999.1',
      text: 'loses certificatePolicies: 1.3.6.1.4.1.99999.1',
    });

    const before = readFileSync(shop.path('ca.crt'), 'utf8');
    const renewal = await project.pki(['apply', '--skip-verify'], { env: later(350) });
    expect(renewal).toMatchObject({ code: 1 });
    expect(renewal.stderr).toContain('--allow trust');
    expect(readFileSync(shop.path('ca.crt'), 'utf8')).toBe(before);
    const agreed = await project.pki(['plan'], { env: later(350) });
    expect(agreed.stdout).toContain(
      'loses critical nameConstraints: permitted dns:harbour.test, permitted dns:quay.test',
    );
    const allowed = await project.pki(['apply', '--skip-verify', '--allow', 'trust'], { env: later(350) });
    expect(allowed).toMatchObject({ code: 0 });
    expect(await openssl(['x509', '-in', shop.path('ca.crt'), '-noout', '-text'])).not.toContain(
      'Name Constraints',
    );
  });

  it('that exclude a new name are a refusal, and nothing is issued', async () => {
    const shop = new Workshop();
    const constraints = 'nameConstraints = critical,permitted;DNS:harbour.test,excluded;IP:0.0.0.0/0.0.0.0';
    await shop.root(ROOT, { subject: '/CN=Harbour Root', extensions: [...CA, constraints] });
    await shop.signed(
      filesOf('crane'),
      { subject: '/CN=crane.harbour.test', extensions: leaf('serverAuth', 'DNS:crane.harbour.test') },
      ROOT,
    );
    const project = await adopted(shop);
    const base = without(readFileSync(join(shop.folder, 'pki.yaml'), 'utf8'), 'nameConstraints');
    project.write(
      base.replace(
        'servers:\n',
        'servers:\n  inland: { commonName: crane.inland.test }\n  numbered: { commonName: n.harbour.test, san: [n.harbour.test, 192.0.2.7] }\n  tug: { commonName: tug.harbour.test }\n',
      ),
    );
    expect(await project.actions()).toEqual({
      'servers/inland': 'refuse',
      'servers/numbered': 'refuse',
      'servers/tug': 'create',
    });
    const plan = await project.pki(['plan']);
    expect(plan.code).toBe(1);
    expect(plan.stdout).toContain('exclude "dns:crane.inland.test" of servers/inland');
    expect(plan.stdout).toContain('exclude "ip:192.0.2.7" of servers/numbered');
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run.code).toBe(1);
    expect([existsSync(shop.path('inland.crt')), existsSync(shop.path('tug.crt'))]).toEqual([false, true]);
    project.write(base.replace('servers:\n', 'servers:\n  tug: { commonName: tug.harbour.test }\n'));
    expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
  });
});

describe('what openssl verify refuses', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['an unknown critical extension', [...CA], ['1.3.6.1.4.1.99999.3 = critical,DER:0500']],
    ['a CT poison', [...CA], ['1.3.6.1.4.1.11129.2.4.3 = critical,DER:0500']],
    ['another purpose in nsCertType', [...CA], ['nsCertType = client']],
  ])('in a leaf, %s, is named and repaired', async (_, root, extra) => {
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/CN=Reef Root', extensions: root });
    const extensions = [...leaf('serverAuth', 'DNS:reef.test'), ...extra];
    await shop.signed(filesOf('reef'), { subject: '/CN=reef.test', extensions }, ROOT);
    await adoptAndApply(shop.folder, { 'servers/reef': ['defect'] });
  });

  it('in a root, an unknown critical extension, is repaired without a yes: it worked for nobody', async () => {
    const shop = new Workshop();
    await shop.root(ROOT, {
      subject: '/CN=Reef Root',
      extensions: [...CA, '1.3.6.1.4.1.99999.3 = critical,DER:0500'],
    });
    await shop.signed(
      filesOf('reef'),
      { subject: '/CN=reef.test', extensions: leaf('serverAuth', 'DNS:reef.test') },
      ROOT,
    );
    await adoptAndApply(shop.folder, { 'authorities/ca': ['defect'] });
  });

  it.each([
    ['-0x5b0c33', 'negative'],
    ['0', 'zero'],
    ['0x02030405060708090a0b0c0d0e0f1011121314151617', 'longer than 20 octets'],
  ])('and what Go or pyca refuse: the serial number %s', async (serial, text) => {
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/CN=Reef Root', extensions: CA });
    const extensions = leaf('serverAuth', 'DNS:reef.test');
    // The last one that is given counts.
    await shop.signed(filesOf('reef'), { subject: '/CN=reef.test', extensions }, ROOT);
    const csr = join(shop.folder, 'last.csr');
    await openssl([
      ...[
        'x509',
        '-req',
        '-in',
        csr,
        '-CA',
        shop.path('ca.crt'),
        '-CAkey',
        shop.path('ca.key'),
        '-days',
        '90',
      ],
      ...['-set_serial', serial, '-extfile', join(shop.folder, 'extensions.cnf'), '-extensions', 'ext'],
      ...['-out', shop.path('reef.crt')],
    ]);
    const { adoption } = await adoptAndApply(shop.folder, { 'servers/reef': ['defect'] });
    expect(adoption.entities[1]?.reasons[0]?.text).toContain(text);
  });
});

describe('usages', () => {
  it('of RSA clients: both forms stay, and a new one signs alone', async () => {
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/CN=Dock Root', extensions: CA });
    for (const [name, usage] of [
      ['signs', 'digitalSignature'],
      ['enciphers', 'digitalSignature,keyEncipherment'],
      ['tutorial', 'nonRepudiation,digitalSignature,keyEncipherment'],
    ] as const) {
      const extensions = leaf('clientAuth').map((line) => line.replace('digitalSignature', usage));
      await shop.signed(filesOf(name), { subject: `/CN=${name}`, extensions, algorithm: RSA }, ROOT);
    }
    await adoptAndApply(shop.folder, {});
    const project = new Project(
      'version: 1\nauthorities: { root: { commonName: R } }\nclients: { c: { commonName: c, key: rsa-2048 } }\nservers: { s: { commonName: s.test, key: rsa-2048 } }\n',
    );
    await project.apply();
    const usagesOf = (id: string) =>
      openssl(['x509', '-in', project.path(id, 'cert.pem'), '-noout', '-ext', 'keyUsage']);
    expect((await usagesOf('clients/c')).trim().split('\n').at(-1)?.trim()).toBe('Digital Signature');
    expect((await usagesOf('servers/s')).trim().split('\n').at(-1)?.trim()).toBe(
      'Digital Signature, Key Encipherment',
    );
  });

  it.each([
    ['keyCertSign'],
    ['digitalSignature,keyEncipherment,keyCertSign'],
    ['digitalSignature,keyCertSign,cRLSign'],
  ])('of an authority: %s stays', async (usage) => {
    const shop = new Workshop();
    const extensions = CA.map((line) => line.replace('keyCertSign,cRLSign', usage));
    await shop.root(ROOT, { subject: '/CN=Dock Root', extensions });
    await shop.signed(
      filesOf('reef'),
      { subject: '/CN=reef.test', extensions: leaf('serverAuth', 'DNS:reef.test') },
      ROOT,
    );
    await adoptAndApply(shop.folder, {});
  });
});

const MANIFEST = `version: 1
authorities: { root: { commonName: Twin Root } }
servers: { left: { commonName: left.test }, right: { commonName: right.test } }
`;

/** An openssl that writes some of its output again, as one without randomness would. */
function repeating(project: Project, body: string): Record<string, string> {
  const path = join(project.folder, 'repeating-openssl');
  const real = execFileSync('sh', ['-c', 'command -v openssl'], { encoding: 'utf8' }).trim();
  writeFileSync(path, `#!/bin/sh\nreal=${real}\n${body}`);
  chmodSync(path, 0o755);
  return { PKI_OPENSSL: path };
}

describe('an openssl without randomness', () => {
  it('that makes one key for two is found out before the second is published', async () => {
    const project = new Project(MANIFEST);
    // The key is there before the run: two calls side by side would find it half written.
    const kept = join(project.folder, 'kept.key');
    opensslSync(
      ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', kept],
      project.folder,
    );
    // `req -new -newkey … -keyout KEY … -out CSR`: the same key for every server, and a request by it.
    const env = repeating(
      project,
      `case "$*" in *-newkey*servers*)
  out= ; csr= ; prev=
  for a; do case "$prev" in -keyout) out=$a;; -out) csr=$a;; esac; prev=$a; done
  umask 077; cat "${kept}" > "$out"
  exec "$real" req -new -batch -config - -sha256 -key "$out" -out "$csr";;
esac
exec "$real" "$@"
`,
    );
    const run = await project.pki(['apply', '--skip-verify', '--engine', 'openssl'], { env });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/openssl made the private key of servers\/(left|right) again/);
    const made = ['left', 'right'].filter((name) => existsSync(project.path('servers', name, 'key.pem')));
    expect(made).toHaveLength(1);
    expect(await project.pki(['apply', '--engine', 'openssl'])).toMatchObject({ code: 0 });
  });

  it('that draws one serial number twice is found out as well', async () => {
    const project = new Project(MANIFEST);
    // `ca` draws the number by itself: a serial file takes its place in the configuration.
    const env = repeating(
      project,
      `case "$1:$*" in ca:*servers*)
  n=$(mktemp); echo 7A3C5E7A3C5E7A3C5E7A3C5E7A3C5E7A > "$n"
  sed "s#^rand_serial = yes#serial = $n#" | "$real" "$@"; exit $?;;
esac
exec "$real" "$@"
`,
    );
    const run = await project.pki(['apply', '--skip-verify', '--engine', 'openssl'], { env });
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(
      /drew the serial number 7a3c5e7a3c5e7a3c5e7a3c5e7a3c5e7a for servers\/(left|right) before/,
    );
    // The ledger knows what is no longer there.
    const [made = ''] = ['left', 'right'].filter((name) =>
      existsSync(project.path('servers', name, 'key.pem')),
    );
    writeFileSync(project.path('servers', made, 'cert.pem'), '');
    const again = await project.pki(['apply', '--skip-verify', '--engine', 'openssl'], { env });
    expect(again.stderr).toContain(`for servers/${made} before`);
    expect(await project.pki(['apply', '--engine', 'openssl'])).toMatchObject({ code: 0 });
  });
});

it('a key that two leaves share is reported, and one that is an authority’s is replaced', async () => {
  const project = new Project(MANIFEST);
  await project.apply();
  const [left, right] = ['left', 'right'].map((name) => project.path('servers', name));
  const sign = async (key: string, out: string, cn: string): Promise<void> => {
    const config = '[req]\nprompt = no\ndistinguished_name = n\n[n]\n';
    const csr = join(project.folder, 'x.csr');
    await openssl(['req', '-new', '-config', '-', '-key', key, '-out', csr], {
      input: `${config}CN = ${cn}\n`,
    });
    const extensions = join(project.folder, 'x.ext');
    writeFileSync(extensions, `[ext]\n${leaf('serverAuth', `DNS:${cn}`).join('\n')}\n`);
    const ca = [
      '-CA',
      project.path('authorities/root/cert.pem'),
      '-CAkey',
      project.path('authorities/root/key.pem'),
    ];
    await openssl([
      ...['x509', '-req', '-in', csr, ...ca, '-days', '90', '-extfile', extensions, '-extensions', 'ext'],
      ...['-out', out],
    ]);
  };
  writeFileSync(`${right}/key.pem`, readFileSync(`${left}/key.pem`));
  await sign(`${right}/key.pem`, `${right}/cert.pem`, 'right.test');
  const shared = await project.pki(['plan']);
  expect(shared.stderr).toContain('warning: one private key serves servers/left, servers/right');
  expect((await project.plan()).changes.every(({ newKey }) => !newKey)).toBe(true);

  writeFileSync(`${right}/key.pem`, readFileSync(project.path('authorities/root/key.pem')));
  await sign(project.path('authorities/root/key.pem'), `${right}/cert.pem`, 'right.test');
  const change = await project.change('servers/right');
  expect(change).toMatchObject({ action: 'rekey', consent: null });
  expect(change.reasons.map(({ text }) => text)).toContain('the private key is that of authorities/root');
  await project.apply();
  expect((await project.plan()).due).toBe(false);
});
