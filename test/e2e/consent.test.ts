// The question before something in use is broken, as somebody at a terminal meets it: a pseudo terminal, and keys.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainEnvironment } from '../helpers/cli.ts';
import { copyOf, has, itNeeds, Project, publishedState, until } from './project.ts';
import { atTerminal, typedAt } from './typing.ts';

const MANIFEST = `
version: 1
authorities: { root: { commonName: Root } }
servers: { a: { commonName: a.example.test }, b: { commonName: b.example.test } }
`;
/** A new key for the root, and an entity that leaves: two questions. */
const EDITED = MANIFEST.replace('Root }', 'Root, key: ed25519 }').replace(/, b: .* \}/, ' }');
const QUESTION = 'pki: type "yes" to continue, anything else to skip: ';

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

function edited(): Project {
  const project = copyOf(applied);
  project.write(EDITED);
  return project;
}

/** `pki apply` at a terminal at which these answers are typed, one after the other. */
async function typed(project: Project, ...answers: readonly string[]) {
  const keys = answers.map((answer) => [QUESTION, answer] as const);
  const { code, stdout } = await typedAt(project, keys, ['apply', '--skip-verify'], { COLUMNS: '200' });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is told, not shown
  const text = stdout.replaceAll(/\x1b\[[\d;?]*[A-Za-z]/g, '').replaceAll('\r', '');
  return { code, text, questions: text.split(QUESTION).length - 1 };
}

describe('at a terminal', () => {
  itNeeds(['python3'], 'says what is broken, and "yes" does it', async () => {
    const project = edited();
    const { code, text, questions } = await typed(project, 'yes\r', ' yes \r');
    expect({ code, questions }).toEqual({ code: 0, questions: 2 });
    // The plan comes first, once, and then what there is to decide.
    expect(text.indexOf('± authorities/root')).toBeGreaterThanOrEqual(0);
    expect(text.indexOf('± authorities/root')).toBeLessThan(text.indexOf(QUESTION));
    expect(text.match(/^plan: /gm)).toHaveLength(1);
    expect(text).toContain('obsolete: authorities/root (1 below is issued again)');
    expect(text).toContain('files of entities that are no longer in the manifest are archived: servers/b');
    expect(text).toContain('applied: ');
    expect(existsSync(project.path('servers/b'))).toBe(false);
    expect(await project.actions()).toEqual({});
  });

  itNeeds(['python3'], 'names every entity that is at stake', async () => {
    const names = ['r1', 'r2', 'r3'];
    const roots = (key: string) => names.map((name) => `${name}: { commonName: ${name}${key} }`).join(', ');
    const servers = (...all: string[]) =>
      all.map((name) => `${name}: { commonName: ${name}.example.test, issuer: r1, trust: [r1] }`).join(', ');
    const manifest = (key: string, ...all: string[]) =>
      `version: 1\nauthorities: { ${roots(key)} }\nservers: { ${servers(...all)} }\n`;
    const project = new Project(manifest('', 'x', 'y', 'z'));
    await project.apply();
    project.write(manifest(', key: ed25519', 'z'));
    const { text } = await typed(project, 'yes\r', 'no\r');
    const questions = text
      .split('\n')
      .filter((line, i, all) => all[i + 1]?.startsWith(QUESTION) && line !== '');
    expect(questions.map((line) => line.replace(/^.*: (?=\w+\/)/, ''))).toEqual([
      'authorities/r1, authorities/r2, authorities/r3 (1 below is issued again)',
      'servers/x, servers/y',
    ]);
    expect(text).toContain('left in place, though no longer in the manifest: servers/x, servers/y');
    expect(text).toMatch(/valid until .*, for anyone with the key: servers\/x, servers\/y/);
  });

  it.skipIf(!has('python3')).each([
    ['"no"', ['no\r', 'yes\r'], 1],
    ['nothing', ['\r', 'yes\r'], 1],
    ['"y"', ['y\r', 'yes\r'], 1],
    ['"YES"', ['YES\r', 'yes\r'], 1],
    ['"yes please"', ['yes please\r', 'yes\r'], 1],
    ['Ctrl-D', ['\x04', 'yes\r'], 1],
  ])('%s changes nothing, and nothing else is asked', async (_, answers, count) => {
    const project = edited();
    const before = publishedState(project.out);
    const { code, text, questions } = await typed(project, ...answers);
    expect({ code, questions }).toEqual({ code: 1, questions: count });
    expect(text).toMatch(/^pki: error: .* needs consent: authorities\/root/m);
    expect(text).toMatch(/^pki: hint: to consent, pass "--allow rekey-ca"$/m);
    expect(text).not.toContain('defect');
    expect(publishedState(project.out)).toEqual(before);
  });

  itNeeds(['python3'], 'Ctrl-C ends it as an interruption, and the next run is free', async () => {
    const project = edited();
    const before = publishedState(project.out);
    const { code, text, questions } = await typed(project, 'ye\x03');
    expect({ code, questions }).toEqual({ code: 130, questions: 1 });
    expect(text).toMatch(/^pki: error: interrupted$/m);
    expect(text).not.toContain('pki: hint');
    expect(publishedState(project.out)).toEqual(before);
    expect(existsSync(project.path('.pki/lock'))).toBe(false);
  });

  itNeeds(['python3'], 'a signal ends it, too', async () => {
    const project = edited();
    const child = spawn('python3', atTerminal([], ['apply', '--skip-verify']), {
      cwd: project.folder,
      env: plainEnvironment(),
    });
    const ended = new Promise((done) => child.on('exit', done));
    await until(() => existsSync(project.path('.pki/lock')), 'the run has the lock');
    const { pid } = JSON.parse(project.read('.pki/lock')) as { pid: number };
    process.kill(pid, 'SIGTERM');
    expect(await ended).toBe(130);
    expect(existsSync(project.path('.pki/lock'))).toBe(false);
  });
});

describe('without a terminal, and as README.md says,', () => {
  it.each([
    ['an entity that waits for "remove" changes no exit code', MANIFEST.replace(/, b: .* \}/, ' }'), 0],
    ['an authority that waits for "rekey-ca" does', MANIFEST.replace('Root }', 'Root, key: ed25519 }'), 1],
    ['both do, since one of them does', EDITED, 1],
  ])('%s', async (_, manifest, code) => {
    const project = copyOf(applied);
    const before = publishedState(project.out);
    project.write(manifest);
    expect(await project.pki(['apply', '--skip-verify'])).toMatchObject({ code });
    expect(publishedState(project.out)).toEqual(before);
    expect(await project.pki(['apply', '--skip-verify', '--allow', 'remove,rekey-ca'])).toMatchObject({
      code: 0,
    });
  });
});

