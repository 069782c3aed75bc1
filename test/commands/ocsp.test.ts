/** `pki ocsp` in this process: what it prints, where the files go, and how a responder begins and ends. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Console } from '../../src/commands/console.ts';
import type { Interruption } from '../../src/commands/interruption.ts';
import { ocspCommand } from '../../src/commands/ocsp.ts';
import type { Message } from '../../src/report/message.ts';
import { certificateFacts, certificateSpki } from '../../src/x509/certificate.ts';
import { encodeCertId, encodeOcspRequest } from '../../src/x509/ocsp-request.ts';
import { certificateDer } from '../../src/x509/parse.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { folderWith, typed } from './typed.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root CA, crl: true, ocsp: true }
  other: { commonName: Other CA, ocsp: true }
clients:
  app: { commonName: app, issuer: root }
`;

let folder: string;
const run = (...args: readonly string[]) => typed(folder, ['ocsp', ...args]);
beforeAll(async () => {
  folder = folderWith({ 'pki.yaml': MANIFEST });
  await typed(folder, ['apply', '--skip-verify']);
});

describe('responses in files', () => {
  const until = String.raw`good until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ, signed by itself`;

  it('are beside the certificates, and up to date from then on', async () => {
    const first = await run();
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^\S+ocsp: \d files? written\n$/m);
    expect(first.stdout).toMatch(new RegExp(`^authorities/root: 1 response signed; ${until}$`, 'm'));
    expect(first.stdout).toMatch(/^authorities\/other: no certificates to answer for$/m);
    const second = await run();
    expect(second.stdout).toMatch(/^authorities\/root: 1 response up to date; .*$/m);
    expect(second.stdout).toMatch(/^\S+ocsp: nothing to do\n$/m);
  });

  it('are where they are wanted, by the shortest name of that', async () => {
    const inside = await run('--to', 'answers');
    expect(inside.stdout).toMatch(/^answers: \d files? written$/m);
    expect(existsSync(join(folder, 'answers'))).toBe(true);
    const outside = join(temporaryFolder(), 'answers');
    expect((await run('--to', outside)).stdout).toContain(`${outside}: `);
    expect((await run('--to', '.')).stdout).toContain(`\n${folder}: `);
  });

  it('are described as JSON', async () => {
    const { code, stdout, stderr } = await run('--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ format: 'pki-ocsp', failures: [] });
  });

  it('lack those of an authority that cannot sign, which is a failure', async () => {
    const lost = folderWith({ 'pki.yaml': MANIFEST });
    await typed(lost, ['apply', '--skip-verify']);
    rmSync(join(lost, 'pki/authorities/root/key.pem'));
    const { code, stderr } = await typed(lost, ['ocsp']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^pki: error: .*root/m);
  });
});

describe('a responder', () => {
  /** What it prints and says, until it is ended. @param onServing with its address; the responder ends after it. */
  async function served(at: string, onServing: (url: string, said: readonly Message[]) => Promise<void>) {
    const ending = new AbortController();
    const [printed, said]: [string[], Message[]] = [[], []];
    let during: Promise<void> = Promise.resolve();
    const out = (text: string): void => {
      printed.push(text);
      const url = /^(http:\S+):/.exec(text)?.[1] ?? '';
      during = onServing(url, said).finally(() => ending.abort());
    };
    const say = (...messages: readonly Message[]): void => void said.push(...messages);
    const code = await ocspCommand(
      at,
      { serve: '127.0.0.1:0' },
      { out, say } as unknown as Console,
      { signal: ending.signal, listen: () => {} } as unknown as Interruption,
    );
    await during;
    return { code, printed, said };
  }

  const ask = async (at: string, url: string): Promise<number> => {
    const der = certificateDer(readFileSync(join(at, 'pki/authorities/root/cert.pem')));
    const issuer = { subjectDer: certificateFacts(der).subjectDer, spki: certificateSpki(der) };
    const body = encodeOcspRequest(encodeCertId(issuer, '05'));
    const answer = await fetch(url, { method: 'POST', body });
    await answer.arrayBuffer();
    return answer.status;
  };

  it('says where it listens, answers, and is fine when it is ended', async () => {
    let address = '';
    const { code, printed, said } = await served(join(folder, 'pki.yaml'), async (url) => {
      address = url;
      expect(await ask(folder, url)).toBe(200);
    });
    expect([code, said]).toEqual([0, []]);
    expect(printed).toEqual([`${address}: answers for authorities/other, authorities/root\n`]);
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+\/$/);
    await expect(ask(folder, address)).rejects.toThrow();
  });

  it('says once why it cannot answer, however often it is asked', async () => {
    const lost = folderWith({ 'pki.yaml': MANIFEST });
    await typed(lost, ['apply', '--skip-verify']);
    const { code, said } = await served(join(lost, 'pki.yaml'), async (url) => {
      rmSync(join(lost, 'pki/authorities/root/key.pem'));
      for (let time = 0; time < 3; time++) await ask(lost, url);
    });
    expect(code).toBe(0);
    expect(said.filter(({ kind }) => kind === 'error')).toHaveLength(1);
  });

  it('does not begin at an address that is none of this machine', async () => {
    const { code, stderr } = await run('--serve', '192.0.2.1:0');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^pki: error: .*192\.0\.2\.1/m);
  });
});
