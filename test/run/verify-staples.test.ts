/** Staples of servers that demand one: signed as the authority would, shown in a handshake, and judged by openssl. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Credentials } from '../../src/handshake/credentials.ts';
import type { EndEntity } from '../../src/pki/entity.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { checkStaples } from '../../src/run/verify-staples.ts';
import { anAuthority, anInventory, aServer, DAY, OCSP } from '../helpers/entities.ts';
import { memoryFolder, temporaryFolder } from '../helpers/folders.ts';

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
async function outcomes(
  demanding: readonly EndEntity[],
  from: readonly (EndEntity | null)[] = demanding,
  more: { readonly binary?: string; readonly signal?: AbortSignal; readonly key?: string } = {},
) {
  const loaded = new Map(
    demanding.flatMap(({ id }, i) => {
      const source = from[i];
      const key = more.key === undefined ? {} : { key: more.key };
      return source == null ? [] : [[id, { ...credentials(source), ...key }] as const];
    }),
  );
  const { key: _, ...options } = more;
  const checks = await checkStaples(ALL, demanding, loaded, { root, binary: 'openssl', now, ...options });
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

  /** An openssl that does otherwise where it signs, or where it judges. */
  const failing = (where: '-rsigner' | '-respin', lines: string): string => {
    const path = join(temporaryFolder(), 'openssl');
    const script = `#!/bin/sh\ncase "$*" in *" ${where} "*) ${lines} ;; esac\nexec openssl "$@"\n`;
    writeFileSync(path, script, { mode: 0o755 });
    return path;
  };

  it.each<[what: string, where: '-rsigner' | '-respin', lines: string, problem: RegExp]>([
    ['that is not signed, for no lack of a key', '-rsigner', 'echo no >&2; exit 1', /openssl.*1|no/],
    ['that is something else', '-rsigner', 'echo x >0.response; exit 0', /something else/],
    ['that openssl takes for wrong', '-respin', 'echo "Response Verify Failure"; exit 1', /^TLS 1\.[23]: ./],
    ['that openssl takes for none', '-respin', 'echo odd >&2; exit 1', /^TLS 1\.[23]: odd$/],
  ])('%s is refused', async (_, where, lines, problem) => {
    const [outcome] = await outcomes([TOP], [TOP], { binary: failing(where, lines) });
    expect(outcome).toEqual({ entity: TOP.id, kind: 'refused', problem: expect.stringMatching(problem) });
  });

  it('that no server can show is refused', async () => {
    const [outcome] = await outcomes([TOP], [TOP], { key: pem(API.id, 'key') });
    expect(outcome).toEqual({
      ...{ entity: TOP.id, kind: 'refused' },
      problem: expect.stringMatching(/^TLS 1\.[23]: ERR_OSSL_X509_KEY_VALUES_MISMATCH$/),
    });
  });

  it('of which nothing comes, because openssl was ended, is no verdict', async () => {
    const binary = failing('-respin', 'kill -9 $$');
    await expect(outcomes([TOP], [TOP], { binary })).rejects.toMatchObject({ name: 'UserError' });
    await expect(outcomes([TOP], [TOP], { signal: AbortSignal.abort() })).rejects.toThrow(/interrupted/);
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
