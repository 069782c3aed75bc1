/** A folder that is adopted: by what it holds, without what no manifest can have, and as of which moment. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { adopt } from '../../src/library/adopt.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Signed by `ca`, which signs itself. */
function certify(folder: string, name: string, ...extensions: readonly string[]): void {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
  const by = name === 'ca' ? [] : ['-CA', 'ca.pem', '-CAkey', 'ca.key'];
  const added = extensions.flatMap((one) => ['-addext', one]);
  const args = ['req', '-x509', '-subj', `/CN=the ${name}`, '-days', '90'];
  opensslSync([...args, ...KEY, ...files, ...by, ...added], folder);
}

const SERVER = ['basicConstraints=CA:FALSE', 'extendedKeyUsage=serverAuth'];

describe('a folder with a name that stands for nothing', () => {
  let folder: string;
  beforeAll(() => {
    folder = join(temporaryFolder(), 'host/certs');
    mkdirSync(folder, { recursive: true });
    certify(folder, 'ca', 'basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign');
    certify(folder, 'api', ...SERVER, 'subjectAltName=DNS:api.example.test');
    certify(folder, 'odd', ...SERVER, 'subjectAltName=DNS:xn--99999999.example.test');
    certify(folder, 'odder', ...SERVER, 'subjectAltName=DNS:a..b');
  });

  it('is adopted without what validation refuses, and says why that is left out', async () => {
    const { ok, description, inventory } = await adopt(folder);
    expect([ok, inventory.entities.map(({ id }) => id)]).toEqual([true, ['authorities/ca', 'servers/api']]);
    expect(description.leftOut.map(({ paths, why }) => [paths[0], why])).toEqual([
      [
        'odd.pem',
        { kind: 'refused', problem: expect.stringContaining('"xn--99999999", which does not decode') },
      ],
      ['odder.pem', { kind: 'refused', problem: expect.stringContaining('"a..b" has an empty label') }],
    ]);
  });

  it('is compared as of the moment that is asked for', async () => {
    const now = Math.floor(Date.now() / 1000) + 85 * 86_400;
    const { plan } = await adopt(folder, { now });
    expect([plan.now, plan.changes.find(({ id }) => id === 'servers/api')?.action]).toEqual([now, 'issue']);
    const today = await adopt(folder);
    expect(today.plan.now).toBeLessThan(now - 80 * 86_400);
  });

  it('has its manifest beside the folder, or where it is wanted', async () => {
    const [host, above] = [dirname(folder), dirname(dirname(folder))];
    const { place, schema } = await adopt(folder);
    expect([place, schema]).toEqual([host, expect.stringMatching(/pki\.schema\.json$/)]);
    expect((await adopt(folder, { manifest: join(above, 'pki.yaml') })).place).toBe(above);
  });
});

it('an empty folder is no PKI', async () => {
  expect(await adopt(temporaryFolder())).toMatchObject({ ok: false, inventory: { entities: [] } });
});
