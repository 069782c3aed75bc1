/** Small parts of the engines: turns, which openssl is meant, and public keys that come from elsewhere. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { opensslBinary, opensslName } from '../../src/engine/binary.ts';
import { FLOOD } from '../../src/engine/limits.ts';
import { callEndOf, callOptions, type Ended } from '../../src/engine/openssl-call.ts';
import { publicKeyFor } from '../../src/engine/public-key.ts';
import { Turns } from '../../src/engine/turns.ts';
import { TokenKeys } from '../../src/store/token-keys.ts';
import { few } from '../../src/words/few.ts';
import { certificateSpki } from '../../src/x509/certificate.ts';
import { keyFacts } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { smallCertificate } from '../helpers/small-certificates.ts';

it('a call knows nothing of the environment but where programs and libraries are', () => {
  const before = { ...process.env };
  const given = {
    PATH: ['/usr/bin', 'relative', '/bin'].join(delimiter),
    LD_LIBRARY_PATH: '/opt/lib',
    OPENSSL_MODULES: '/opt/modules',
    OPENSSL_CONF: '/etc/ssl/openssl.cnf',
    SSL_CERT_FILE: '/etc/ssl/cert.pem',
    SECRET: 'x',
    TZ: 'Asia/Tokyo',
  };
  try {
    Object.assign(process.env, given);
    delete process.env['DYLD_LIBRARY_PATH'];
    expect(callOptions('/folder')).toEqual({
      cwd: '/folder',
      env: {
        PATH: ['/usr/bin', resolve('relative'), '/bin'].join(delimiter),
        LD_LIBRARY_PATH: '/opt/lib',
        OPENSSL_MODULES: '/opt/modules',
        OPENSSL_CONF: '/dev/null',
        SSL_CERT_FILE: '/dev/null',
        SSL_CERT_DIR: '/dev/null',
        LC_ALL: 'C',
        TZ: 'UTC',
      },
      extendEnv: false,
      reject: false,
      buffer: false,
      stdin: 'pipe',
    });
  } finally {
    for (const name of Object.keys(given)) delete process.env[name];
    Object.assign(process.env, before);
  }
});

const LATE = { kind: 'late', seconds: 5, setting: 'PKI_OPENSSL_TIMEOUT' };
it.each<[what: string, ended: Partial<Ended>, end: object]>([
  [
    'by the caller, whatever else',
    { isCanceled: true, limit: 5, signal: 'SIGTERM' },
    { kind: 'interrupted' },
  ],
  ['for all that it printed', { isFlood: true, signal: 'SIGKILL' }, { kind: 'flood', limit: FLOOD }],
  ['by the system, for what it wrote', { signal: 'SIGXFSZ' }, { kind: 'flood', limit: FLOOD }],
  ['for the time that it took', { limit: 5, signal: 'SIGKILL' }, LATE],
  ['by a signal', { signal: 'SIGSEGV' }, { kind: 'signal', program: 'openssl', signal: 'SIGSEGV' }],
  [
    'by a signal to its shell',
    { isShell: true, signal: 'SIGKILL' },
    { kind: 'signal', program: 'shell', signal: 'SIGKILL' },
  ],
  ['by itself', { exitCode: 0, originalMessage: 'x' }, { kind: 'exit', program: 'openssl', code: 0 }],
  ['with its shell', { exitCode: 2, isShell: true }, { kind: 'exit', program: 'shell', code: 2 }],
  [
    'before it began',
    { originalMessage: 'it is not there' },
    { kind: 'not-begun', detail: 'it is not there' },
  ],
  ['before it began, without a word', {}, { kind: 'not-begun', detail: null }],
])('a call that was ended %s', (_, ended, end) => {
  expect(callEndOf({ isCanceled: false, ...ended })).toEqual(end);
});

describe('turns', () => {
  /** A task that ends when it is let, and what has begun. */
  function tasks(turns: Turns) {
    const begun: string[] = [];
    const ends = new Map<string, (error?: Error) => void>();
    const take = (name: string) =>
      turns.take(() => {
        begun.push(name);
        return new Promise<string>((done, fail) =>
          ends.set(name, (error) => (error === undefined ? done(name) : fail(error))),
        );
      });
    return { begun, take, end: (name: string, error?: Error) => ends.get(name)?.(error) };
  }

  it('are as many as there may be at once, and in the order of arrival', async () => {
    const turns = new Turns(2);
    const { begun, take, end } = tasks(turns);
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(take);
    expect([begun, turns.waiting]).toEqual([['a', 'b'], 2]);
    end('b');
    expect(await b).toBe('b');
    expect([begun, turns.waiting]).toEqual([['a', 'b', 'c'], 1]);
    end('a', new Error('no'));
    await expect(a).rejects.toThrow('no');
    expect([begun, turns.waiting]).toEqual([['a', 'b', 'c', 'd'], 0]);
    end('c');
    end('d');
    expect(await Promise.all([c, d])).toEqual(['c', 'd']);
    const more = ['e', 'f', 'g'].map(take);
    expect([begun.slice(4), turns.waiting]).toEqual([['e', 'f'], 1]);
    end('e');
    await more[0];
    end('f');
    end('g');
    expect(await Promise.all(more)).toEqual(['e', 'f', 'g']);
  });

  it('are not lost where a task fails at once', async () => {
    const turns = new Turns(1);
    const failing = turns.take(() => {
      throw new Error('at once');
    });
    await expect(failing).rejects.toThrow('at once');
    expect(await turns.take(async () => 5)).toBe(5);
  });
});

