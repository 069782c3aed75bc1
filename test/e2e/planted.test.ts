/**
 * What another hand put into the folder of an authority is trusted by nobody without a yes: roots in `previous.pem`, a key
 * and certificate in the place of ours. What was there before us, and what we made ourselves, takes none.
 */
import { appendFileSync, copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runPki, snapshot } from '../helpers/cli.ts';
import { openssl, selfSigned } from '../helpers/openssl.ts';
import { CA, type Files, leaf, Workshop } from './handmade.ts';
import { copyOf, Project } from './project.ts';
import { certificatesOf } from './wholeness.ts';

const MANIFEST = `
version: 1
authorities:
  anchor: { commonName: Anchor Root }
  dock: { commonName: Dock CA, issuer: anchor }
servers: { crane: { commonName: crane.harbour.test, issuer: dock } }
clients: { pilot: { commonName: pilot, issuer: anchor } }
`;
const ROOT = 'authorities/anchor';
const LEAVES = ['servers/crane', 'clients/pilot'];

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

/** A root of another's: its key and certificate, in a folder that is not looked into. */
function foreignRoot(project: Project, subject: string): Record<'key' | 'cert', string> {
  const [key, cert] = [join(project.folder, 'foreign.key'), join(project.folder, 'foreign.pem')];
  const made = selfSigned(subject);
  writeFileSync(key, made.key, { mode: 0o600 });
  writeFileSync(cert, made.cert);
  return { key, cert };
}

function trustedBy(project: Project, id: string): readonly string[] {
  return certificatesOf(project.read(id, 'ca.pem')).map(({ fingerprint256 }) => fingerprint256);
}

describe('a root that another hand put into previous.pem', () => {
  it.each([
    ['alone', false],
    ['and into ca.pem beside it', true],
  ])('%s: no one trusts it without a yes, and everyone with it', async (_, inBundle) => {
    const project = copyOf(applied);
    const { cert } = foreignRoot(project, '/CN=Saltmarsh Root');
    copyFileSync(cert, project.path(ROOT, 'previous.pem'));
    if (inBundle) appendFileSync(project.path(ROOT, 'ca.pem'), readFileSync(cert));
    const before = LEAVES.map((id) => trustedBy(project, id));

    const change = await project.change(ROOT);
    expect(change).toMatchObject({ action: 'refresh', consent: 'trust' });
    const [foreign] = certificatesOf(readFileSync(cert, 'latin1'));
    const fingerprint = foreign?.fingerprint256.replaceAll(':', '').toLowerCase();
    expect(change.reasons).toContainEqual(
      expect.objectContaining({ kind: 'unknown-trust', subject: 'CN=Saltmarsh Root', fingerprint }),
    );
    const refused = await project.pki(['apply', '--skip-verify']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('another hand added a root to previous.pem: authorities/anchor');
    expect(LEAVES.map((id) => trustedBy(project, id))).toEqual(before);

    await project.applyByCommand('--allow', 'trust');
    expect(LEAVES.map((id) => trustedBy(project, id).length)).toEqual([2, 2]);
    expect(await project.actions()).toEqual({});
    const after = snapshot(project.out);
    await project.apply();
    expect(snapshot(project.out)).toEqual(after);
  });

  it('goes by itself once it is taken out again', async () => {
    const project = copyOf(applied);
    copyFileSync(foreignRoot(project, '/CN=Saltmarsh Root').cert, project.path(ROOT, 'previous.pem'));
    expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code: 1 });
    rmSync(project.path(ROOT, 'previous.pem'));
    expect(await project.actions()).toEqual({});
  });
});

