// Files that a manifest names: below its folder, or where the command line allows it, by text and by where links lead.
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { allowedPathFault, isAllowed } from '../../src/pki/allowed-paths.ts';
import { filesBeside } from '../../src/store/beside.ts';
import { Secrets } from '../../src/store/secrets.ts';
import { temporaryFolder } from '../helpers/folders.ts';

describe('by its text', () => {
  it.each<[path: string, allowed: readonly string[], verdict: boolean]>([
    ['/run/secrets/ca', ['/run/secrets'], true],
    ['/run/secrets/a/b', ['/run/secrets/'], true],
    ['/run//secrets/./ca', ['/run/./secrets//'], true],
    ['/run/secrets/ca', ['/etc', '/run/secrets/ca'], true],
    ['/run/secrets-evil/ca', ['/run/secrets'], false],
    ['/run/secrets', ['/run/secrets/ca'], false],
    ['/run/secret', ['/run/secrets'], false],
    ['/run/secrets/../ca', ['/run/secrets'], false],
    ['/run/secrets/../secrets/ca', ['/run/secrets'], false],
    ['/var/run/secrets/ca', ['/run/secrets'], false],
    ['run/secrets/ca', ['/run/secrets'], false],
    ['~/secrets/ca', ['/root'], false],
    ['/run/secrets/ca', [], false],
  ])('%s under %j: %s', (path, allowed, verdict) => {
    expect(isAllowed(path, allowed)).toBe(verdict);
  });

  it.each([
    ['/run/secrets', undefined],
    ['/run/secrets/', undefined],
    ['/', 'is everything on this host'],
    ['/./', 'is everything on this host'],
    ['//', 'is everything on this host'],
    ['', 'is no absolute path'],
    ['run/secrets', 'is no absolute path'],
    ['~/secrets', 'is no absolute path'],
    ['/run/../etc', 'leads upwards'],
    ['/run/a\nb', 'has characters that no path should have'],
    ['/run/a\x1fb', 'has characters that no path should have'],
    ['/run/a\x7fb', 'has characters that no path should have'],
    ['/run/my secrets', undefined],
    ['/run/~b', undefined],
  ])('a permission for %j: %s', (path, fault) => {
    expect(allowedPathFault(path)).toBe(fault);
  });
});

describe('on the disk', () => {
  const folder = realpathSync(temporaryFolder());
  const at = (path: string): string => join(folder, path);
  beforeAll(() => {
    for (const path of ['project/sub', 'secrets', 'secrets-evil', 'store'])
      mkdirSync(at(path), { recursive: true });
    for (const path of ['project/own', 'secrets/ca', 'secrets-evil/ca', 'store/ca', 'other'])
      writeFileSync(at(path), `${path}\n`);
    symlinkSync('..data/ca', at('secrets/mounted'));
    mkdirSync(at('secrets/..data'));
    writeFileSync(at('secrets/..data/ca'), 'mounted\n');
    symlinkSync('../other', at('secrets/out'));
    symlinkSync('../secrets-evil', at('secrets/twin'));
    symlinkSync('../store/ca', at('secrets/stored'));
    symlinkSync('/dev/zero', at('secrets/device'));
    symlinkSync(at('secrets'), at('alias'));
    symlinkSync(at('secrets/ca'), at('project/linked'));
  });

  // With `@`, what stands before it is the temporary folder: an absolute path.
  it.each<[path: string, allowed: readonly string[], content: string | null, fault: string]>([
    ['own', [], 'project/own', ''],
    ['@secrets/ca', ['secrets'], 'secrets/ca', ''],
    ['@secrets/ca', ['secrets/ca'], 'secrets/ca', ''],
    ['@secrets/ca', ['gone', 'secrets'], 'secrets/ca', ''],
    ['@secrets/ca', [], null, 'absolute'],
    ['@secrets-evil/ca', ['secrets'], null, 'absolute'],
    ['@secrets/gone', [], null, 'absolute'],
    ['@secrets/gone', ['secrets'], null, 'missing'],
    ['@secrets/ca/x', ['secrets'], null, 'unreadable'],
    // As Kubernetes mounts a Secret.
    ['@secrets/mounted', ['secrets'], 'mounted', ''],
    ['@secrets/out', ['secrets'], null, 'strays'],
    ['@secrets/twin/ca', ['secrets'], null, 'strays'],
    ['@secrets/stored', ['secrets'], null, 'strays'],
    ['@secrets/stored', ['secrets', 'store'], 'store/ca', ''],
    // The permission is for that very file, wherever it leads.
    ['@secrets/stored', ['secrets/stored'], 'store/ca', ''],
    ['@alias/ca', ['alias'], 'secrets/ca', ''],
    ['@alias/ca', ['secrets'], null, 'absolute'],
    ['@secrets/../other', ['secrets'], null, 'absolute'],
    // Below the folder of the manifest means what it always did.
    ['linked', ['secrets'], null, 'leads-out'],
    ['../secrets/ca', ['secrets'], null, 'leads-out'],
    ['~/ca', ['secrets'], null, 'missing'],
  ])('%s with %j', (path, allowed, content, fault) => {
    // join() would resolve what is to be refused.
    const raw = path.startsWith('@') ? `${folder}/${path.slice(1)}` : path;
    const places = allowed.map(at);
    const file = filesBeside(at('project'), places).read(raw);
    const secret = new Secrets(at('project/pki'), { output: 'pki', allowedPaths: places }).read({
      kind: 'file',
      path: raw,
    });
    if (content === null) {
      expect(file).toMatchObject({ ok: false, fault: { kind: fault } });
      expect(secret).toMatchObject({ ok: false, fault: { kind: fault } });
    } else {
      expect(file).toEqual({ ok: true, bytes: Buffer.from(`${content}\n`) });
      expect(secret).toEqual({ ok: true, value: content });
    }
  });

  it('is a plain file, also where the permission is for a device', () => {
    const places = [at('secrets/device')];
    expect(filesBeside(at('project'), places).read(at('secrets/device'))).toMatchObject({
      ok: false,
      fault: { kind: 'no-file' },
    });
    const secrets = new Secrets(at('project/pki'), { output: 'pki', allowedPaths: places });
    expect(secrets.read({ kind: 'file', path: at('secrets/device') })).toMatchObject({
      ok: false,
      fault: { kind: 'unreadable' },
    });
  });

  it('is any file where an option names it, and not a manifest', () => {
    expect(Secrets.ofOption({ kind: 'file', path: at('secrets/out') })).toEqual({ ok: true, value: 'other' });
    expect(Secrets.ofOption({ kind: 'file', path: at('gone') })).toMatchObject({
      ok: false,
      fault: { kind: 'missing' },
    });
  });
});