describe('by name', () => {
  const LEAVERS = `version: 1
authorities: { root: { commonName: Root, key: ecdsa-p256, crl: true } }
servers: { api: { san: [api.test] } }
clients: { ann: { commonName: ann }, bob: { commonName: bob }, cleo: { commonName: cleo }, api: { commonName: api } }
`;
  let made: Project;
  beforeAll(async () => {
    made = new Project(LEAVERS);
    await made.apply();
  });

  it('removes one of those that left, and nothing where a name is that of two', async () => {
    const project = copyOf(made);
    project.write(LEAVERS.replace(/servers.*\n/, '').replace(/ann: .*?}, |, api: .*?}/g, ''));
    const twice = await project.applyByCommand('--allow', 'remove=api');
    expect(twice.stderr).toContain(
      'pki: warning: "--allow remove=api" could mean servers/api or clients/api, so it agrees to neither',
    );
    expect(readdirSync(project.out).sort()).toContain('servers');
    const run = await project.applyByCommand('--allow', 'remove=ann,remove=servers/api');
    expect(run.stdout).toContain('2 removed');
    expect(readdirSync(project.path('clients')).sort()).toEqual(['api', 'bob', 'cleo']);
    const again = await project.applyByCommand('--allow', 'remove=ann');
    expect(again.stderr).toContain(
      'pki: warning: "--allow remove=ann" agrees to nothing: nothing of that name is to be removed; what needs it: clients/api',
    );
  });

  it('a new key that is asked for makes none of the authority above, whose key is missing', async () => {
    const project = new Project(`version: 1
authorities: { root: { commonName: Root }, sub: { commonName: Sub, issuer: root } }
servers: { api: { san: [api.test], issuer: sub } }
`);
    await project.apply();
    rmSync(project.path('authorities/root/key.pem'));
    const before = publishedState(project.out);
    const rotate = ['rotate', 'sub', '--skip-verify', '--allow'];
    const refused = await project.pki([...rotate, 'rekey-ca']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('the private key is missing: authorities/root; nothing new is signed');
    expect(refused.stderr).toContain('"--allow rekey-ca=NAME" makes a new one');
    expect(publishedState(project.out)).toEqual(before);
    const agreed = await project.pki([...rotate, 'rekey-ca,rekey-ca=root']);
    expect(agreed).toMatchObject({ code: 0, stdout: expect.stringContaining('2 re-keyed') });
  });

  it('revokes one of those that the manifest revokes', async () => {
    const project = copyOf(made);
    project.write(LEAVERS.replaceAll(/(ann|bob): {/g, '$1: { revoked: true,'));
    const run = await project.pki(['apply', '--skip-verify', '--allow', 'revoke=clients/ann']);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/needs consent: clients\/bob\n/);
    expect(readdirSync(project.path('clients')).sort()).toEqual(['api', 'bob', 'cleo']);
    const { changes } = await project.plan();
    expect(changes.filter(({ action }) => action === 'revoke').map(({ id }) => id)).toEqual(['clients/bob']);
  });

  it.each([
    ['trust=root', 'hint: the name of an entity goes with "rekey-ca", "remove" or "revoke" alone'],
    ['remove=', 'agree to one or more of'],
    ['=ann', 'agree to one or more of'],
  ])('is refused as --allow %s', async (text, words) => {
    const run = await made.pki(['apply', '--allow', text]);
    expect(run.code).not.toBe(0);
    expect(run.stderr).toContain(words);
  });
});
