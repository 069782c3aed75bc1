/** Staples of servers that demand one: signed as the authority would, shown in a handshake, and judged by openssl. */
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Credentials } from '../../src/handshake/credentials.ts';
import type { EndEntity } from '../../src/pki/entity.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { checkStaples } from '../../src/run/verify-staples.ts';
import { anAuthority, anInventory, aServer, DAY, OCSP } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';

const ROOT = anAuthority({ name: 'root', ocsp: OCSP } as never);
const SUB = anAuthority({
  name: 'sub',
  issuer: ROOT.id,
  trust: [ROOT.id],
  validity: 900 * DAY,
  ocsp: OCSP,
} as never);
const LOW = anAuthority({
  name: 'low',
  issuer: SUB.id,
  trust: [ROOT.id],
  validity: 800 * DAY,
  ocsp: OCSP,
} as never);
const QUIET = anAuthority({ name: 'quiet' });
const [TOP, API, OTHER] = [
  aServer({ name: 'top', issuer: ROOT.id, trust: [ROOT.id] }),
  aServer({ name: 'api', issuer: LOW.id, trust: [ROOT.id] }),
  aServer({ name: 'other', issuer: QUIET.id, trust: [QUIET.id] }),
];
const ALL = anInventory(ROOT, SUB, LOW, QUIET, TOP, API, OTHER);
const root = memoryFolder();
// What is judged by openssl is judged as of now.
const now = Math.floor(Date.now() / 1000);

beforeAll(async () => {
  const options = { binary: 'openssl', clock: () => now, processes: 1, engine: 'node' } as const;
  await applyInventory(ALL, { root, ...options, consents: new Set() });
});

const pem = (id: string, name: string) => readFileSync(join(root, id, `${name}.pem`), 'utf8');
const credentials = ({ id }: EndEntity): Credentials =>
  ({ key: pem(id, 'key'), fullchain: pem(id, 'fullchain'), ca: pem(id, 'ca') }) as Credentials;

/** What came of those; each loads its own files, unless another's are named. */
async function outcomes(demanding: readonly EndEntity[], from: readonly (EndEntity | null)[] = demanding) {
  const loaded = new Map(
    demanding.flatMap(({ id }, i) => {
      const source = from[i];
      return source == null ? [] : [[id, credentials(source)] as const];
    }),
  );
  const checks = await checkStaples(ALL, demanding, loaded, { root, binary: 'openssl', now });
  return checks.map(({ entity, outcome }) => ({ entity, ...outcome }));
}

describe('a staple', () => {
  it('of each that demands one is taken, whatever is between it and the root', async () => {
    expect(await outcomes([TOP, API])).toEqual([
      { entity: TOP.id, kind: 'taken', signer: ROOT.id },
      { entity: API.id, kind: 'taken', signer: LOW.id },
    ]);
  });

  it('is refused for a certificate that the authority does not know', async () => {
    const [outcome] = await outcomes([API], [OTHER]);
    expect(outcome).toMatchObject({ kind: 'refused', problem: expect.stringMatching(/^TLS 1\.\d: ./) });
  });

  it('is none where nothing is loaded, or the authority answers nothing', async () => {
    expect(await outcomes([TOP, OTHER], [null, OTHER])).toEqual([]);
  });

  it('is unsigned where the key of the authority is elsewhere', async () => {
    const path = join(root, LOW.id, 'key.pem');
    renameSync(path, `${path}.away`);
    const fault = { kind: 'missing', signer: LOW.id, file: 'key' };
    try {
      expect(await outcomes([API])).toEqual([{ entity: API.id, kind: 'unsigned', fault }]);
    } finally {
      renameSync(`${path}.away`, path);
    }
  });
});