describe('a bundle that holds more than the manifest names', () => {
  it.each([
    ['a root', (text: string) => text, 'CN=Saltmarsh Root'],
    [
      'the same under a label that OpenSSL reads',
      (text: string) => text.replaceAll('CERTIFICATE-----', 'X509 CERTIFICATE-----'),
      'CN=Saltmarsh Root',
    ],
    [
      'text that only some programs read',
      (text: string) => text.replace(/^/gm, ' '),
      'beside a PEM boundary',
    ],
  ])('%s: the proof fails, and names it', async (_, written, named) => {
    const project = copyOf(applied);
    const { cert } = foreignRoot(project, '/CN=Saltmarsh Root');
    const path = project.path('servers/crane/ca.pem');
    const before = readFileSync(path);
    appendFileSync(path, written(readFileSync(cert, 'latin1')));
    const run = await project.pki(['verify']);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('bad servers/crane: ca.pem ');
    expect(run.stdout).toContain(named);
    const json = JSON.parse((await project.pki(['verify', '--json'])).stdout);
    expect(json).toMatchObject({ ok: false, trust: [{ entity: 'servers/crane', artifact: 'ca' }] });

    expect(await project.pki(['apply'])).toMatchObject({ code: 0 });
    expect(readFileSync(path)).toEqual(before);
  });

  it('not where a root is renewed with its key, or two certificates of it are trusted', async () => {
    const project = copyOf(applied);
    const old = readFileSync(project.path('servers/crane/ca.pem'));
    project.write(MANIFEST.replace('Anchor Root }', 'Anchor Root, validity: 20y }'));
    await project.apply();
    writeFileSync(project.path('servers/crane/ca.pem'), old);
    expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
    await project.pki(['rotate', 'anchor', '--allow', 'rekey-ca', '--skip-verify']);
    expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
  });

  it('a root that was retired, in a bundle that somebody put back', async () => {
    const project = copyOf(applied);
    await project.pki(['rotate', 'anchor', '--allow', 'rekey-ca', '--skip-verify']);
    const old = readFileSync(project.path('servers/crane/ca.pem'));
    await project.pki(['retire', 'anchor', '--skip-verify']);
    writeFileSync(project.path('servers/crane/ca.pem'), old);
    const run = await project.pki(['verify']);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain(
      'servers/crane: ca.pem trusts what the manifest does not name: CN=Anchor Root',
    );
  });

  it('a root in previous.pem that nobody agreed to, and that a server trusts', async () => {
    const project = copyOf(applied);
    const { cert } = foreignRoot(project, '/CN=Saltmarsh Root');
    copyFileSync(cert, project.path(ROOT, 'previous.pem'));
    expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
    appendFileSync(project.path('servers/crane/ca.pem'), readFileSync(cert));
    expect(await project.pki(['verify'])).toMatchObject({ code: 1 });
  });

  it.each([
    ['an authority', 'authorities/dock', 1],
    ['a leaf, which programs present and do not trust', 'servers/crane', 0],
  ])('a root behind the certificate of %s: the plan says what the proof will', async (_, id, code) => {
    const project = copyOf(applied);
    const { cert } = foreignRoot(project, '/CN=Saltmarsh Root');
    const path = project.path(id, 'cert.pem');
    appendFileSync(path, readFileSync(project.path(ROOT, 'cert.pem')));
    expect(await project.pki(['plan'])).toMatchObject({ code: 0, stderr: '' });
    appendFileSync(path, readFileSync(cert));
    const [foreign] = certificatesOf(readFileSync(cert, 'latin1'));
    const fingerprint = foreign?.fingerprint256.replaceAll(':', '').toLowerCase();
    const { remarks } = JSON.parse((await project.pki(['plan', '--json'])).stdout);
    const warned = { kind: 'also-trusted', entities: [id], text: expect.stringContaining(`${fingerprint}`) };
    expect(remarks).toMatchObject(code === 1 ? [warned] : []);
    expect(await project.pki(['verify'])).toMatchObject({ code });
  });
});

/**
 * What only looks as if an authority had signed it: the issuer of the same name and key identifier is another hand's.
 * @param csr the request of the entity that it is for.
 */
async function forged(csr: string, identifier: string, extensions: readonly string[]): Promise<string> {
  const shop = new Workshop();
  const [fake, made] = [{ key: 'fake.key', cert: 'fake.pem' }, shop.path('forged.pem')];
  await shop.root(fake, {
    subject: '/CN=Anchor Root',
    extensions: [
      ...CA.filter((line) => !line.startsWith('subjectKey')),
      `subjectKeyIdentifier = ${identifier}`,
    ],
  });
  shop.put('ext.cnf', ['[ext]', ...extensions, ''].join('\n'));
  const by = ['-CA', shop.path(fake.cert), '-CAkey', shop.path(fake.key), '-days', '3000'];
  const ext = ['-extfile', shop.path('ext.cnf'), '-extensions', 'ext'];
  await openssl(['x509', '-req', '-in', csr, ...by, ...ext, '-out', made]);
  return readFileSync(made, 'latin1');
}

async function keyIdentifierIn(cert: string): Promise<string> {
  const text = await openssl(['x509', '-in', cert, '-noout', '-ext', 'subjectKeyIdentifier']);
  return /[0-9A-F]{2}(?::[0-9A-F]{2})+/.exec(text)?.[0] ?? '';
}

