// `folder` and `files` change after the first apply: keys come along, and what cannot be done is said before it is begun.
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, Project } from './project.ts';
import { filesBelow, keysAnywhere } from './wholeness.ts';

const manifest = (servers: string): string => `version: 1
authorities: { root: { commonName: Root } }
servers:
${servers}`;
const PLAIN = manifest('  a: { commonName: a.example.test }\n  b: { commonName: b.example.test }\n');
const MOVED = PLAIN.replace('a.example.test }', 'a.example.test, folder: tls/a, files: { key: tls.key } }');

async function applied(text: string): Promise<Project> {
  const project = new Project(text);
  await project.apply();
  return project;
}

describe('an entity that moves', () => {
  it('and is edited at the same time: one certificate, with the key that it had', async () => {
    const project = await applied(PLAIN);
    const key = project.read('servers/a/key.pem');
    project.write(MOVED.replace('folder:', 'san: [a.example.test, new.example.test], folder:'));
    expect(await project.actions()).toEqual({ 'servers/a': 'issue' });
    await project.apply();
    expect(project.read('tls/a/tls.key')).toBe(key);
    const text = await openssl(['x509', '-in', project.path('tls/a/cert.pem'), '-noout', '-text']);
    expect(text).toContain('DNS:new.example.test');
    expect(await project.actions()).toEqual({});
  });

  it('and changes the kind of its key: a new key there, the old one still where it was', async () => {
    const project = await applied(PLAIN);
    const key = project.read('servers/a/key.pem');
    project.write(MOVED.replace('folder:', 'key: ed25519, folder:'));
    expect(await project.actions()).toEqual({ 'servers/a': 'rekey' });
    await project.apply();
    expect(project.read('tls/a/tls.key')).not.toBe(key);
    expect(project.read('servers/a/key.pem')).toBe(key);
    expect(await project.actions()).toEqual({});
  });

  it('and back again: what is there by then is judged like any file', async () => {
    const project = await applied(PLAIN);
    project.write(MOVED);
    await project.apply();
    await project.apply();
    project.write(MOVED.replace('folder: tls/a', 'folder: again/a'));
    await project.apply();
    expect(project.read('again/a/tls.key')).toBe(project.read('servers/a/key.pem'));
    project.write(PLAIN);
    expect(await project.actions()).toEqual({});
    await project.apply();
    expect(await project.actions()).toEqual({});
  });

  it('in a copy that a crash cut off half-way: goes on with the rest', async () => {
    const project = await applied(PLAIN);
    project.write(MOVED);
    mkdirSync(project.path('tls/a'), { recursive: true });
    const half = copyOf(project);
    writeFileSync(half.path('tls/a/tls.key'), half.read('servers/a/key.pem'), { mode: 0o600 });
    await half.apply();
    expect(half.read('tls/a/cert.pem')).toBe(project.read('servers/a/cert.pem'));
    expect(await half.actions()).toEqual({});
  });

  it('without a record of where it was: from its own folder all the same, from elsewhere as new', async () => {
    const project = await applied(PLAIN);
    rmSync(project.path('.pki/places.json'), { force: true });
    project.write(MOVED);
    await project.apply();
    expect(project.read('tls/a/tls.key')).toBe(project.read('servers/a/key.pem'));
    writeFileSync(
      project.path('.pki/places.json'),
      '{"format":1,"places":{"servers/a":{"folder":"../..","files":{}}}}',
    );
    rmSync(project.path('servers/a'), { recursive: true });
    project.write(MOVED.replace('tls/a', 'new/a'));
    expect(await project.actions()).toEqual({ 'servers/a': 'create' });
  });

  it('to behind links, and from there to plain files', async () => {
    const project = await applied(PLAIN);
    const key = project.read('servers/a/key.pem');
    project.write(MOVED.replace('folder:', 'publish: symlinks, folder:'));
    await project.apply();
    expect(await project.actions()).toEqual({});
    expect(project.read('tls/a/tls.key')).toBe(key);
    project.write(MOVED.replace('tls/a', 'plain/a'));
    await project.apply();
    expect(await project.actions()).toEqual({});
    expect(project.read('plain/a/tls.key')).toBe(key);
    expect(project.read('tls/a/tls.key')).toBe(key);
  });
});

