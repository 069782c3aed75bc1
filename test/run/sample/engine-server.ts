/** An engine on loopback, as far as a sample knows one: it keeps what it is asked, and answers what a test says. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { applyInventory } from '../../../src/run/apply.ts';
import { anAuthority, anInventory, aServer, dns } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';

/** One question. */
export interface Question {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly token: unknown;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface EngineServer {
  readonly url: URL;
  /** What its certificate leads to, PEM. */
  readonly root: string;
  /** Since they were taken last. */
  taken(): readonly Question[];
  /** To each question from now on. */
  answer(status: number, body: unknown): void;
  close(): void;
}

/** By HTTPS, with a certificate for `localhost`. */
export async function engineServer(): Promise<EngineServer> {
  const { key, cert, root } = await credentials();
  let [said, questions]: [readonly [number, unknown], Question[]] = [[500, ''], []];
  const server: Server = createServer({ key, cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString());
      const { method, url: path, headers } = request;
      questions.push({ method, path, token: headers['x-vault-token'], body });
      response.writeHead(said[0]).end(JSON.stringify(said[1]));
    });
  });
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  const url = new URL(`https://localhost:${(server.address() as AddressInfo).port}/`);
  return {
    url,
    root,
    taken: () => {
      const all = questions;
      questions = [];
      return all;
    },
    answer: (...answer) => {
      said = answer;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function credentials(): Promise<{
  readonly key: string;
  readonly cert: string;
  readonly root: string;
}> {
  const root = memoryFolder();
  const clock = () => Math.floor(Date.now() / 1000);
  const options = { root, binary: 'openssl', clock, processes: 1, engine: 'node' } as const;
  const api = aServer({ name: 'engine', san: [dns('localhost')] });
  await applyInventory(anInventory(anAuthority(), api), { ...options, consents: new Set() });
  const pem = (path: string) => readFileSync(join(root, path), 'utf8');
  const [key, cert] = [pem(`${api.id}/key.pem`), pem(`${api.id}/fullchain.pem`)];
  return { key, cert, root: pem('authorities/root/cert.pem') };
}