describe('a certificate in previous.pem that no earlier root has signed', () => {
  const BELOW = [...CA, 'authorityKeyIdentifier = keyid:always'];

  async function rolled(): Promise<Project> {
    const project = copyOf(applied);
    await project.pki(['rotate', 'anchor', '--allow', 'rekey-ca', '--skip-verify']);
    return project;
  }

  it.each([
    ['for the root’s own key, as a cross-certificate is', ROOT],
    ['for an intermediate, as it had one from the former root', 'authorities/dock'],
  ])('%s: no chain shows it, and it goes', async (_, id) => {
    const project = await rolled();
    const shown = (): readonly string[] =>
      LEAVES.flatMap((one) => ['fullchain.pem', 'ca.pem'].map((name) => project.read(one, name)));
    const before = shown();
    const [former] = certificatesOf(project.read(ROOT, 'previous.pem'));
    writeFileSync(join(project.folder, 'former.pem'), former?.toString() ?? '');
    const identifier = await keyIdentifierIn(join(project.folder, 'former.pem'));
    const planted = await forged(project.path(id, 'csr.pem'), identifier, BELOW);
    const text = project.read(ROOT, 'previous.pem');
    for (const changed of [text + planted, text.replace(/(?<=-----END CERTIFICATE-----\n)/, planted)]) {
      writeFileSync(project.path(ROOT, 'previous.pem'), changed);
      expect(await project.actions()).toEqual({ [ROOT]: 'refresh' });
      const { reasons } = await project.change(ROOT);
      expect(reasons).toContainEqual(expect.objectContaining({ kind: 'unproven' }));
      await project.apply();
      expect(project.read(ROOT, 'previous.pem')).toBe(text);
      expect(shown()).toEqual(before);
    }
  });

  it('as an earlier root of the same key that is bound to no names: it gains no trust', async () => {
    const project = new Project(
      MANIFEST.replace('Anchor Root }', 'Anchor Root, nameConstraints: { permitted: [harbour.test] } }'),
    );
    await project.apply();
    const before = LEAVES.map((id) => trustedBy(project, id));
    const identifier = await keyIdentifierIn(project.path(ROOT, 'cert.pem'));
    const planted = await forged(project.path(ROOT, 'csr.pem'), identifier, BELOW);
    const [facts] = certificatesOf(planted);
    const [own] = certificatesOf(project.read(ROOT, 'cert.pem'));
    expect(facts?.subject).toBe(own?.subject);
    expect(facts?.publicKey.equals(own?.publicKey ?? facts.publicKey)).toBe(true);

    writeFileSync(project.path(ROOT, 'previous.pem'), planted);
    expect(await project.change(ROOT)).toMatchObject({ action: 'refresh', consent: 'trust' });
    expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code: 1 });
    expect(LEAVES.map((id) => trustedBy(project, id))).toEqual(before);

    // The proof takes no such certificate for the root, either.
    rmSync(project.path(ROOT, 'previous.pem'));
    appendFileSync(project.path('servers/crane/ca.pem'), planted);
    const run = await project.pki(['verify']);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('servers/crane: ca.pem trusts what the manifest does not name');
  });

  it('the library hands out no root that takes a yes', async () => {
    const project = new Project(
      MANIFEST.replace('crane.harbour.test,', 'crane.harbour.test, outputs: [key, cert, fullchain],'),
    );
    await project.apply();
    copyFileSync(foreignRoot(project, '/CN=Saltmarsh Root').cert, project.path(ROOT, 'previous.pem'));
    expect(certificatesOf(await project.trustOf('crane'))).toHaveLength(1);
  });
});

