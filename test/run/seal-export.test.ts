/** Secrets of an export: what is sealed, how SOPS is asked, and what of its answers is believed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FilterRun } from '../../src/engine/filter.ts';
import { sealSecrets } from '../../src/run/seal-export.ts';
import { UserError } from '../../src/words/user-error.ts';
import { memoryFolder } from '../helpers/folders.ts';

/** A Secret with the mark of what is in it. */
const secret = (mark: string, value = 'b3Blbg==') =>
  `metadata:\n  annotations:\n    pki-apply/sha256: ${mark}\ndata:\n  tls.key: ${value}\n`;
const closed = (mark: string) => `${secret(mark, "'ENC[AES256_GCM,data:x]'")}sops:\n  version: 3\n`;

const good = (output: string): FilterRun => ({ output, words: '', fault: null });
const SECRET = { path: 'api.yaml', text: secret('one') };

/** What is written, what was asked, or the fault. @param there of the file, before. */
async function sealed(answer: FilterRun, there?: string) {
  const folder = memoryFolder();
  if (there !== undefined) writeFileSync(join(folder, SECRET.path), there);
  const asked: unknown[] = [];
  const run: Parameters<typeof sealSecrets>[2] = (argv, options) => {
    asked.push([argv, { ...options, cwd: options.cwd === folder }]);
    return Promise.resolve(answer);
  };
  try {
    return { files: await sealSecrets(folder, [SECRET], run), asked };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.cause;
  }
}

const ASKED = [
  [
    [
      ...['sh', '-c', 'cat | "$@" /dev/stdin', 'sh', 'sops'],
      ...['--encrypt', '--encrypted-regex', '^(data|stringData)$', '--filename-override', 'api.yaml'],
      ...['--input-type', 'yaml', '--output-type', 'yaml'],
    ],
    { cwd: true, input: SECRET.text, seconds: 60 },
  ],
];
const NEW = { path: 'api.yaml', mode: 0o644, text: closed('one') };

describe('a Secret', () => {
  it('is sealed where there is none', async () => {
    expect(await sealed(good(closed('one')))).toEqual({ files: [NEW], asked: ASKED });
  });

  it('is left alone where what is in it is the same, whatever its seal', async () => {
    const other = `${closed('one')}  lastmodified: later\n`;
    expect(await sealed(good(''), other)).toEqual({
      files: [{ ...NEW, text: other, over: other }],
      asked: [],
    });
  });

  it('is sealed again where what is in it is another', async () => {
    const before = closed('two');
    expect(await sealed(good(closed('one')), before)).toEqual({
      files: [{ ...NEW, over: before }],
      asked: ASKED,
    });
  });

  it('is sealed where one that is open, or none of ours, is in its place', async () => {
    for (const before of [secret('one'), 'kind: Secret\n', '{'])
      expect(await sealed(good(closed('one')), before)).toEqual({ files: [NEW], asked: ASKED });
  });
});

describe('an answer', () => {
  const sealing = (fault: object) => ({ kind: 'sealing', path: 'api.yaml', fault });
  const ended = (code: number) =>
    ({ output: closed('one'), words: 'said', fault: { kind: 'exit', code } }) as const;

  it('that is not sealed, or seals another Secret, is not written', async () => {
    for (const output of [SECRET.text, closed('two'), ''])
      expect(await sealed(good(output))).toEqual(sealing({ kind: 'open' }));
  });

  it('counts only where the program ended well', async () => {
    const fault = { kind: 'exit', code: 1 };
    expect(await sealed(ended(1))).toEqual(sealing({ kind: 'program', fault, words: 'said' }));
  });

  it('of a shell that finds no such program says that it is not there', async () => {
    const fault = { kind: 'not-begun', code: 'ENOENT' };
    expect(await sealed(ended(127))).toEqual(sealing({ kind: 'program', fault, words: 'said' }));
    const killed = { output: '', words: '', fault: { kind: 'late', seconds: 60 } } as never;
    expect(await sealed(killed)).toEqual(
      sealing({ kind: 'program', fault: { kind: 'late', seconds: 60 }, words: '' }),
    );
  });
});