describe('a file that is no longer asked for, in a folder of the manifest’s own choosing', () => {
  const asked = (outputs: string): string =>
    manifest(
      `  a: { commonName: a.example.test, folder: tls, files: { combined: a.pem }, outputs: [${outputs}] }\n  b: { commonName: b.example.test }\n`,
    );
  const WHOLE = asked('key, cert, ca, combined, public');
  const LESS = asked('key, cert, ca');

  it('is removed where apply wrote it, and nothing beside it', async () => {
    const project = await applied(WHOLE);
    writeFileSync(project.path('tls/chain.pem'), project.read('tls/ca.pem'));
    project.write(LESS);
    const { reasons } = await project.change('servers/a');
    expect(reasons.map(({ kind, artifact }) => `${kind} ${artifact}`)).toEqual([
      'unwanted public',
      'unwanted combined',
    ]);
    await project.apply();
    expect(filesBelow(project.path('tls'))).toEqual(['ca.pem', 'cert.pem', 'chain.pem', 'key.pem']);
    const record = project.read('.pki/places.json');
    await project.apply();
    expect(project.read('.pki/places.json')).toBe(record);
  });

  it('stays where others made it, and apply found nothing to do', async () => {
    const made = await applied(WHOLE);
    const project = new Project(WHOLE);
    mkdirSync(project.out);
    cpSync(made.path('authorities'), project.path('authorities'), { recursive: true });
    cpSync(made.path('servers'), project.path('servers'), { recursive: true });
    cpSync(made.path('tls'), project.path('tls'), { recursive: true });
    await project.apply();
    project.write(LESS);
    expect(await project.actions()).toEqual({});
    await project.apply();
    expect(filesBelow(project.path('tls'))).toContain('a.pem');
  });

  it('stays where it has become another program’s, or another entity’s', async () => {
    const project = await applied(WHOLE);
    writeFileSync(project.path('tls/public.pem'), 'ssl_dhparam dh.pem;\n');
    project.write(
      LESS.replace(
        'b: { commonName: b.example.test',
        'b: { commonName: b.example.test, folder: tls, files: { key: b.key, cert: b.crt, ca: b.ca, combined: a.pem }, outputs: [key, cert, ca, combined]',
      ),
    );
    const { changes } = await project.plan();
    expect(changes.find(({ id }) => id === 'servers/a')).toMatchObject({ action: 'keep' });
    expect(changes.find(({ id }) => id === 'servers/b')?.deletes).toEqual([]);
  });

  it('is remembered until it is gone, by a run that failed as well', async () => {
    const project = await applied(WHOLE);
    project.write(LESS.replace('a.example.test,', 'a.example.test, key: ed25519,'));
    const broken = { PKI_OPENSSL: '/bin/false' };
    expect((await project.pki(['apply', '--skip-verify'], { env: broken })).code).toBe(1);
    await project.apply();
    expect(filesBelow(project.path('tls'))).toEqual(['ca.pem', 'cert.pem', 'key.pem']);
  });
});