describe('which openssl', () => {
  it.each<[named: string | undefined, name: string]>([
    [undefined, 'openssl'],
    ['', 'openssl'],
    ['openssl-3.5', 'openssl-3.5'],
    ['/opt/bin/openssl', '/opt/bin/openssl'],
    ['bin/openssl', resolve('bin/openssl')],
    ['./openssl', resolve('openssl')],
  ])('%j is %s', (named, name) => {
    expect(opensslName(named === undefined ? {} : { PKI_OPENSSL: named })).toBe(name);
  });

  it('is the first program of that name in PATH', () => {
    const root = temporaryFolder();
    const place = (folder: string, mode: number | 'folder' | 'link'): string => {
      const path = join(root, folder, 'openssl');
      mkdirSync(join(root, folder));
      if (mode === 'folder') mkdirSync(path);
      else if (mode === 'link') symlinkSync('../good/openssl', path);
      else {
        writeFileSync(path, '');
        chmodSync(path, mode);
      }
      return path;
    };
    place('closed', 0o644);
    place('folder', 'folder');
    const [good, link] = [place('good', 0o755), place('link', 'link')];
    const found = (...folders: readonly string[]) =>
      opensslBinary({ PATH: folders.map((folder) => join(root, folder)).join(delimiter) });
    expect(found('none', 'closed', 'folder', 'good', 'link')).toBe(good);
    expect(found('link', 'good')).toBe(link);
    expect(found('none', 'closed')).toBe('openssl');
    expect(opensslBinary({})).toBe('openssl');
    expect(opensslBinary({ PATH: join(root, 'good'), PKI_OPENSSL: 'other' })).toBe('other');
    expect(opensslBinary({ PATH: join(root, 'good'), PKI_OPENSSL: '/none/openssl' })).toBe('/none/openssl');
  });
});

it('a public key is given, or that of the certificate which shows it', () => {
  const { pem, der } = smallCertificate('a');
  const asked: unknown[] = [];
  const files = {
    readCopy: (...what: readonly unknown[]) => {
      asked.push(what);
      return Buffer.from(pem);
    },
  } as never;
  const make = { op: 'sign', of: 'servers/a' } as never;
  expect(Buffer.from(publicKeyFor(make, { kind: 'given', spki: '3003' } as never, files))).toEqual(
    Buffer.of(0x30, 0x03),
  );
  const shown = publicKeyFor(make, { kind: 'shown', of: 'authorities/b' } as never, files);
  expect(Buffer.from(shown)).toEqual(Buffer.from(certificateSpki(der)));
  expect(asked).toEqual([['authorities/b', 'cert', 'current']]);
});

it('what tokens have shown, or not', () => {
  const keys = new TokenKeys();
  const key = { spki: Buffer.of(1), facts: keyFacts('a') };
  expect([keys.of('a'), keys.isAsked('a'), keys.faults.size]).toEqual([undefined, false, 0]);
  keys.show('a', key);
  keys.fail('b', { kind: 'no-key' } as never);
  expect([keys.of('a'), keys.of('b')]).toEqual([key, undefined]);
  expect(['a', 'b', 'c'].map((id) => keys.isAsked(id))).toEqual([true, true, false]);
  expect([...keys.faults]).toEqual([['b', { kind: 'no-key' }]]);
});

it.each([
  [0, ''],
  [1, '1'],
  [5, '1, 2, 3, 4, 5'],
  [6, '1, 2, 3, 4, 5 and 1 more'],
  [12, '1, 2, 3, 4, 5 and 7 more'],
])('%d names: %j', (count, text) => {
  expect(few(Array.from({ length: count }, (_, i) => String(i + 1)))).toBe(text);
});
