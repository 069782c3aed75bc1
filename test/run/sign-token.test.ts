/** Signing by a token for a folder of requests: the folder that openssl is given for it goes away, whatever comes of that. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withToken } from '../../src/run/sign-token.ts';
import { itWhen } from '../e2e/project.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { NO_TOKEN, Token } from '../helpers/softhsm.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('TMPDIR', folder);
});
afterEach(() => void vi.unstubAllEnvs());

it.each<[uri: string, says: RegExp]>([
  ['pkcs11:token=t;object=o?pin-value=1234', /^(?!.*1234).*pkcs11:…/],
  ['pkcs11:', /pkcs11:/],
])('%s is refused, and leaves nothing', async (uri, says) => {
  const work = vi.fn();
  await expect(withToken(uri, { pin: '1234', variable: undefined }, work)).rejects.toThrow(says);
  expect(work).not.toHaveBeenCalled();
  expect(readdirSync(folder)).toEqual([]);
});

it.each([
  ['PIN_OF_TOKEN', ['OTHER_VARIABLE']],
  [undefined, ['OTHER_VARIABLE', 'PIN_OF_TOKEN']],
])('openssl and its modules do not get the variable of the PIN: %s', async (variable, passed) => {
  const program = join(temporaryFolder(), 'openssl');
  writeFileSync(program, '#!/bin/sh\nenv >>"$0.env"\nexit 1\n', { mode: 0o755 });
  vi.stubEnv('PKI_OPENSSL', program);
  for (const name of ['PIN_OF_TOKEN', 'OTHER_VARIABLE']) vi.stubEnv(name, 'x');
  await expect(withToken('pkcs11:token=t;object=o', { pin: '1234', variable }, vi.fn())).rejects.toThrow();
  const seen = readFileSync(`${program}.env`, 'utf8')
    .split('\n')
    .flatMap((line) => /^(PIN_OF_TOKEN|OTHER_VARIABLE)=/.exec(line)?.[1] ?? []);
  expect([...new Set(seen)].sort()).toEqual(passed);
});

itWhen(
  NO_TOKEN === undefined,
  NO_TOKEN ?? '',
  'a disk that the work fills is not said to be this folder',
  async () => {
    const token = new Token('4711');
    token.make('key', 'EC:prime256v1', '01');
    for (const [name, value] of Object.entries(token.env)) vi.stubEnv(name, value);
    const full = Object.assign(new Error('write'), { code: 'ENOSPC', syscall: 'write' });
    const work = () => Promise.reject(full);
    const uri = 'pkcs11:token=pki;object=key';
    await expect(withToken(uri, { pin: token.pin, variable: undefined }, work)).rejects.toBe(full);
    expect(readdirSync(folder).filter((name) => name.startsWith('pki-sign-'))).toEqual([]);
  },
);