describe('a file that is no longer asked for, and whose place changes by the same edit', () => {
  const asked = (more: string): string => manifest(`  a: { commonName: a.example.test, ${more} }\n`);
  const NAMED = asked('files: { combined: a.pem, public: a.pub }, outputs: [key, cert, combined, public]');
  const left = async (project: Project): Promise<readonly string[]> =>
    (await project.plan()).remarks.flatMap(({ kind, text }) => (kind === 'left-files' ? [text] : []));
  const stays = (path: string): string =>
    `servers/a: "${path}" is not asked for any more, and stays: remove it once nothing reads it`;

  it.each<[string, string, string, readonly string[]]>([
    [
      'its name goes as well',
      NAMED,
      asked('files: {}, outputs: [key, cert]'),
      [
        'servers/a: "servers/a/public.pem", "servers/a/a.pem" are not asked for any more, and stay: remove them once nothing reads them',
      ].map((text) => text.replace('public.pem', 'a.pub')),
    ],
    ['all names go', NAMED, asked('outputs: [key, cert, public]'), [stays('servers/a/a.pem')]],
    [
      'the folder changes',
      asked('folder: old, outputs: [key, cert, combined]'),
      asked('folder: new, outputs: [key, cert]'),
      [stays('old/combined.pem')],
    ],
    [
      'others get names of their own',
      asked('outputs: [key, cert, fullchain]'),
      asked('files: { cert: tls.crt }, outputs: [key, cert]'),
      [stays('servers/a/fullchain.pem')],
    ],
    [
      'it becomes that of another entity',
      asked('folder: old, outputs: [key, cert, combined]'),
      `${asked('folder: new, outputs: [key, cert]')}  b: { commonName: b.example.test, folder: old, files: { key: b.key, cert: b.crt }, outputs: [key, cert, combined] }\n`,
      [],
    ],
  ])('is named once, and stays: %s', async (_, before, after, texts) => {
    const project = await applied(before);
    const files = filesBelow(project.out).filter((path) => !path.startsWith('.pki/'));
    project.write(after);
    expect(await left(project)).toEqual(texts);
    const { stderr } = await project.pki(['apply', '--skip-verify']);
    for (const text of texts) expect(stderr).toContain(text);
    expect(filesBelow(project.out)).toEqual(expect.arrayContaining(files));
    expect(await left(project)).toEqual([]);
    expect(await project.actions()).toEqual({});
  });

  it('is not named where it never was ours', async () => {
    const project = await applied(asked('folder: tls, outputs: [key, cert]'));
    writeFileSync(project.path('tls/combined.pem'), project.read('tls/cert.pem'));
    project.write(asked('folder: new, outputs: [key, cert]'));
    expect(await left(project)).toEqual([]);
  });
});

describe('what is refused, with a way out', () => {
  it('other names behind links in one folder', async () => {
    const linked = PLAIN.replace('a.example.test }', 'a.example.test, publish: symlinks, folder: tls/a }');
    const project = await applied(linked);
    project.write(linked.replace('folder: tls/a', 'folder: tls/a, files: { key: tls.key }'));
    const refused = await project.change('servers/a');
    expect(refused.refusal?.problem).toContain('behind links, which cannot be renamed in their folder');
    project.write(linked.replace('folder: tls/a', 'folder: tls/new, files: { key: tls.key }'));
    await project.apply();
    expect(project.read('tls/new/tls.key')).toBe(project.read('tls/a/key.pem'));
  });

  it('two that swap their places', async () => {
    const project = await applied(PLAIN);
    const keys = ['a', 'b'].map((name) => project.read('servers', name, 'key.pem'));
    project.write(
      manifest(
        '  a: { commonName: a.example.test, folder: servers/b }\n  b: { commonName: b.example.test, folder: servers/a }\n',
      ),
    );
    const { refusal } = await project.change('servers/a');
    expect(refusal?.problem).toContain('is the place of the key of servers/b, which is to move as well');
    expect((await project.pki(['apply', '--skip-verify'])).code).toBe(1);
    expect(['a', 'b'].map((name) => project.read('servers', name, 'key.pem'))).toEqual(keys);
  });
});

