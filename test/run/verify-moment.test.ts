/** Dates are judged by the clock of the run: openssl's own is another's under faketime. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkCertificates } from '../../src/run/verify-certificates.ts';
import { anAuthority } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const DAY = 86_400;

it.each([
  ['openssl itself', null, null],
  ['now', 0, null],
  ['before it', -DAY, 'error 9 at 0 depth lookup: certificate is not yet valid'],
  ['after it', 9 * DAY, 'error 10 at 0 depth lookup: certificate has expired'],
])('by the clock of %s', async (_, after, complaint) => {
  const folder = temporaryFolder();
  const root = anAuthority({ name: 'root' });
  mkdirSync(join(folder, root.id), { recursive: true });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', 'key.pem'];
  const extensions = ['-addext', 'keyUsage=keyCertSign', '-addext', 'basicConstraints=critical,CA:TRUE'];
  const cert = opensslSync(
    ['req', '-x509', ...curve, '-subj', '/CN=root', '-days', '8', ...extensions],
    folder,
  );
  writeFileSync(join(folder, root.id, 'cert.pem'), cert);
  // Only now: a second may have passed since the certificate began.
  const now = Math.floor(Date.now() / 1000);
  const moment = after === null ? {} : { now: now + after };
  const [check] = await checkCertificates([root], { root: folder, binary: 'openssl', ...moment });
  expect(check?.problem ?? null).toEqual(complaint && { kind: 'rejected', complaint });
});
