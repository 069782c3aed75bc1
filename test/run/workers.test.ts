// Many calls through a few shells: what a call is given reaches the program to the octet, and how it ends is told.
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { OpensslError } from '../../src/run/openssl.ts';
import { SCRIPT, Workers } from '../../src/run/workers.ts';
import { itNeeds, pathOf } from '../e2e/project.ts';
import { temporaryFolder } from '../helpers/cli.ts';

/** Says what it was asked: its arguments, each closed by NUL, and its input. */
const RECORD = `#!/bin/sh
printf '%s\\0' "$@" >"$1.args"
cat >"$1.in"
`;

const folder = temporaryFolder();
const started: Workers[] = [];

function program(text: string): string {
  const path = join(folder, `program ${readdirSync(folder).length}`);
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

function workers(binary: string, signal?: AbortSignal): Workers {
  const made = new Workers({ cwd: folder, folder: `work-${started.length}`, binary, signal });
  mkdirSync(join(folder, `work-${started.length}`));
  started.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(started.map((each) => each.close()));
});

const recorder = program(RECORD);
const recorded = (name: string): readonly [args: readonly string[], input: string] => [
  readFileSync(join(folder, `${name}.args`), 'utf8')
    .split('\0')
    .slice(0, -1),
  readFileSync(join(folder, `${name}.in`), 'utf8'),
];

/** Everything that means something to some shell, and whatever else there is, but for what no argument can hold. */
const argument = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '',
      ' ',
      '-n',
      '--',
      '$(id)',
      '`id`',
      '$HOME',
      "a'b",
      '"',
      '\\',
      '\\n',
      'a\\',
      '*',
      '~',
      '#',
      '\t',
      'å\u0081',
      '; exit 3',
      '&',
      '=',
      '%s',
    ),
  )
  .map((text) => Buffer.from(text.replaceAll(/[\n\0]/g, '')).toString());

describe('a call', () => {
  it('gets its arguments and its input as they are, and what another had before it is gone', async () => {
    const through = workers(recorder);
    let calls = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { maxLength: 6 }), fc.option(argument), async (args, input) => {
        const name = `call-${++calls}`;
        await through.run({ args: [name, ...args], input });
        const [seen, read] = recorded(name);
        expect(seen).toEqual([name, ...args]);
        expect(read.replace(/\n*$/, '')).toBe(input ?? '');
      }),
      { numRuns: 200, seed: 20261125 },
    );
  });

  it('with no input has none, whatever was there for the one before it', async () => {
    const through = workers(recorder);
    await through.run({ args: ['first'], input: 'x'.repeat(100_000) });
    await through.run({ args: ['second'], input: null });
    await through.run({ args: ['third'], input: 'y\n' });
    expect(recorded('first')[1]).toBe('x'.repeat(100_000));
    expect(recorded('second')[1]).toBe('');
    expect(recorded('third')[1].trimEnd()).toBe('y');
  });

  it('in the very moment of another has its own input', async () => {
    const through = workers(recorder);
    const names = Array.from({ length: 20 }, (_, i) => `at-once-${i}`);
    await Promise.all(names.map((name) => through.run({ args: [name], input: name })));
    for (const name of names) expect(recorded(name)[1].trimEnd()).toBe(name);
  });

  it('cannot have an argument of two lines', async () => {
    await expect(workers(recorder).run({ args: ['a\nb'], input: null })).rejects.toThrow('Internal error');
  });
});

describe('a call that fails', () => {
  const failing = program(
    '#!/bin/sh\necho "word of $1" >&2\necho out\ncase $1 in\n  kill) kill -9 $$ ;;\nesac\nexit "$1"\n',
  );
  const failure = async (through: Workers, arg: string): Promise<OpensslError> => {
    const error: unknown = await through.run({ args: [arg], input: null }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof OpensslError)) throw new Error(`not an OpensslError: ${String(error)}`);
    return error;
  };

  it('says how it ended, in its own words and nobody else’s, and the next one runs', async () => {
    const through = workers(failing);
    await through.run({ args: ['0'], input: null });
    const first = await failure(through, '3');
    expect(first).toMatchObject({ message: 'openssl exited with 3', command: 'openssl 3' });
    expect(first.stderr).toBe('word of 3\nout\n');
    expect(await failure(through, 'kill')).toMatchObject({ message: 'openssl was ended by SIGKILL' });
    await through.run({ args: ['0'], input: null });
  });

  it('because there is no program, or it is none', async () => {
    expect((await failure(workers(join(folder, 'nowhere')), 'x')).message).toBe(
      'openssl did not run: it is not there',
    );
    const text = join(folder, 'text');
    writeFileSync(text, 'no program', { mode: 0o644 });
    expect((await failure(workers(text), 'x')).message).toBe('openssl did not run: it cannot be executed');
  });

  it('because its shell is gone is told, and the next one gets another', async () => {
    const through = workers(program('#!/bin/sh\n[ "$1" = ok ] || kill -9 $PPID\n'));
    expect((await failure(through, 'x')).message).toBe('openssl was ended by SIGKILL');
    await through.run({ args: ['ok'], input: null });
  });

  it('because of an interruption says so, and leaves nothing running', async () => {
    const pids = join(folder, 'pids');
    const interruption = new AbortController();
    const through = workers(
      program(`#!/bin/sh\necho $$ >"${pids}"\nsleep 600 &\nwait\n`),
      interruption.signal,
    );
    const ended = failure(through, 'x');
    const deadline = Date.now() + 10_000;
    while (!readdirSync(folder).includes('pids') && Date.now() < deadline) await new Promise(setImmediate);
    interruption.abort();
    expect((await ended).message).toBe('openssl was interrupted');
    expect(() => process.kill(-Number(readFileSync(pids, 'utf8')), 0)).toThrow('ESRCH');
  });
});

describe('the script', () => {
  for (const name of ['dash', 'bash', 'busybox', 'mksh']) {
    itNeeds([name], `does the same in ${name}`, async () => {
      const args = ['-e', '', ' a  b ', '\\t$HOME`id`', '*', 'ünï\u0081cøde', '\'"'];
      const lines = ['/dev/null', args.length + 1, `in-${name}`, ...args, '/dev/null', 0].join('\n');
      const words = [...(name === 'busybox' ? ['sh'] : []), '-c', SCRIPT, 'sh', recorder];
      const answer = await new Promise<string>((done) => {
        const child = execFile(pathOf(name) ?? '', words, { cwd: folder }, (_, stdout) => done(stdout));
        child.stdin?.end(`${lines}\n`);
      });
      expect(answer).toMatch(/^0\n\d+\n$/);
      expect(recorded(`in-${name}`)).toEqual([[`in-${name}`, ...args], '']);
    });
  }
});
