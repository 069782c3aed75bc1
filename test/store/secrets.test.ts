/** Where passwords are read from, what is not taken for one, and what is remembered of that; and other files that a manifest names. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SecretSource } from '../../src/pki/secret-source.ts';
import { filesBeside } from '../../src/store/beside.ts';
import { LONGEST_SECRET, Secrets, withoutEnd } from '../../src/store/secrets.ts';
import { memoryFolder, temporaryFolder } from '../helpers/folders.ts';

const VARIABLE = 'PKI_TEST_SECRET_OF_A_TABLE';
afterEach(() => {
  delete process.env[VARIABLE];
});

const ok = (value: string) => ({ ok: true, value });
const fault = (kind: string, more: object = {}) => ({ ok: false, fault: { kind, ...more } });
const file = (path: string): SecretSource => ({ kind: 'file', path });
const ENV: SecretSource = { kind: 'env', name: VARIABLE };

/** Of the manifest in this folder. */
const secretsOf = (folder: string, allowedPaths: readonly string[] = []) =>
  new Secrets(join(folder, 'pki'), { output: 'pki', allowedPaths });

function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  const folder = memoryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const VALUES: readonly (readonly [string, object])[] = [
  ['hush', ok('hush')],
  [' with spaces ', ok(' with spaces ')],
  ['Grüße\t密码', ok('Grüße\t密码')],
  ['', fault('empty')],
  ['one\ntwo', fault('lines')],
  ['one\rtwo', fault('lines')],
  ['\ufeffmarked', fault('encoding')],
  ['marked\ufeff later', ok('marked\ufeff later')],
  ['no UTF-8: \ufffd', fault('encoding')],
];

describe('a secret', () => {
  it.each(VALUES)('in a variable: %j', (value, expected) => {
    process.env[VARIABLE] = value;
    expect(secretsOf('/nowhere').read(ENV)).toEqual(expected);
  });

  it('in a variable that is not set is none', () => {
    expect(secretsOf('/nowhere').read(ENV)).toEqual(fault('unset'));
  });

  it.each([...VALUES, ['with a NUL\0', fault('encoding')] as const])('in a file: %j', (value, expected) => {
    const folder = folderOf({ password: value, unix: `${value}\n`, windows: `${value}\r\n` });
    for (const name of ['password', 'unix', 'windows'])
      expect(secretsOf(folder).read(file(name))).toEqual(expected);
  });

  it.each([
    ['one line and an empty one', 'hush\n\n', fault('lines')],
    ['an empty line', '\n', fault('empty')],
    ['octets that are no UTF-8', Buffer.of(0xff, 0x41), fault('encoding')],
    ['the longest that there is', 'x'.repeat(LONGEST_SECRET), ok('x'.repeat(LONGEST_SECRET))],
    ['one more', 'x'.repeat(LONGEST_SECRET + 1), fault('unreadable', { code: 'EINVAL' })],
  ])('in a file with %s', (_, content, expected) => {
    expect(secretsOf(folderOf({ password: content })).read(file('password'))).toEqual(expected);
  });

  it('in no file, or in something that is not a file', () => {
    const folder = folderOf({ 'sub/password': 'hush' });
    const read = (path: string) => secretsOf(folder).read(file(path));
    expect(read('nothing')).toEqual(fault('missing'));
    expect(read('sub')).toEqual(fault('unreadable', { code: 'EINVAL' }));
    expect(read('sub/password/x')).toEqual(fault('unreadable', { code: 'ENOTDIR' }));
    expect(read('sub/password')).toEqual(ok('hush'));
  });

  it('in a file elsewhere, as far as the command line allows it', () => {
    const [folder, other] = [folderOf({}), folderOf({ password: 'hush' })];
    const path = join(other, 'password');
    symlinkSync(path, join(folder, 'link'));
    expect(secretsOf(folder).read(file(path))).toEqual(fault('absolute'));
    expect(secretsOf(folder).read(file('link'))).toEqual(fault('leads-out'));
    expect(secretsOf(folder, [other]).read(file(path))).toEqual(ok('hush'));
    expect(secretsOf(folder, [join(other, 'x')]).read(file(path))).toEqual(fault('absolute'));
    // An option of the command line names any file.
    expect(Secrets.ofOption(file(path))).toEqual(ok('hush'));
    process.env[VARIABLE] = 'set';
    expect(Secrets.ofOption(ENV)).toEqual(ok('set'));
  });

  it.each<SecretSource>([
    { kind: 'command', argv: ['pass', 'show'] },
    { kind: 'prompt', label: null },
  ])('that waits for a run is asked for again: %j', (source) => {
    const secrets = secretsOf('/nowhere');
    expect(secrets.read(source)).toEqual(fault('waits'));
    expect([secrets.isKnown(source), secrets.faults().size]).toEqual([false, 0]);
    expect(secrets.settle(source, { ok: true, value: 'hush' })).toEqual(ok('hush'));
    expect([secrets.read(source), secrets.isKnown(source)]).toEqual([ok('hush'), true]);
  });

  it('that was typed or printed is held to the same', () => {
    const secrets = secretsOf('/nowhere');
    const source: SecretSource = { kind: 'prompt', label: 'ca' };
    expect(secrets.settle(source, { ok: true, value: 'a\nb' })).toEqual(fault('lines'));
    expect(secrets.read(source)).toEqual(fault('lines'));
    expect(secrets.settle(source, { ok: false, fault: { kind: 'mistyped' } })).toEqual(fault('mistyped'));
    expect([...secrets.faults().values()]).toEqual([{ kind: 'mistyped' }]);
  });

  it('is read once, found or not', () => {
    const folder = folderOf({ password: 'first' });
    const secrets = secretsOf(folder);
    expect(secrets.read(file('password'))).toEqual(ok('first'));
    expect(secrets.read(file('later'))).toEqual(fault('missing'));
    writeFileSync(join(folder, 'password'), 'second');
    writeFileSync(join(folder, 'later'), 'there');
    expect([secrets.read(file('password')), secrets.read(file('later'))]).toEqual([
      ok('first'),
      fault('missing'),
    ]);
    expect([...secrets.faults().values()]).toEqual([{ kind: 'missing' }]);
    expect([secrets.isKnown(file('later')), secrets.isKnown(file('never'))]).toEqual([true, false]);
  });
});

