// The documentation is run: commands, outputs, manifests, exit codes, names of fields, links.
import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { OBJECT_KEYS } from '../../src/manifest/kubernetes.ts';
import { SEAL_KEYS } from '../../src/manifest/outputs.ts';
import { ATTRIBUTE_KEYS, FILE_KEYS, MAP_KEYS } from '../../src/manifest/schema.ts';
import { SOURCE_KEYS } from '../../src/manifest/secret-source.ts';
import { shellWords } from '../../src/openssl/shell.ts';
import { EXIT_MEANINGS } from '../../src/report/help.ts';
import { CLI, plainEnvironment, REPOSITORY, type Run, runPki, runProgram, runTyped } from '../helpers/cli.ts';
import { someOf } from '../helpers/everything.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { blocksIn, inlineCode, localLinks, proseOf, readDoc, tableRows } from '../helpers/markdown.ts';
import { selfSigned } from '../helpers/openssl.ts';
import { terminalSvg } from '../helpers/terminal-svg.ts';

const DOCS = readdirSync(join(REPOSITORY, 'docs'))
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'examples/node-mtls/README.md',
  ...DOCS,
];

/** A folder with the example in it, and a path in which `pki` is the built program. */
function playground(): { readonly folder: string; readonly env: Readonly<Record<string, string>> } {
  const folder = temporaryFolder();
  const programs = temporaryFolder();
  copyFileSync(join(REPOSITORY, 'pki.example.yaml'), join(folder, 'pki.example.yaml'));
  writeFileSync(join(programs, 'pki'), `#!/bin/sh\nexec ${shellWords([process.execPath, CLI])} "$@"\n`);
  chmodSync(join(programs, 'pki'), 0o755);
  return { folder, env: { PATH: `${programs}${delimiter}${process.env['PATH'] ?? ''}`, LC_ALL: 'C.UTF-8' } };
}

/** `$ command` lines, each with what follows it; `\` at the end of a line goes on in the next. */
function sessionOf(text: string): readonly { readonly command: string; readonly output: string }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const command = /^(?:.*\\\n)*.*\n/.exec(part)?.[0] ?? part;
      return { command: command.trim(), output: part.slice(command.length) };
    });
}

/** Times differ from run to run. */
function timeless(text: string): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME');
}

describe('README.md', () => {
  const { folder, env } = playground();
  const sh = (command: string): Promise<Run> => runProgram('/bin/sh', ['-c', command], { cwd: folder, env });

  for (const { place, text } of blocksIn('README.md').filter(({ info }) => info === 'console test')) {
    for (const { command, output } of sessionOf(text)) {
      it(`${place}: $ ${command}`, async () => {
        const run = await sh(command);
        // What is an error is shown from where errors go.
        const shown = run.stdout === '' ? run.stderr : run.stdout;
        expect(timeless(shown)).toBe(timeless(output === '' ? '' : `${output.trimEnd()}\n`));
      });
    }
  }

  it('shows a picture of what is really printed (vitest -u makes it anew)', async () => {
    const { folder: fresh, env: path } = playground();
    const command = 'pki apply pki.example.yaml';
    const coloured = { ...path, FORCE_COLOR: '1' };
    const { stdout } = await runProgram('/bin/sh', ['-c', command], { cwd: fresh, env: coloured });
    const svg = terminalSvg(command, `$ ${command}\n${stdout}`);
    await expect(svg).toMatchFileSnapshot(join(REPOSITORY, 'docs/apply.svg'));
  });
});

