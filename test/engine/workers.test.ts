// Many calls through a few shells: what a call is given reaches the program to the octet, and how it ends is told.
import { execFile } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OpensslError, opensslIn } from '../../src/engine/openssl-call.ts';
import { question, SCRIPT } from '../../src/engine/worker-script.ts';
import { Workers } from '../../src/engine/workers.ts';
import { itNeeds, pathOf } from '../e2e/project.ts';
import { openedSince, openNow, SEES_OPEN } from '../helpers/descriptors.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { PATIENCE } from '../helpers/patience.ts';

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

function workers(binary: string, signal?: AbortSignal, processes = 2): Workers {
  const made = new Workers({ cwd: folder, folder: `work-${started.length}`, binary, processes, signal });
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

  it('says only what is new', () => {
    const last = ['req', '-out', 'a', ''];
    const asked = (args: readonly string[], hasInput = true) => question({ args, last, turn: 1, hasInput });
    expect(asked(['req', '-out', 'b', ''])).toBe('4 last 1 file\n\n\nb\n\n');
    expect(asked(['req', '', 'b', ''])).toBe('4 nothing 1 file\nreq\n\nb\n\n');
    expect(asked(['req', '-out'], false)).toBe('2 nothing 1 none\nreq\n-out\n');
    expect(question({ args: [], last: [], turn: 0, hasInput: false })).toBe('0 last 0 none\n');
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

describe('of many calls', () => {
  it('no more run at once than shall', async () => {
    const running = join(folder, 'running');
    mkdirSync(running);
    const through = workers(
      program(`#!/bin/sh\n: >"${running}/$$"\nls "${running}" | wc -l >"$1.count"\nrm "${running}/$$"\n`),
    );
    const names = Array.from({ length: 20 }, (_, i) => `counted-${i}`);
    await Promise.all(names.map((name) => through.run({ args: [name], input: null })));
    const counts = names.map((name) => Number(readFileSync(join(folder, `${name}.count`), 'utf8')));
    expect(Math.max(...counts)).toBeLessThanOrEqual(2);
  });

  it('each has its own words', async () => {
    const through = workers(program('#!/bin/sh\necho "$1"\nexit "$1"\n'));
    const codes = [0, 3, 4, 0, 5, 6, 0, 7];
    const calls = codes.map((code) => through.run({ args: [`${code}`], input: null }));
    const words = (await Promise.allSettled(calls)).map((call) =>
      call.status === 'fulfilled' ? '0\n' : (call.reason as OpensslError).stderr,
    );
    expect(words).toEqual(codes.map((code) => `${code}\n`));
  });

  it('none waits behind a long one while there is another worker', async () => {
    const gate = join(folder, 'gate');
    await new Promise((done) => execFile('mkfifo', [gate], done));
    const through = workers(program(`#!/bin/sh\n[ "$1" = short ] || read -r line <"${gate}"\n`));
    const long = through.run({ args: ['long'], input: null, isLong: true });
    const short = Array.from({ length: 5 }, () => through.run({ args: ['short'], input: null }));
    await Promise.all(short);
    writeFileSync(gate, 'go\n');
    await long;
  });

  it('those workers do that there can be', async () => {
    const through = workers(recorder, undefined, 3);
    // In the way of the second worker, and of the third.
    const work = join(folder, `work-${started.length - 1}`);
    for (const file of ['worker-1.log-1', 'worker-2.in-0']) writeFileSync(join(work, file), '');
    const names = Array.from({ length: 6 }, (_, i) => `few-${i}`);
    await Promise.all(names.map((name) => through.run({ args: [name], input: name })));
    for (const name of names) expect(recorded(name)[1].trimEnd()).toBe(name);
    expect(readdirSync(work).filter((file) => file.endsWith('.in-1'))).toEqual([
      'worker-0.in-1',
      'worker-1.in-1',
    ]);
  });

  it('many workers listen to the signal once', async () => {
    const { signal } = new AbortController();
    const through = workers(recorder, signal, 12);
    const names = Array.from({ length: 12 }, (_, i) => `listening-${i}`);
    await Promise.all(names.map((name) => through.run({ args: [name], input: null })));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await through.close();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('an interruption ends all, also those that have not begun', async () => {
    const begun = join(folder, 'begun');
    const interruption = new AbortController();
    const through = workers(
      program(`#!/bin/sh\necho "$1" >>"${begun}"\nsleep 600\n`),
      interruption.signal,
      1,
    );
    const calls = [1, 2, 3, 4].map((n) => through.run({ args: [`${n}`], input: null }));
    const ended = Promise.allSettled(calls);
    await lineIn(begun);
    interruption.abort();
    for (const call of await ended) {
      expect(call.status === 'rejected' && String(call.reason)).toContain('openssl was interrupted');
    }
    expect(readFileSync(begun, 'utf8')).toBe('1\n');
  });
});

describe('a call that takes too long', () => {
  // Longer than anything here waits: only the limit ends it, which a busy machine must not reach before it has begun.
  const LIMIT = 3;
  const hanging = program('#!/bin/sh\n[ "$1" = hang ] || exit 0\nsleep 600 &\necho "$$ $!" >"$2"\nwait\n');

  it('is ended with all that it had started, and says which limit that was; the others go on', async () => {
    const [begun, through] = [join(folder, 'hanging'), workers(hanging, undefined, 1)];
    const late = through.run({ args: ['hang', begun], input: null, limit: LIMIT });
    const behind = ['a', 'b', 'c'].map((name) => through.run({ args: [name], input: null }));
    const processes = (await lineIn(begun)).trim().split(' ').map(Number);
    await expect(late).rejects.toMatchObject({
      name: 'OpensslError',
      message: 'openssl did not end within 3 s and was stopped (PKI_OPENSSL_TIMEOUT sets another limit)',
    });
    await Promise.all(behind);
    await vi.waitUntil(() => !processes.some(isRunning), { timeout: PATIENCE, interval: 5 });
  });

  it('alone is ended too, and is no answer of openssl', async () => {
    const begun = join(folder, 'hanging-alone');
    const run = opensslIn(folder, hanging, { limit: LIMIT }).run({ args: ['hang', begun], input: null });
    await expect(run).rejects.toMatchObject({
      end: 'cut-short',
      message: expect.stringContaining('openssl did not end within 3 s'),
    });
  });
});

/** What a program has written, once it is a whole line: the file is there before its content. */
function lineIn(path: string): Promise<string> {
  const text = (): string | undefined => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  return vi.waitUntil(() => (text()?.endsWith('\n') ? text() : undefined), {
    timeout: PATIENCE,
    interval: 5,
  }) as Promise<string>;
}

/** Not where it has ended, also where nobody has asked for its end yet. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = `/proc/${pid}/stat`;
    return !existsSync(stat) || !/\) [ZX] /.test(readFileSync(stat, 'latin1'));
  } catch {
    return false;
  }
}

describe('a call that prints or writes without end', () => {
  const endless = program(
    '#!/bin/sh\ncase $1 in\n  log) exec yes "word of $1" ;;\n  file) exec yes >"$2" ;;\nesac\n',
  );
  const FLOODED =
    'openssl printed more, or wrote a larger file, than 32 MB, which none of its calls needs, and was stopped';
  const sizes = (): readonly number[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
      (path) => statSync(join(folder, path)).size,
    );

  it.each([
    ['to its log', ['log']],
    ['to a file', ['file', join(folder, 'endless')]],
  ])('%s is stopped before the disk is full, and the others go on', async (_, args) => {
    const through = workers(endless, undefined, 1);
    const flood = through.run({ args, input: null });
    const behind = ['ok', 'ok', 'ok'].map((arg) => through.run({ args: [arg], input: null }));
    await expect(flood).rejects.toMatchObject({ name: 'OpensslError', message: FLOODED });
    await Promise.all(behind);
    expect(Math.max(...sizes())).toBeLessThanOrEqual(64 * 1024 * 1024);
    await through.run({ args: ['ok'], input: null });
    await expect(through.run({ args, input: null })).rejects.toMatchObject({ message: FLOODED });
  });

  it('says where its words were cut', async () => {
    const error: unknown = await workers(endless)
      .run({ args: ['log'], input: null })
      .catch((reason: unknown) => reason);
    expect(error).toHaveProperty(
      'stderr',
      expect.stringMatching(/^\(what it printed before this is left out\)\n[^\n]*\nword of log\n/),
    );
  });

  it.each(['1', '2'])('alone, to descriptor %s, is stopped too', async (descriptor) => {
    const printing = program(`#!/bin/sh\nexec yes >&${descriptor}\n`);
    await expect(opensslIn(folder, printing).run({ args: [], input: null })).rejects.toMatchObject({
      end: 'cut-short',
      message: FLOODED,
    });
  });

  it('leaves a lower limit as it is', async () => {
    const limits = join(folder, 'limits');
    const lines = question({ args: [], last: [], turn: 0, hasInput: false });
    const asking = program(`#!/bin/sh\nulimit -f >"${limits}"\n`);
    const run = promisify(execFile);
    for (const [given, kept] of [
      ['8', '8'],
      ['unlimited', '65536'],
    ]) {
      const sh = run('/bin/sh', [
        '-c',
        `ulimit -Sf ${given} && exec /bin/sh -c '${SCRIPT.replaceAll("'", "'\\''")}' sh "$0" "$1"`,
        asking,
        join(folder, 'low'),
      ]);
      sh.child.stdin?.end(lines);
      await sh;
      expect(readFileSync(limits, 'utf8').trim()).toBe(kept);
    }
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

  it('alone says which one it was, as it would be typed', async () => {
    const alone = opensslIn(temporaryFolder(), 'openssl');
    await expect(alone.run({ args: ['x509', '-in', 'a b'], input: null })).rejects.toMatchObject({
      command: "openssl x509 -in 'a b'",
      program: 'openssl',
      end: 'by-itself',
    });
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
    expect((await failure(through, 'x')).message).toBe('the shell that starts openssl was ended by SIGKILL');
    await through.run({ args: ['ok'], input: null });
  });

  it('because its shell is gone takes none with it that had not begun', async () => {
    const through = workers(program('#!/bin/sh\n[ "$1" = ok ] || kill -9 $PPID\n'), undefined, 1);
    const first = failure(through, 'x');
    const others = ['ok', 'ok', 'ok'].map((arg) => through.run({ args: [arg], input: null }));
    expect((await first).message).toContain('the shell that starts openssl');
    await Promise.all(others);
  });

  it('tells its last words only', async () => {
    const through = workers(
      program(`#!/bin/sh\nhead -c 200000 /dev/zero | tr '\\0' x\necho the end\nexit 3\n`),
    );
    const { stderr } = await failure(through, 'x');
    expect(stderr).toMatch(/^\(what it printed before this is left out\)\nx/);
    expect(stderr.length).toBeLessThan(17 * 1024);
    expect(stderr).toMatch(/xxthe end\n$/);
  });

  it('because of an interruption says so, and leaves nothing running', async () => {
    const pids = join(folder, 'pids');
    const interruption = new AbortController();
    const through = workers(
      program(`#!/bin/sh\nsleep 600 &\necho $$ $! >"${pids}"\nwait\n`),
      interruption.signal,
    );
    const ended = failure(through, 'x');
    const running = (await lineIn(pids)).trim().split(' ').map(Number);
    expect(running.map(isRunning)).toEqual([true, true]);
    interruption.abort();
    expect((await ended).message).toBe('openssl was interrupted');
    await vi.waitUntil(() => !running.some(isRunning), { timeout: PATIENCE, interval: 5 });
  });
});

describe('the script', () => {
  for (const name of ['dash', 'bash', 'busybox', 'mksh']) {
    itNeeds([name], `does the same in ${name}`, async () => {
      const args = ['-e', '', ' a  b ', '\\t$HOME`id`', '*', 'ünï\u0081cøde', '\'"'];
      const first = [`in-${name}`, ...args];
      const second = [`again-${name}`, ...args];
      const lines = [
        question({ args: first, last: [], turn: 0, hasInput: true }),
        question({ args: second, last: first, turn: 1, hasInput: false }),
        question({ args: [], last: second, turn: 0, hasInput: false }),
      ].join('');
      writeFileSync(join(folder, `${name}.in-0`), 'its input\n');
      const words = [...(name === 'busybox' ? ['sh'] : []), '-c', SCRIPT, 'sh', recorder, name];
      const answer = await new Promise<string>((done) => {
        const child = execFile(pathOf(name) ?? '', words, { cwd: folder }, (_, stdout) => done(stdout));
        child.stdin?.end(lines);
      });
      expect(answer).toMatch(/^0\n0\n\d+\n$/);
      expect(recorded(`in-${name}`)).toEqual([first, 'its input\n']);
      expect(recorded(`again-${name}`)).toEqual([second, '']);
    });
  }
});

it.skipIf(!SEES_OPEN)('leave no file open once they are closed', async () => {
  const before = openNow();
  for (let round = 0; round < 3; round++) {
    const made = workers(recorder);
    await made.run({ args: [`open-${round}`], input: 'x' });
    await made.close();
  }
  expect(openedSince(before)).toEqual([]);
});
