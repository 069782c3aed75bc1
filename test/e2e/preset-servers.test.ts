// Profiles named after servers, read by these servers: what they allow is let in, and what breaks their rule is refused.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { start, stopAll } from './daemon.ts';
import { freePort, itNeeds, Project } from './project.ts';
import { meetRadius, startRadius } from './radius.ts';

const project = new Project(`version: 1
defaults: { issuer: issuing, subject: { organization: Org } }
authorities:
  root: { commonName: Root }
  issuing: { commonName: Issuing, issuer: root }
servers:
  half: { commonName: half.example.test, san: [half.example.test, localhost] }
  radius: { commonName: radius.example.test, profile: freeradius, key: rsa-2048 }
  nameless: { san: ["uri:spiffe://example.test/radius"] }
peers:
  one: { commonName: one.example.test, profile: etcd, san: [one.example.test, localhost] }
  two: { commonName: two.example.test, profile: etcd, san: [two.example.test, localhost] }
clients:
  laptop: { commonName: laptop.example.test, san: [laptop.example.test] }
`);
beforeAll(async () => {
  await project.apply();
});
afterAll(stopAll);

const files = (id: string) => ({
  cert: project.path(id, 'fullchain.pem'),
  key: project.path(id, 'key.pem'),
  ca: project.path(id, 'ca.pem'),
});

describe('etcd', () => {
  itNeeds(
    ['etcd', 'curl'],
    'a member is let in by the others and by itself, and one with the purpose of a server alone by none',
    async () => {
      const member = await startMember();
      const asked = async (port: number, id: string, path: string, body?: string) => {
        const { cert, key, ca } = files(id);
        const data = body === undefined ? [] : ['--data', body];
        const tls = ['--http1.1', '--cert', cert, '--key', key, '--cacert', ca];
        return runProgram('curl', ['-sS', ...tls, ...data, `https://localhost:${port}${path}`]);
      };
      // The gateway connects to the server that it is a part of, with the same certificate.
      const own = await asked(member.clients, 'clients/laptop', '/v3/kv/range', '{"key":"YQ=="}');
      expect([own.stderr, own.stdout]).toEqual(['', expect.stringContaining('"cluster_id"')]);
      const other = await asked(member.peers, 'peers/two', '/version');
      expect([other.stderr, other.stdout]).toEqual(['', expect.stringContaining('"etcdserver"')]);
      // It may read the alert, or find the connection closed before that.
      for (const port of [member.peers, member.clients])
        expect([(await asked(port, 'servers/half', '/version')).stdout, port]).toEqual(['', port]);
    },
  );
});

/** The ports for clients and for members, both of which demand certificates. */
async function startMember(): Promise<{ readonly clients: number; readonly peers: number }> {
  const [clients, peers] = [await freePort(), await freePort()];
  const { cert, key, ca } = files('peers/one');
  const [own, others] = [`https://localhost:${clients}`, `https://localhost:${peers}`];
  const settings = {
    name: 'one',
    'data-dir': join(temporaryFolder(), 'etcd'),
    'listen-client-urls': `https://127.0.0.1:${clients}`,
    'advertise-client-urls': own,
    'listen-peer-urls': `https://127.0.0.1:${peers}`,
    'initial-advertise-peer-urls': others,
    'initial-cluster': `one=${others}`,
    ...{ 'cert-file': cert, 'key-file': key, 'trusted-ca-file': ca, 'client-cert-auth': true },
    ...{ 'peer-cert-file': cert, 'peer-key-file': key, 'peer-trusted-ca-file': ca },
    'peer-client-cert-auth': true,
  };
  const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  await start('etcd', args, clients);
  return { clients, peers };
}

describe('FreeRADIUS', () => {
  itNeeds(
    ['freeradius', 'eapol_test'],
    'a supplicant that demands a name finds it in the profile, and in nothing without a DNS name',
    async () => {
      const [radius = 0, nameless = 0, laptop = 0] = await startRadius(
        ['servers/radius', 'servers/nameless', 'clients/laptop'].map(files),
      );
      const meet = (port: number, id: string, suffix?: string) =>
        meetRadius(port, { identity: 'laptop', ...files(id), ...(suffix === undefined ? {} : { suffix }) });
      expect(await meet(radius, 'clients/laptop', 'example.test')).toMatch(/\nSUCCESS\n$/);
      for (const [port, suffix] of [
        [radius, 'example.org'],
        [nameless, 'example.test'],
      ] as const)
        expect(await meet(port, 'clients/laptop', suffix)).toMatch(
          /Domain suffix mismatch[\s\S]*\nFAILURE\n$/,
        );
      // Only the name is missing.
      expect(await meet(nameless, 'clients/laptop')).toMatch(/\nSUCCESS\n$/);
      // Each side looks at what the other's certificate is for.
      expect(await meet(laptop, 'clients/laptop')).toMatch(
        /unsuitable certificate purpose[\s\S]*\nFAILURE\n$/,
      );
      expect(await meet(radius, 'servers/half')).toMatch(/\nFAILURE\n$/);
    },
  );
});