describe('commands', () => {
  const rows = tableRows('docs/commands.md', 'command');
  const names = rows.map(([command = '']) => /^`pki ([a-z]+)/.exec(command)?.[1] ?? '');

  it('are those of pki --help', async () => {
    const { stdout } = await runPki(['--help']);
    const listed = [...stdout.matchAll(/^ {2}([a-z]+) (?:[[<][\w.]+[\]>] ?)+ /gm)].map(([, name]) => name);
    expect([...names].sort()).toEqual([...listed].sort());
    const shown = tableRows('README.md', 'command').map(([command]) => command);
    expect(shown).toEqual(rows.map(([command]) => command));
  });

  it.each(names.filter((name) => name !== 'help'))(
    'pki %s has the flags that are documented',
    async (name) => {
      const { stdout } = await runPki([name, '--help']);
      const real = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag = '']) => flag);
      const row = rows.find(([command = '']) => command.startsWith(`\`pki ${name} `)) ?? [];
      const documented = inlineCode(row[2] ?? '').map((flag) => flag.split(' ')[0] ?? '');
      expect([...documented].sort()).toEqual(real.filter((flag) => flag !== '--help').sort());
    },
  );

  const written = PAGES.flatMap((page) => {
    const inProse = inlineCode(proseOf(page)).filter((code) => /^(npx )?pki /.test(code));
    const inBlocks = blocksIn(page)
      .filter(({ info }) => /^(console|sh)\b/.test(info))
      .flatMap(({ text }) =>
        text.split('\n').map((line) => /^(?:\$ )?((?:npx )?pki .*)$/.exec(line)?.[1] ?? ''),
      );
    return [...inProse, ...inBlocks].filter((command) => command !== '');
  });

  it.each(someOf([...new Set(written.map(asTyped))]))('%s is one that the program takes', async (command) => {
    const { folder, env } = playground();
    copyFileSync(join(folder, 'pki.example.yaml'), join(folder, 'pki.yaml'));
    const run = await runTyped(command, { cwd: folder, env });
    expect(run.stderr).not.toMatch(
      /unknown (command|option)|too many arguments|argument missing|missing required|defect|not found/,
    );
  });
});

