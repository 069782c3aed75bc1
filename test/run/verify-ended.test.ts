/** An openssl that is ended while it judges has judged nothing: no certificate is called bad for it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkCertificates } from '../../src/run/verify-certificates.ts';
import { anAuthority } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const root = anAuthority({ name: 'root' });
const folder = temporaryFolder();

/** An openssl of these lines. */
function program(name: string, lines: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`, { mode: 0o755 });
  return path;
}

it('is an error, where one that ends by itself has an opinion', async () => {
  mkdirSync(join(folder, root.id), { recursive: true });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', 'key.pem'];
  const cert = opensslSync(['req', '-x509', ...curve, '-subj', '/CN=root'], folder);
  writeFileSync(join(folder, root.id, 'cert.pem'), cert);
  const check = (binary: string, signal?: AbortSignal) =>
    checkCertificates([root], { root: folder, binary, ...(signal === undefined ? {} : { signal }) });
  await expect(check(program('asked', 'exec sleep 600'), AbortSignal.abort())).rejects.toMatchObject({
    name: 'AbortError',
  });
  await expect(check(program('killed', 'kill -9 $$'))).rejects.toMatchObject({ name: 'UserError' });
  expect(
    await check(program('no', 'echo "C = AT"; echo "error 18 at 0 depth lookup: too blue" >&2; exit 2')),
  ).toEqual([
    {
      entity: root.id,
      purpose: 'any',
      problem: { kind: 'rejected', complaint: expect.stringContaining('too blue') },
    },
  ]);
});
