/** Where responses of OCSP go, where a status looks for them, and what ends signing. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { apply } from '../../src/library/apply.ts';
import { serveOcsp, writeOcsp } from '../../src/library/ocsp.ts';
import { status } from '../../src/library/plan.ts';
import { openProject, type Project } from '../../src/library/project.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const MANIFEST = {
  version: 1,
  engine: 'node',
  authorities: { root: { commonName: 'Root', ocsp: { url: 'http://ocsp.example.test/' } } },
  clients: { app: { commonName: 'App' } },
};

let folder: string;
let project: Project;
beforeAll(async () => {
  folder = temporaryFolder();
  const opened = await openProject({ manifest: MANIFEST, folder });
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  project = opened.project;
  expect(await apply(project)).toMatchObject({ ok: true });
});

const rows = async (options: Parameters<typeof status>[1] = {}) =>
  (await status(project, options)).responses.map(({ authority, state, responses }) => [
    authority,
    state,
    responses,
  ]);
const ROW = ['authorities/root', 'ok', 1];

describe('responses', () => {
  it('go where they are wanted, and are found only by those who say where', async () => {
    const to = join(folder, 'elsewhere');
    const written = await writeOcsp(project, { to });
    expect(written).toMatchObject({ folder: to, failures: [], authorities: [{ signed: 1, kept: 0 }] });
    expect(existsSync(join(folder, 'pki/ocsp'))).toBe(false);
    expect(await rows()).toEqual([]);
    expect(await rows({ ocsp: to })).toEqual([ROW]);
  });

  it('go below the output folder where nothing is said', async () => {
    const to = join(folder, 'pki/ocsp');
    expect(await writeOcsp(project)).toMatchObject({ folder: to, authorities: [{ signed: 1 }] });
    expect(readdirSync(to)).not.toEqual([]);
    expect(await rows()).toEqual([ROW]);
    expect(await rows({ sight: 'public' })).toEqual([]);
    expect(await writeOcsp(project)).toMatchObject({ authorities: [{ signed: 0, kept: 1 }], written: 0 });
  });

  it('that end before they are signed again make a status that is not good', async () => {
    const { now, ok } = await status(project);
    expect(ok).toBe(true);
    const later = await status(project, { now: now + 30 * 86_400 });
    expect([later.ok, later.responses[0]?.state]).toEqual([false, 'ended']);
  });

  it('are not signed once it is ended', async () => {
    const to = join(folder, 'ended');
    await expect(writeOcsp(project, { to, signal: AbortSignal.abort() })).rejects.toThrow('interrupted');
    expect(existsSync(to)).toBe(false);
  });
});

it('a server answers at a port until it is closed, and refuses what is no question', async () => {
  const listen = { host: '127.0.0.1', port: 0 };
  const served = await serveOcsp(project, { listen });
  if (!served.ok) throw new Error(JSON.stringify(served));
  const url = `http://127.0.0.1:${served.server.port}/`;
  const response = await fetch(url, { method: 'POST', body: 'x', headers: { connection: 'close' } });
  // OCSPResponse of status malformedRequest (RFC 6960 §4.2.1).
  expect(Buffer.from(await response.arrayBuffer()).toString('hex')).toBe('30030a0101');
  await served.server.close();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
});