describe('another key and certificate in the place of an authority', () => {
  it.each([
    [ROOT, '/CN=Anchor Root'],
    ['authorities/dock', '/CN=Dock CA'],
  ])('%s: nothing is issued again without a yes', async (id, subject) => {
    const project = copyOf(applied);
    const { key, cert } = foreignRoot(project, subject);
    copyFileSync(key, project.path(id, 'key.pem'));
    copyFileSync(cert, project.path(id, 'cert.pem'));
    const untouched = (one: Project): readonly string[] =>
      LEAVES.map((leafId) => one.read(leafId, 'cert.pem'));
    const before = untouched(project);
    const change = await project.change(id);
    expect(change).toMatchObject({ consent: 'rekey-ca' });
    expect(change.reasons).toContainEqual(expect.objectContaining({ kind: 'unknown-key' }));

    const refused = await project.pki(['apply', '--skip-verify']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`the key or certificate was replaced by another hand: ${id}`);
    expect(untouched(project)).toEqual(before);
    // Part of a plan takes no other way around it.
    expect(await project.pki(['apply', '--skip-verify', '--only', 'crane'])).toMatchObject({ code: 1 });
    expect(untouched(project)).toEqual(before);

    await project.applyByCommand('--allow', 'rekey-ca');
    expect(await project.actions()).toEqual({});
    expect(await project.pki(['verify'])).toMatchObject({ code: 0 });
    const again = await project.pki(['apply', '--skip-verify']);
    expect(again).toMatchObject({ code: 0 });
  });

  it('the certificate alone, with the key taken away: it gains no trust', async () => {
    const project = copyOf(applied);
    const before = LEAVES.map((id) => trustedBy(project, id));
    copyFileSync(foreignRoot(project, '/CN=Anchor Root').cert, project.path(ROOT, 'cert.pem'));
    rmSync(project.path(ROOT, 'key.pem'));
    expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code: 1 });
    expect(LEAVES.map((id) => trustedBy(project, id))).toEqual(before);
    await project.applyByCommand('--allow', 'rekey-ca');
    expect(LEAVES.map((id) => trustedBy(project, id).length)).toEqual([1, 1]);
  });

  it('a key that the ledger names comes back from a backup without a question', async () => {
    const project = copyOf(applied);
    const backup = ['key.pem', 'cert.pem', 'ca.pem'].map((name) => [name, project.read(ROOT, name)] as const);
    await project.pki(['rotate', 'anchor', '--allow', 'rekey-ca', '--skip-verify']);
    for (const [name, text] of backup) writeFileSync(project.path(ROOT, name), text);
    rmSync(project.path(ROOT, 'previous.pem'));
    expect(await project.change(ROOT)).not.toMatchObject({ consent: 'rekey-ca' });
    expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code: 0 });
    expect(await project.actions()).toEqual({});
  });
});

describe('what is not known from before', () => {
  const FILES: Files = { key: 'ca.key', cert: 'ca.crt' };

  async function adopted(): Promise<Project> {
    const shop = new Workshop();
    await shop.root(FILES, { subject: '/O=Tide/CN=Tide Root', extensions: CA });
    const made = { key: 'lamp.key', cert: 'lamp.crt' };
    await shop.signed(
      made,
      { subject: '/CN=lamp.tide.test', extensions: leaf('serverAuth', 'DNS:lamp.tide.test') },
      FILES,
    );
    await runPki(['adopt', 'certs', '--write', 'pki.yaml'], { cwd: shop.folder });
    const text = readFileSync(join(shop.folder, 'pki.yaml'), 'utf8');
    return new Project(text, { folder: shop.folder, output: 'certs' });
  }

  it('an adopted root is taken as it is found, and from then on known', async () => {
    const project = await adopted();
    await project.apply();
    const known = JSON.parse(project.read('.pki/authorities.json'));
    expect(Object.values(known.authorities)).toHaveLength(1);
    const { key, cert } = foreignRoot(project, '/O=Tide/CN=Tide Root');
    copyFileSync(key, project.path('ca.key'));
    copyFileSync(cert, project.path('ca.crt'));
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('replaced by another hand');
  });

  it('an adopted root rolls over, and its former certificate stays trusted', async () => {
    const project = await adopted();
    const [id = ''] = Object.keys(await allOf(project)).filter((one) => one.startsWith('authorities/'));
    // The very first run: nothing was written down of the root before.
    const rotated = await project.pki(['rotate', id, '--allow', 'rekey-ca', '--skip-verify']);
    expect(rotated).toMatchObject({ code: 0 });
    expect(await project.actions()).toEqual({});

    // As versions left it that had no such file: the former key has signed the certificate of the ledger.
    rmSync(project.path('.pki/authorities.json'));
    expect(await project.actions()).toEqual({});
    expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code: 0 });
    expect(existsSync(project.path('.pki/authorities.json'))).toBe(false);
  });

  it('a folder that lost its .pki is taken as it is found', async () => {
    const project = copyOf(applied);
    await project.pki(['rotate', 'anchor', '--allow', 'rekey-ca', '--skip-verify']);
    rmSync(project.path('.pki'), { recursive: true });
    expect(await project.actions()).toEqual({});
    await project.apply();
    expect(await project.actions()).toEqual({});
    const { cert } = foreignRoot(project, '/CN=Saltmarsh Root');
    appendFileSync(project.path(ROOT, 'previous.pem'), readFileSync(cert));
    expect(await project.change(ROOT)).toMatchObject({ consent: 'trust' });
  });

  async function allOf(project: Project): Promise<Record<string, string>> {
    const { changes } = await project.plan();
    return Object.fromEntries(changes.map(({ id, action }) => [id, action]));
  }
});
