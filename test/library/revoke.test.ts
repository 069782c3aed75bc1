/** What `revoking` makes of a manifest: an edit, and what the edited one says; nothing is written before that is wanted. */
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openProject, type Project } from '../../src/library/project.ts';
import { revoking, writeEdit } from '../../src/library/revoke.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const MANIFEST = `version: 1
authorities:
  root: { commonName: Root, crl: true }
servers:
  api: { commonName: api, issuer: root }
  base: &base { commonName: base, issuer: root }
  web: { <<: *base, commonName: web }
  old: { commonName: old, issuer: root, revoked: superseded }
`;

async function project(text = MANIFEST): Promise<Project> {
  const path = join(temporaryFolder(), 'pki.yaml');
  writeFileSync(path, text);
  const opened = await openProject(path);
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  return opened.project;
}

const MARK = '\ufeff';

describe('an edit', () => {
  it.each([
    ['as it stands', ''],
    ['behind a byte order mark', MARK],
  ])('of a manifest %s changes one line, and is written when it is wanted', async (_, mark) => {
    const opened = await project(mark + MANIFEST);
    const result = await revoking(opened, 'servers/api', 'keyCompromise');
    if (result.kind !== 'edit') throw new Error(result.kind);
    const { edit, opened: after } = result;
    const [removed] = edit.removed;
    expect([edit.line, edit.removed, edit.before]).toEqual([5, [MANIFEST.split('\n')[4]], mark + MANIFEST]);
    expect(edit.after).toBe(edit.before.replace(removed ?? '', edit.added[0] ?? ''));
    const revoked = after.ok && after.project.inventory.entities.find(({ id }) => id === 'servers/api');
    expect(revoked && revoked).toMatchObject({ revoked: { reason: 'keyCompromise' } });
    expect(readFileSync(opened.manifest, 'utf8')).toBe(edit.before);
    expect(await writeEdit(opened, edit)).toBeNull();
    expect(readFileSync(opened.manifest, 'utf8')).toBe(edit.after);
    expect(await writeEdit(opened, edit)).not.toBeNull();
  });

  it('without a reason states none', async () => {
    const result = await revoking(await project(), 'servers/api');
    expect(result).toMatchObject({ kind: 'edit', opened: { ok: true } });
    expect(result.kind === 'edit' && result.edit.added).toEqual([
      '  api: { revoked: true, commonName: api, issuer: root }',
    ]);
  });

  it('is of a manifest that may name what it could name before', async () => {
    const text = MANIFEST.replace(
      'commonName: api,',
      'commonName: api, passphrase: "file:/run/secrets/api",',
    );
    const path = join(temporaryFolder(), 'pki.yaml');
    writeFileSync(path, text);
    const opened = await openProject(path, { allowPaths: ['/run/secrets'] });
    if (!opened.ok) throw new Error(JSON.stringify(opened));
    const edit = await revoking(opened.project, 'servers/api');
    expect(edit).toMatchObject({ kind: 'edit', opened: { ok: true } });
  });

  it('that makes the manifest invalid says so', async () => {
    const text = MANIFEST.replace('Root, crl: true', 'Root').replace(', revoked: superseded', '');
    const result = await revoking(await project(text), 'servers/api');
    expect(result.kind === 'edit' && result.opened.ok).toBe(false);
  });
});

describe('no edit', () => {
  it.each<[string, string, string | undefined, unknown]>([
    ['of what says so already', 'servers/old', 'superseded', { kind: 'as-it-is' }],
    ['of one that others take over', 'servers/base', undefined, { kind: 'by-hand' }],
    ['of an entry that is not there', 'servers/none', undefined, { kind: 'by-hand' }],
    [
      'with a reason that is none',
      'servers/api',
      'lost',
      { kind: 'reason', hint: expect.stringMatching(/./) },
    ],
    ['with one that no certificate has', 'servers/api', 'removeFromCRL', { kind: 'reason' }],
  ])('%s', async (_, id, reason, result) => {
    const opened = await project();
    expect(await revoking(opened, id as never, reason)).toMatchObject(result as object);
    expect(readFileSync(opened.manifest, 'utf8')).toBe(MANIFEST);
  });

  it('of a manifest in a stream, which cannot be read again', async () => {
    const opened = await project();
    const descriptor = openSync(opened.manifest, 'r');
    onTestFinished(() => closeSync(descriptor));
    const streamed = { ...opened, manifest: `/dev/fd/${descriptor}` };
    expect(await revoking(streamed, 'servers/api')).toEqual({ kind: 'stream' });
  });

  it('of a manifest that is gone', async () => {
    const opened = { ...(await project()), manifest: '/nowhere/pki.yaml' };
    await expect(revoking(opened, 'servers/api')).rejects.toThrow(
      '/nowhere/pki.yaml cannot be read any more',
    );
  });
});