describe('an entity that moves, and may not be changed', () => {
  const CA = PLAIN.replace('commonName: Root', 'commonName: Root, folder: ca, key: ed25519');
  const edit = (text: string): string =>
    text.replace('b.example.test }', 'b.example.test, san: [b.example.test, b] }');

  it('an authority: stays where it is with what hangs from it, however often apply runs, until somebody agrees', async () => {
    const project = await applied(PLAIN);
    const key = project.read('authorities/root/key.pem');
    project.write(edit(CA));
    for (const _ of [1, 2]) {
      const run = await project.pki(['apply', '--skip-verify']);
      expect(run).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('needs consent: authorities/root'),
      });
      expect(run.stderr).not.toContain('could not');
      expect(filesBelow(project.path('ca'))).toEqual([]);
    }
    await project.applyByCommand('--allow', 'rekey-ca');
    expect(project.read('authorities/root/key.pem')).toBe(key);
    expect(project.read('ca/ca.pem').split('BEGIN CERTIFICATE')).toHaveLength(3);
    expect(await project.actions()).toEqual({});
  });

  it('a server with a key that nobody can open here: no other is made, however often apply runs', async () => {
    const project = await applied(PLAIN);
    const options = ['-v2', 'aes256', '-passout', 'pass:secret'];
    const encrypted = await openssl([
      'pkcs8',
      '-topk8',
      ...options,
      '-in',
      project.path('servers/a/key.pem'),
    ]);
    writeFileSync(project.path('servers/a/key.pem'), encrypted, { mode: 0o600 });
    project.write(edit(MOVED));
    for (const _ of [1, 2]) {
      expect((await project.pki(['apply', '--skip-verify'])).code).toBe(1);
      expect(await project.actions()).toEqual({ 'servers/a': 'refuse' });
      expect(filesBelow(project.path('tls'))).toEqual([]);
    }
    expect(project.read('servers/a/key.pem')).toBe(encrypted);
  });
});

describe('what an entity that has to stay keeps for itself', () => {
  const BOTH = `version: 1
authorities:
  root: { commonName: Root }
  other: { commonName: Other, issuer: root, folder: servers/b }
servers:
`;

  it('its place, which nobody takes before it has moved', async () => {
    const project = await applied(`${BOTH}  a: { commonName: a.example.test, issuer: root }\n`);
    const key = project.read('servers/b/key.pem');
    const edited = BOTH.replace('folder: servers/b', 'folder: ca/other, key: rsa-2048');
    project.write(`${edited}  b: { commonName: b.example.test, issuer: root }\n`);
    for (const _ of [1, 2]) {
      const run = await project.pki(['apply', '--skip-verify', '--allow', 'remove']);
      expect(run).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('needs consent: authorities/other'),
      });
      expect(project.read('servers/b/key.pem')).toBe(key);
    }
    await project.applyByCommand('--allow', 'rekey-ca', '--allow', 'remove');
    expect(await project.actions()).toEqual({});
  });

  it('whoever needs it: a new key for that is asked for in vain, and nothing else is done', async () => {
    const project = await applied(PLAIN);
    project.write(
      PLAIN.replace('commonName: Root', 'commonName: Root, folder: ca, key: ed25519').replace(
        'b.example.test }',
        'b.example.test, validity: 30d }',
      ),
    );
    const before = project.read('servers/b/cert.pem');
    const run = await project.pki(['rotate', 'servers/a', '--skip-verify']);
    expect(run).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('needs consent: authorities/root'),
    });
    expect(project.read('servers/b/cert.pem')).toBe(before);
  });

  it('its links, which its calls would go through', async () => {
    const linked = PLAIN.replace('commonName: Root', 'commonName: Root, publish: symlinks');
    const project = await applied(linked);
    rmSync(project.path('authorities/root/..data'));
    project.write(
      linked
        .replace('symlinks', 'symlinks, key: ed25519')
        .replace('a.example.test }', 'a.example.test, validity: 30d }'),
    );
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('needs consent: authorities/root'),
    });
    expect(run.stderr).not.toContain('could not');
  });
});

describe('a place that is taken', () => {
  it('by the key of another: refused, and nothing is touched; the hint works', async () => {
    const project = await applied(PLAIN);
    const [a, b] = [project.read('servers/a/key.pem'), project.read('servers/b/key.pem')];
    project.write(manifest('  a: { commonName: a.example.test, folder: servers/b }\n'));
    expect(await project.actions()).toEqual({ 'servers/a': 'refuse' });
    const run = await project.pki(['apply', '--skip-verify']);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(
      '"servers/b/key.pem" is not the key that servers/a had, which is "servers/a/key.pem"',
    );
    expect([project.read('servers/a/key.pem'), project.read('servers/b/key.pem')]).toEqual([a, b]);
    renameSync(project.path('servers/b'), project.path('servers/was-b'));
    await project.apply();
    expect(project.read('servers/b/key.pem')).toBe(a);
    expect(await project.actions()).toEqual({});
  });

  it('by an older key of its own, after a way there and back with a new key between', async () => {
    const project = await applied(PLAIN);
    const authority = PLAIN.replace('commonName: Root', 'commonName: Root, folder: ca');
    project.write(authority);
    await project.apply();
    expect(await project.pki(['rotate', 'root', '--allow', 'rekey-ca', '--skip-verify'])).toMatchObject({
      code: 0,
    });
    project.write(PLAIN);
    expect(await project.actions()).toMatchObject({ 'authorities/root': 'refuse' });
  });

  it('by its own request, because files changed names: refused', async () => {
    const project = await applied(PLAIN);
    const key = project.read('servers/a/key.pem');
    project.write(
      PLAIN.replace('a.example.test }', 'a.example.test, files: { key: csr.pem, csr: key.pem } }'),
    );
    expect(await project.actions()).toEqual({ 'servers/a': 'refuse' });
    await project.pki(['apply', '--skip-verify']);
    expect(project.read('servers/a/key.pem')).toBe(key);
  });
});

