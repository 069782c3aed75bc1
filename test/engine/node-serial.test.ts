/** Serial numbers by node, from the worst random octets there are. */
import { expect, it, vi } from 'vitest';
import { NodeEngine } from '../../src/engine/node.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import { parseCertificate } from '../../src/x509/parse.ts';
import { anAuthority, DAY, NOW } from '../helpers/entities.ts';

vi.mock('node:crypto', async (original) => ({
  ...(await original<typeof import('node:crypto')>()),
  randomBytes: (length: number) => Buffer.alloc(length, 0xff),
}));

it('are positive, and 20 octets at most with their sign', async () => {
  const root = anAuthority({ key: { algorithm: 'ed25519' } });
  const files = new Map<string, Buffer>();
  const read = (file: string) => files.get(file) ?? Buffer.alloc(0);
  const engine = new NodeEngine(byIdOf([root]), {
    read: (_, file) => read(file),
    readCopy: (_, file) => read(file),
    write: (_, file, text) => files.set(file, Buffer.from(text)),
  });
  const key = { kind: 'file', of: root.id, isNew: true } as const;
  await engine.perform({ op: 'request', of: root.id, key });
  const issuance = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
  await engine.perform({ op: 'sign', of: root.id, by: { kind: 'self', key }, issuance, to: 'cert' });
  expect(parseCertificate(read('cert')).serial).toBe(`7f${'ff'.repeat(19)}`);
});