/** A command of the documentation with something real for what it leaves open. */
function asTyped(command: string): string {
  return command
    .replace(/^npx /, '')
    .replace(/ *#.*$/, '')
    .replace(/ *\[\w+\]/g, '')
    .replace('SHELL', 'bash')
    .replace('TIME', '2027-03-01T00:00:00Z')
    .replace(/NAME…?/, 'servers/api')
    .replace(/AUTHORITY…?/, 'root')
    .replace(/^pki (rotate|retire|request|sign|import|export)$/, 'pki $1 --help');
}

describe('exit codes', () => {
  const { folder, env } = playground();
  const pki = (...args: readonly string[]): Promise<Run> => runPki(args, { cwd: folder, env });

  it('are these, in docs/commands.md, in the words of the help', () => {
    const rows = tableRows('docs/commands.md', 'exit code').map(([code, means = '']) => [
      Number(code),
      means.replaceAll('`', '"'),
    ]);
    expect(rows).toEqual(EXIT_MEANINGS);
  });

  it('0: fine', async () => {
    expect(await pki('validate', 'pki.example.yaml')).toMatchObject({ code: 0 });
    expect(await pki('plan', 'pki.example.yaml')).toMatchObject({ code: 0 });
  });

  it('1: failed', async () => {
    writeFileSync(join(folder, 'broken.yaml'), 'version: 2\n');
    for (const args of [
      ['validate', 'broken.yaml'],
      ['plan', 'gone.yaml'],
      ['apply', '--nonsense'],
      ['nonsense'],
      [],
    ]) {
      expect(await pki(...args), args.join(' ')).toMatchObject({ code: 1 });
    }
    expect(await pki('verify', 'pki.example.yaml'), 'nothing is there to verify').toMatchObject({ code: 1 });
  });

  it('2: changes are due, and only where it was asked for', async () => {
    expect(await pki('plan', '--detailed-exitcode', 'pki.example.yaml')).toMatchObject({ code: 2 });
    expect(await pki('apply', '--skip-verify', 'pki.example.yaml')).toMatchObject({ code: 0 });
    expect(await pki('plan', '--detailed-exitcode', 'pki.example.yaml')).toMatchObject({ code: 0 });
  });

  it('130: interrupted, and the next apply goes on', async () => {
    const other = playground();
    const slow = join(other.folder, 'slow-openssl');
    const begun = join(other.folder, 'begun');
    const version = 'echo "OpenSSL 3.0.0 7 sep 2021"';
    writeFileSync(
      slow,
      `#!/bin/sh\n[ "$1" = version ] && ${version} && exit\n: >'${begun}'\nexec sleep 60\n`,
    );
    chmodSync(slow, 0o755);
    const child = spawn(process.execPath, [CLI, 'apply', 'pki.example.yaml'], {
      cwd: other.folder,
      env: { ...plainEnvironment(), PKI_OPENSSL: slow },
      stdio: 'ignore',
    });
    const ended = new Promise((done) => child.once('exit', (code) => done(code)));
    while (!existsSync(begun)) await new Promise((done) => setTimeout(done, 10));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(await runPki(['apply', 'pki.example.yaml'], { cwd: other.folder })).toMatchObject({ code: 0 });
  });
});

describe('manifests', () => {
  const manifests = PAGES.flatMap(blocksIn).filter(({ info }) => info.startsWith('yaml'));

  it.each(manifests.map(({ place, text }) => [place, text]))(
    '%s is valid, without a warning',
    async (_, text) => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'pki.yaml'), text);
      cpSync(join(REPOSITORY, 'examples/partner/requests'), join(folder, 'requests'), { recursive: true });
      mkdirSync(join(folder, 'anchors'));
      writeFileSync(join(folder, 'anchors/corp.pem'), selfSigned('/CN=Corp Root').cert);
      expect(await runPki(['validate'], { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it('have every field in docs/manifest.md, and no other', () => {
    const fields = [...fieldsOf(JSON.parse(readDoc('schemas/pki.schema.json')))].sort();
    const listed = tableRows('docs/manifest.md', 'field').flatMap((cells) => inlineCode(cells[0] ?? ''));
    expect(listed.length).toBeGreaterThan(20);
    expect(listed.filter((field) => !fields.includes(field))).toEqual([]);
    const reference = new Set(inlineCode(readDoc('docs/manifest.md')));
    expect(fields.filter((field) => !reference.has(field))).toEqual([]);
    // Those that stand in no table are what a field of a table holds.
    const inObjects = [
      'keep',
      'extends',
      ...Object.values(MAP_KEYS).flat(),
      ...SEAL_KEYS,
      ...SOURCE_KEYS,
      ...OBJECT_KEYS,
      'algorithm',
      'size',
      'curve',
      'pkcs11',
      'pin',
      'kind',
      ...FILE_KEYS,
      ...ATTRIBUTE_KEYS,
    ];
    expect(fields.filter((field) => !listed.includes(field) && !inObjects.includes(field))).toEqual([]);
  });
});

/** Every property that the JSON Schema knows by name. */
function fieldsOf(schema: unknown, found = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return found;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties') for (const name of Object.keys(value)) found.add(name);
    fieldsOf(value, found);
  }
  return found;
}

describe('docs/json.md', () => {
  const { folder } = playground();
  const documented = new Set(inlineCode(readDoc('docs/json.md')));
  const outputs: unknown[] = [];

  beforeAll(async () => {
    const runs = [
      ['plan', '--json'],
      ['apply', '--json'],
      ['plan', '--json', '--now', '2027-03-01T00:00:00Z'],
      ['verify', '--json'],
      ['status', '--json'],
      ['history', '--json', '--manifest'],
    ];
    for (const args of runs) {
      const { stdout } = await runPki([...args, 'pki.example.yaml'], { cwd: folder });
      outputs.push(JSON.parse(stdout));
    }
  });

  it('names every key that is printed', () => {
    const keys = new Set(outputs.flatMap((output) => [...keysOf(output)]));
    expect([...keys].filter((key) => !documented.has(key))).toEqual([]);
  });

  it('names every format', () => {
    const formats = outputs.map((output) => (output as { format: string }).format);
    expect(new Set(formats)).toEqual(
      new Set(['pki-plan', 'pki-apply', 'pki-verify', 'pki-status', 'pki-history']),
    );
    for (const format of [...formats, 'pki-handshakes']) expect(documented).toContain(format);
  });
});

/** Names of fields; those that a manifest's entries make up are none. */
function keysOf(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const item of value) keysOf(item, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      found.add(key);
      keysOf(item, found);
    }
  }
  return found;
}

describe('links', () => {
  it.each(PAGES)('of %s lead somewhere', (page) => {
    const gone = localLinks(page).filter((target) => !existsSync(join(REPOSITORY, dirname(page), target)));
    expect(gone).toEqual([]);
  });
});
