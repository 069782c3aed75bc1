/** What commands have in common with the process: sources of secrets, addresses, and errors that were not foreseen. */
import { describe, expect, it, vi } from 'vitest';
import type { Console } from '../../src/commands/console.ts';
import { explainFailure } from '../../src/commands/failure.ts';
import { sourceIn } from '../../src/commands/secret-option.ts';
import { urlIn } from '../../src/commands/url-option.ts';
import type { Message } from '../../src/report/message.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { typed } from './typed.ts';

describe('the source of a secret', () => {
  it.each<[text: string, source: object]>([
    ['env:PIN', { kind: 'env', name: 'PIN' }],
    ['env:_p1', { kind: 'env', name: '_p1' }],
    ['env:a', { kind: 'env', name: 'a' }],
    ['file:/run/pin', { kind: 'file', path: '/run/pin' }],
    ['file:a b\nc', { kind: 'file', path: 'a b\nc' }],
    ['file:env:X', { kind: 'file', path: 'env:X' }],
  ])('is in %j', (text, source) => {
    expect(sourceIn(text)).toEqual(source);
  });

  it.each([
    '',
    'secret',
    'env:',
    'env:1a',
    'env:a-b',
    'env:a b',
    'env: a',
    'file:',
    'xenv:a',
    'File:a',
    'prompt:a',
  ])('is not in %j, which may be the secret itself', (text) => {
    expect(sourceIn(text)).toBeNull();
  });
});

it.each<[text: string, href: string | undefined]>([
  ['https://x', 'https://x/'],
  ['http://x:8200/v1', 'http://x:8200/v1'],
  ['ftp://x', undefined],
  ['x', undefined],
  ['', undefined],
])('the address of an engine in %j is %s', (text, href) => {
  expect(urlIn(text)?.href).toBe(href);
});

it.each([
  [0o777, 0o077],
  [0o277, 0o077],
  [0o500, 0o000],
  [0o027, 0o027],
])('a umask of %i takes nothing from the owner of a file', async (umask, after) => {
  const folder = temporaryFolder();
  const before = process.umask(umask);
  try {
    await typed(folder, ['--version']);
    expect(process.umask()).toBe(after);
  } finally {
    process.umask(before);
  }
});

describe('an error that was not foreseen', () => {
  /** What is said, what is written beside it, and the exit code. */
  function explained(
    error: unknown,
    isAborted = false,
  ): { code: number; said: readonly Message[]; stack: string } {
    const said: Message[] = [];
    const written: string[] = [];
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    try {
      const signal = isAborted ? AbortSignal.abort() : new AbortController().signal;
      const console = { say: (...all: readonly Message[]) => void said.push(...all) } as unknown as Console;
      return { code: explainFailure(error, signal, console), said, stack: written.join('') };
    } finally {
      spy.mockRestore();
    }
  }

  it('is an interruption where there was one, whatever came of that', () => {
    const said = [{ kind: 'error', text: 'interrupted' }];
    expect(explained(new Error('x'), true)).toEqual({ code: 130, said, stack: '' });
  });

  it('of the system has a hint, and no stack', () => {
    vi.stubEnv('PKI_DEBUG', '1');
    const { code, said, stack } = explained(
      Object.assign(new Error('x'), { code: 'ENOSPC', syscall: 'write' }),
    );
    vi.unstubAllEnvs();
    expect({ code, stack }).toEqual({ code: 1, stack: '' });
    expect(said).toEqual([
      { kind: 'error', text: 'cannot write (ENOSPC)' },
      { kind: 'hint', text: 'free some space on the disk and run again: it goes on with what is missing' },
    ]);
  });

  it('of this program is a defect, with its stack where that is wanted', () => {
    const hint = 'this is a defect of pki; run again with PKI_DEBUG=1 and report what it prints';
    vi.stubEnv('PKI_DEBUG', '');
    expect(explained(new Error('gone'))).toEqual({
      code: 1,
      said: [
        { kind: 'error', text: 'gone' },
        { kind: 'hint', text: hint },
      ],
      stack: '',
    });
    vi.stubEnv('PKI_DEBUG', '1');
    const { said, stack } = explained(new Error('gone'));
    expect(said).toEqual([{ kind: 'error', text: 'gone' }]);
    expect(stack).toMatch(/^Error: gone\n {4}at /);
    expect(explained('just text').said).toEqual([
      { kind: 'error', text: 'just text' },
      { kind: 'hint', text: hint },
    ]);
    vi.unstubAllEnvs();
  });
});
