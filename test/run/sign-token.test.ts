/** Signing by a token for a folder of requests: the folder that openssl is given for it goes away, whatever comes of that. */
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withToken } from '../../src/run/sign-token.ts';
import { temporaryFolder } from '../helpers/folders.ts';

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
