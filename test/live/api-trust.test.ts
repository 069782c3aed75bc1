/** To whom a call of an engine goes: a server whose certificate leads to a root that is given, by its name. */

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { callApi } from '../../src/live/api.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { anAuthority, anInventory, aServer, dns } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

it('is known by its certificate', async () => {
  const root = memoryFolder();
  const clock = () => Math.floor(Date.now() / 1000);
  const inventory = anInventory(
    anAuthority({ name: 'root' }),
    anAuthority({ name: 'other' }),
    aServer({ name: 'api', san: [dns('localhost')] }),
  );
  const options = { root, binary: 'openssl', clock, processes: 1, engine: 'node' } as const;
  await applyInventory(inventory, { ...options, consents: new Set() });
  const pem = (path: string) => readFileSync(join(root, path), 'utf8');
  const server = createServer(
    { key: pem('servers/api/key.pem'), cert: pem('servers/api/fullchain.pem') },
    (_, response) => response.end('7'),
  );
  await new Promise<void>((done) => server.listen(0, done));
  try {
    const { port } = server.address() as AddressInfo;
    const call = (host: string, authority: string) =>
      callApi({
        url: new URL(`https://${host}:${port}/`),
        roots: [pem(`authorities/${authority}/cert.pem`)],
      });
    expect(await call('localhost', 'root')).toEqual({ ok: true, status: 200, body: 7 });
    expect(await call('localhost', 'other')).toEqual({
      ok: false,
      detail: expect.stringMatching(
        /^its certificate leads to no root that is trusted here \(|^UNABLE_TO_VERIFY/,
      ),
    });
    expect(await call('127.0.0.1', 'root')).toEqual({
      ok: false,
      detail: 'its certificate has another name (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
