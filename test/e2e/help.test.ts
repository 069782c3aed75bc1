// `--help`: every example in it is one that works, and all of it fits a terminal.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS, EXAMPLES } from '../../src/commands/table.ts';
import { CLI, runPki, runTyped } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';

/** Exit codes of examples that ask what is due, or that find nothing to do in a folder where nothing went wrong. */
const ENDS = new Map([
  // Nothing is there yet.
  ['pki verify --sample issued', 1],
  ['pki status --now 2027-03-01T00:00:00Z', 2],
  ['pki recover --discard servers/api', 1],
  ['pki adopt tls --write pki.yaml', 1],
  // No authority there makes a list.
  ['pki revoke servers/api', 1],
  ['pki revoke servers/api --reason keyCompromise', 1],
  // Nor is any to be asked.
  ['pki apply --quiet && pki ocsp', 1],
  ['pki ocsp --to /srv/ocsp', 1],
  ['pki ocsp --serve 127.0.0.1:8080', 1],
  // Nothing is asked there.
  ['pki sign stick --key root.key', 1],
  ['pki import stick', 1],
  // Nothing listens there.
  ['pki check localhost:8443', 1],
  ['pki check localhost:8443 --with clients/app', 1],
  ['pki check --all', 1],
  ['pki check localhost:5432 --starttls postgres', 1],
]);

const HELPS = ['--help', ...COMMANDS.map(({ name }) => `${name} --help`)];

it.each(HELPS)('%s fits 80 columns', async (line) => {
  const { code, stdout } = await runPki(line.split(' '));
  expect(code).toBe(0);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

describe('examples', () => {
  it.each(COMMANDS)('of $name are in its help, and call it', async ({ name, examples }) => {
    const { stdout } = await runPki([name, '--help']);
    expect(examples.length).toBeGreaterThan(0);
    for (const [command, does] of examples) {
      expect(command).toMatch(new RegExp(`\\bpki ${name}\\b`));
      expect(stdout).toContain(`  ${command}`);
      expect(stdout).toContain(`  ${does}\n`);
    }
  });

  // What stands around a command is for another shell.
  const all = [...EXAMPLES, ...COMMANDS.flatMap(({ examples }) => examples)].map(
    ([command]) => /pki [^)|]*/.exec(command)?.[0].trim() ?? command,
  );

  const pki = (cwd: string, text: string) =>
    runTyped(text, { cwd, env: { BY: process.execPath, CLI } }, `pki() { "$BY" "$CLI" "$@"; }; ${text}`);
  const applied = temporaryFolder();

  beforeAll(async () => {
    const made = await pki(applied, 'pki init && pki init staging.yaml && pki apply --skip-verify');
    expect(made).toMatchObject({ code: 0 });
    mkdirSync(join(applied, 'tls'));
  });

  it.each(all)('%s is one that the program takes', async (command) => {
    const cwd = temporaryFolder();
    if (!command.startsWith('pki init')) execFileSync('cp', ['-a', `${applied}/.`, cwd]);
    const ran = await pki(cwd, command.replace('/etc/pki/own', 'pki'));
    expect(ran.stderr).not.toMatch(/unknown|too many|missing|is no value|is called|defect/);
    expect(ran.code, ran.stderr).toBe(ENDS.get(command) ?? 0);
  });
});