it.each([
  ['/a/pki', 'pki', '/a'],
  ['/a/b/pki', './b//pki/', '/a'],
  ['/a', '.', '/a'],
])('the manifest of %s, which writes it as %s, is in %s', (root, output, folder) => {
  expect(new Secrets(root, { output }).folder).toBe(folder);
});

it.each([
  ['x\n', 'x'],
  ['x\r\n', 'x'],
  ['x\n\n', 'x\n'],
  ['x\r', 'x\r'],
  ['\nx', '\nx'],
  ['', ''],
])('%j without its end is %j', (text, expected) => expect(withoutEnd(Buffer.from(text))).toBe(expected));

describe('another file that a manifest names', () => {
  const LIMIT = 256 * 1024;
  const bytes = (text: string) => ({ ok: true, bytes: Buffer.from(text) });

  it('is read once, and it is known whether one was', () => {
    const folder = folderOf({ 'a.csr': 'one' });
    const files = filesBeside(folder);
    expect([files.wasAsked(), files.allowed]).toEqual([false, []]);
    expect(files.read('a.csr')).toEqual(bytes('one'));
    writeFileSync(join(folder, 'a.csr'), 'two');
    expect([files.read('a.csr'), files.wasAsked()]).toEqual([bytes('one'), true]);
    expect(filesBeside(folder, ['/x']).allowed).toEqual(['/x']);
  });

  it('or there is a reason', () => {
    const folder = folderOf({ 'sub/a': 'x', most: Buffer.alloc(LIMIT), more: Buffer.alloc(LIMIT + 1) });
    symlinkSync('nothing', join(folder, 'dangling'));
    symlinkSync('loop', join(folder, 'loop'));
    const read = (path: string) => filesBeside(folder).read(path);
    expect(read('most')).toEqual({ ok: true, bytes: Buffer.alloc(LIMIT) });
    expect(read('more')).toEqual(fault('too-large', { limit: LIMIT }));
    expect(read('nothing')).toEqual(fault('missing'));
    expect(read('dangling')).toEqual(fault('missing'));
    expect(read('loop')).toEqual(fault('unreadable', { code: 'ELOOP' }));
    expect(read('sub')).toEqual(fault('no-file'));
    expect(read('sub/a/b')).toEqual(fault('unreadable', { code: 'ENOTDIR' }));
    expect(read('/etc/hostname')).toEqual(fault('absolute'));
    expect(read('../x')).toEqual(fault('missing'));
  });

  it('leads nowhere else, unless that is allowed', () => {
    const [folder, other] = [folderOf({}), temporaryFolder()];
    writeFileSync(join(other, 'a'), 'x');
    symlinkSync(join(other, 'a'), join(folder, 'link'));
    expect(filesBeside(folder).read('link')).toEqual(fault('leads-out'));
    expect(filesBeside(folder, [other]).read(join(other, 'a'))).toEqual(bytes('x'));
  });
});
