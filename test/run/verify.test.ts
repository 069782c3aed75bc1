/** The whole proof of a small folder: what it looks at, what makes it fail, and what is left out with its reason. */
import { cpSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Outcome } from '../../src/handshake/outcome.ts';
import { openProject } from '../../src/index.ts';
import type { Entity, EntityId, Inventory } from '../../src/pki/entity.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { type VerifyOptions, verifyInventory } from '../../src/run/verify.ts';
import { Secrets } from '../../src/store/secrets.ts';
import { folderWith } from '../commands/typed.ts';
import { anInventory, DAY } from '../helpers/entities.ts';
import { memoryFolder, temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const MANIFEST = `version: 1
engine: node
authorities:
  root: { commonName: Root, ocsp: { url: "http://ocsp.test/", validity: 4d, renewBefore: 2d }, crl: { validity: 4d, renewBefore: 1d } }
  other: { commonName: Other }
servers:
  api: { commonName: api.test, mustStaple: true, issuer: root }
  web: { commonName: web.test, issuer: root, outputs: [key, cert, fullchain, ca, crls] }
clients:
  app: { commonName: app, issuer: root }
  late: { commonName: late, issuer: root }
`;
const [ROOT, OTHER] = [{ id: 'authorities/root' }, { id: 'authorities/other' }];
const [API, WEB] = [{ id: 'servers/api' }, { id: 'servers/web' }];
const [APP, LATE] = [{ id: 'clients/app' }, { id: 'clients/late' }];
const now = Math.floor(Date.now() / 1000);
const clock = () => now;
const apply = async (inventory: Inventory, root: string) => {
  const options = { root, binary: 'openssl', clock, processes: 1, engine: 'node' } as const;
  const result = await applyInventory(inventory, { ...options, consents: new Set(['revoke']) });
  expect(result).toMatchObject({ kind: 'done', blocked: [], held: [], execution: { failures: [] } });
};

const made = memoryFolder();
let ALL: Inventory;
beforeAll(async () => {
  const opened = await openProject(join(folderWith({ 'pki.yaml': MANIFEST }), 'pki.yaml'));
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  ALL = opened.project.inventory;
  await apply(ALL, made);
});

let root: string;
beforeEach(() => {
  root = memoryFolder();
  cpSync(made, root, { recursive: true });
});

const verify = (more: Partial<VerifyOptions> = {}, inventory?: Inventory) =>
  verifyInventory(inventory ?? ALL, { root, binary: 'openssl', clock, ...more });
/** The same inventory with something else in an entry. */
const but = (id: EntityId, more: Partial<Entity>): Inventory =>
  anInventory(
    ...ALL.entities.map((entity) => (entity.id === id ? ({ ...entity, ...more } as Entity) : entity)),
  );
const file = (id: EntityId, name: string) => join(root, id, `${name}.pem`);
const wrong = ({ outcomes }: { readonly outcomes: readonly Outcome[] }) =>
  new Set(outcomes.filter(({ ok }) => !ok).map((one) => one.case.client ?? ''));

describe('a folder that is well', () => {
  it('has its certificates, handshakes and staples looked at, each handshake said with how many there are', async () => {
    const onOutcome = vi.fn();
    const found = await verify({ onOutcome });
    const { certificates, outcomes, ...rest } = found;
    expect(rest).toEqual({
      ok: true,
      scope: 'all',
      trust: [],
      revoked: [],
      skipped: [],
      ending: [],
      staples: [{ entity: API.id, outcome: { kind: 'taken', signer: ROOT.id } }],
    });
    expect([...new Set(certificates.map(({ entity }) => entity))]).toEqual(ALL.entities.map(({ id }) => id));
    expect(outcomes.length).toBeGreaterThan(10);
    expect(onOutcome.mock.calls).toHaveLength(outcomes.length);
    for (const [outcome, total] of onOutcome.mock.calls) {
      expect(outcomes).toContain(outcome);
      expect(total).toBe(outcomes.length);
    }
  });

  it('is judged by what is public, where nothing else may be looked at', async () => {
    rmSync(file(API.id, 'key'));
    const { ok, certificates, outcomes, staples, skipped } = await verify({ isPublic: true });
    expect({ ok, outcomes, staples, skipped }).toEqual({ ok: true, outcomes: [], staples: [], skipped: [] });
    expect(certificates.length).toBeGreaterThan(0);
  });

  it('is not judged once it is to stop', async () => {
    await expect(verify({ signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('what makes it fail', () => {
  it('a handshake alone', async () => {
    cpSync(file(LATE.id, 'key'), file(APP.id, 'key'));
    const found = await verify();
    expect(found.ok).toBe(false);
    expect([...wrong(found)]).toEqual([APP.id]);
    expect(found.certificates.every(({ problem }) => problem === null)).toBe(true);
    expect([found.trust, found.revoked]).toEqual([[], []]);
  });

  it('a certificate alone', async () => {
    // No one opens a handshake with an authority.
    cpSync(file(ROOT.id, 'cert'), file(OTHER.id, 'cert'));
    writeFileSync(file(OTHER.id, 'cert'), readFileSync(file(API.id, 'cert')));
    const found = await verify();
    const bad = found.certificates.flatMap(({ entity, problem }) => (problem === null ? [] : [entity]));
    expect([found.ok, bad, [...wrong(found)]]).toEqual([false, [OTHER.id], []]);
  });

  it('a bundle that trusts more than the manifest says', async () => {
    const bundle = file(APP.id, 'ca');
    writeFileSync(bundle, `${readFileSync(bundle)}${readFileSync(file(OTHER.id, 'cert'))}`);
    const found = await verify({ isPublic: true });
    expect([found.ok, found.trust.map(({ entity, artifact }) => [entity, artifact])]).toEqual([
      false,
      [[APP.id, 'ca']],
    ]);
  });

  it('a staple that openssl refuses, and not one that no key here could sign', async () => {
    // It signs nothing, and judges all the same.
    const binary = join(temporaryFolder(), 'openssl');
    const lines = '#!/bin/sh\n[ "$1" = ocsp ] && exit 1\nexec openssl "$@"\n';
    writeFileSync(binary, lines, { mode: 0o755 });
    const found = await verify({ binary });
    expect(found.staples).toMatchObject([{ entity: API.id, outcome: { kind: 'refused' } }]);
    expect([found.ok, found.outcomes.every(({ ok }) => ok)]).toEqual([false, true]);
    expect(found.certificates.every(({ problem }) => problem === null)).toBe(true);
    renameSync(file(ROOT.id, 'key'), `${file(ROOT.id, 'key')}.away`);
    const unsigned = await verify();
    expect(unsigned.staples).toMatchObject([{ entity: API.id, outcome: { kind: 'unsigned' } }]);
    expect([unsigned.ok, unsigned.skipped]).toEqual([true, []]);
  });

  it('a key that is not there, though it should be', async () => {
    rmSync(file(WEB.id, 'key'));
    const found = await verify();
    expect([found.ok, found.skipped]).toEqual([false, []]);
    const untried = found.outcomes.filter(({ finding }) => finding.kind === 'untried');
    expect(new Set(untried.map((one) => one.case.server))).toEqual(new Set([WEB.id]));
  });

  it('one fault of each kind: none makes up for another', async () => {
    // Its own bundle has a root, then, that is none here.
    writeFileSync(file(OTHER.id, 'cert'), readFileSync(file(API.id, 'cert')));
    const found = await verify({ isPublic: true });
    const bad = found.certificates.filter(({ problem }) => problem !== null);
    expect([bad.length, found.trust.length, found.ok]).toEqual([1, 1, false]);
  });

  it('is not a list that is about to end', async () => {
    const later = await verify({ clock: () => now + 3 * DAY + 1, isPublic: true });
    expect(later.ending).toMatchObject([{ entity: ROOT.id }]);
    expect(later.ok).toBe(true);
    expect((await verify({ isPublic: true, clock: () => now + 2 * DAY })).ending).toEqual([]);
  });
});

describe('what is left out', () => {
  const PASSPHRASE = { kind: 'env', name: 'PKI_TEST_PASS' } as const;
  const close = (id: EntityId): void => {
    const args = ['-topk8', '-in', file(id, 'key'), '-out', `${file(id, 'key')}.new`];
    opensslSync(['pkcs8', ...args, '-passout', 'pass:hush-hush-0e7c'], root);
    renameSync(`${file(id, 'key')}.new`, file(id, 'key'));
  };
  const shown = ({ outcomes }: { readonly outcomes: readonly Outcome[] }) =>
    new Set(outcomes.flatMap((one) => [one.case.server, one.case.client]));

  it('a leaf whose key no passphrase opens; an authority shows none', async () => {
    close(WEB.id);
    close(ROOT.id);
    const closed = anInventory(
      ...ALL.entities.map((entity) =>
        [WEB.id, ROOT.id].includes(entity.id) ? { ...entity, passphrase: PASSPHRASE } : entity,
      ),
    );
    const found = await verify({}, closed);
    expect(found.skipped).toEqual([{ server: WEB.id, check: 'pair', cause: { kind: 'closed-key' } }]);
    expect([found.ok, shown(found).has(WEB.id)]).toEqual([true, false]);
    vi.stubEnv('PKI_TEST_PASS', 'hush-hush-0e7c');
    const opened = await verify({}, closed);
    const given = new Secrets(root, closed);
    vi.unstubAllEnvs();
    expect([opened.skipped, shown(opened).has(WEB.id)]).toEqual([[], true]);
    const other = await verify({ secrets: given }, closed);
    expect(other.skipped).toHaveLength(1);
  });

  it('a leaf whose key is elsewhere, and not one that was put here', async () => {
    const away = but(WEB.id, { elsewhere: true } as Partial<Entity>);
    expect((await verify({}, away)).skipped).toEqual([]);
    rmSync(file(WEB.id, 'key'));
    const found = await verify({}, away);
    expect(found.skipped).toEqual([{ server: WEB.id, check: 'pair', cause: { kind: 'key-elsewhere' } }]);
    expect(shown(found).has(WEB.id)).toBe(false);
  });

  it('a revoked one whose authority has another key by now; others are to be refused', async () => {
    const gone = but(LATE.id, { revoked: { reason: null } } as Partial<Entity>);
    await apply(gone, root);
    const found = await verify({}, gone);
    expect(found.revoked).toMatchObject([{ entity: LATE.id, problem: null }]);
    expect([found.ok, found.skipped]).toEqual([true, []]);
    expect(found.certificates.map(({ entity }) => entity)).not.toContain(LATE.id);
    cpSync(file(OTHER.id, 'cert'), file(ROOT.id, 'cert'));
    const skipped = (await verify({ isPublic: false }, gone)).skipped;
    expect(skipped).toContainEqual({ server: LATE.id, check: 'revoked', cause: { kind: 'former-issuer' } });
  });
});