describe('a folder that bears the name of an entity that left the manifest', () => {
  it('is nobody’s leftover where another entity has it', async () => {
    const project = await applied(PLAIN);
    const key = project.read('servers/a/key.pem');
    project.write(
      manifest(
        '  web: { commonName: a.example.test, folder: servers/a }\n  b: { commonName: b.example.test }\n',
      ),
    );
    expect(await project.actions()).toEqual({});
    expect(await project.pki(['apply', '--skip-verify', '--allow', 'remove'])).toMatchObject({ code: 0 });
    expect(project.read('servers/a/key.pem')).toBe(key);
  });

  it('also where it became an entity of another kind', async () => {
    const project = await applied(PLAIN);
    const key = project.read('servers/a/key.pem');
    const text = manifest('  b: { commonName: b.example.test }\n');
    project.write(`${text}peers: { a: { commonName: a.example.test, folder: servers/a } }\n`);
    expect(await project.actions()).toEqual({ 'peers/a': 'issue' });
    await project.applyByCommand('--allow', 'remove');
    expect(project.read('servers/a/key.pem')).toBe(key);
    expect(await project.actions()).toEqual({});
  });

  it('is still one where only its key is left', async () => {
    const project = await applied(PLAIN);
    rmSync(project.path('servers/a/cert.pem'));
    project.write(manifest('  b: { commonName: b.example.test }\n'));
    expect(await project.actions()).toEqual({ 'servers/a': 'remove' });
    await project.applyByCommand('--allow', 'remove');
    expect(existsSync(project.path('servers/a'))).toBe(false);
    expect(keysAnywhere(project.out).size).toBe(3);
  });
});

it('a key where another file of ours goes is in the archive before it is replaced', async () => {
  const project = await applied(PLAIN);
  const stranger = await openssl(['genpkey', '-algorithm', 'ed25519']);
  for (const file of ['chain.pem', 'csr.pem']) writeFileSync(project.path('servers/a', file), stranger);
  await project.apply();
  expect(keysAnywhere(project.out).size).toBe(4);
  const kept = filesBelow(project.path('.pki/archive/servers/a'));
  expect(kept.map((path) => path.replace(/^.*\//, ''))).toEqual(['chain.pem', 'csr.pem']);
});

it('a record that cannot be read: no error, and the next apply writes the places again', async () => {
  const project = await applied(MOVED);
  const record = (): unknown => {
    const { folder, files } = JSON.parse(project.read('.pki/places.json')).places['servers/a'];
    return { folder, files };
  };
  const whole = { folder: 'tls/a', files: { key: 'tls.key' } };
  expect(record()).toEqual(whole);
  const odd = '{"format":1,"places":{"servers/a":{"folder":"tls/a","files":{},"outputs":["../key"]}}}';
  for (const text of ['', '{', '[]', '{"format":1,"places":{"servers/a":7}}', odd]) {
    writeFileSync(project.path('.pki/places.json'), text);
    expect(await project.actions()).toEqual({});
    await project.apply();
    expect(record()).toEqual(whole);
  }
  renameSync(project.path('.pki/places.json'), project.path('.pki/places.json.draft'));
  await project.apply();
  expect(record()).toEqual(whole);
});
