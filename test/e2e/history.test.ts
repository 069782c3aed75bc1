// What is no longer on disk is not forgotten: the ledger has every certificate, the archive what was replaced.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyOf, Project } from './project.ts';
import { certificatesOf, entitiesIn, filesBelow, imperfections, ledgerSerials } from './wholeness.ts';

const MANIFEST = `
version: 1
defaults: { key: ecdsa-p256 }
authorities:
  root: { commonName: Root }
  sub: { commonName: Sub, issuer: root }
servers:
  web: { commonName: web.example.test, issuer: sub }
clients:
  app: { commonName: app, issuer: sub }
  web: { commonName: web, issuer: sub }
`;

interface Entry {
  readonly time: string;
  readonly entity: string;
  readonly issuer: string;
  readonly serial: string;
  readonly subject: string;
  readonly san: readonly string[];
  readonly fingerprint: string;
}

let project: Project;
/** Every key and certificate that ever was in place: content → where. */
const ever = new Map<string, string>();
/** Serial numbers of every certificate that ever was in place, oldest first. */
const serials = new Set<string>();

function remember(): void {
  for (const id of entitiesIn(project.out)) {
    for (const name of ['key.pem', 'cert.pem']) ever.set(project.read(id, name), `${id}/${name}`);
    // A root's cross-certificates are among its earlier ones, which were in its own place once.
    for (const name of ['cert.pem', 'previous.pem'].filter((file) => existsSync(project.path(id, file)))) {
      for (const { serialNumber } of certificatesOf(project.read(id, name)))
        serials.add(serialNumber.replace(/^0+/, ''));
    }
  }
}

async function done(...args: readonly string[]): Promise<void> {
  const run = await project.pki(args);
  expect(run.code, run.stderr).toBe(0);
  remember();
}

beforeAll(async () => {
  project = new Project(MANIFEST);
  await done('apply', '--skip-verify');
  project.write(
    MANIFEST.replace('web.example.test,', 'web.example.test, san: [web.example.test, www.example.test],'),
  );
  await done('apply', '--skip-verify');
  await done('rotate', 'app', '--skip-verify', '-m', 'pki.yaml');
  await done('rotate', 'sub', '--allow', 'rekey-ca', '--skip-verify', '-m', 'pki.yaml');
  await done('rotate', 'root', '--allow', 'rekey-ca', '--skip-verify', '-m', 'pki.yaml');
  project.write(project_text().replace(/^ {2}app:.*\n/m, ''));
  await done('apply', '--allow', 'remove', '--skip-verify');
  await done('retire', 'root', '--skip-verify');
});

function project_text(): string {
  return readFileSync(join(project.folder, 'pki.yaml'), 'utf8');
}

async function history(...args: readonly string[]): Promise<readonly Entry[]> {
  const run = await project.pki(['history', '--json', ...args]);
  expect(run.code, run.stderr).toBe(0);
  const found = JSON.parse(run.stdout) as { certificates?: Entry[]; entries?: Entry[] };
  return found.certificates ?? found.entries ?? [];
}

describe('the ledger', () => {
  it('has one line for every certificate that was ever issued, and no other', async () => {
    const lines = project.read('.pki/ledger.jsonl').trimEnd().split('\n');
    expect(lines).toHaveLength(serials.size);
    expect(ledgerSerials(project.out)).toEqual(serials);
    expect((await history()).map(({ serial }) => serial.toUpperCase().replace(/^0+/, ''))).toEqual(
      lines.map((line) => String(JSON.parse(line).serial).toUpperCase().replace(/^0+/, '')),
    );
    expect(await imperfections(project)).toEqual([]);
  });

  it('is asked for one entity, also one that is gone', async () => {
    // created, with a new key, and under two new issuers in turn
    expect((await history('app')).map(({ entity }) => entity)).toEqual(Array(3).fill('clients/app'));
    const web = await history('servers/web');
    expect(web.map(({ entity }) => entity)).toEqual(Array(3).fill('servers/web'));
    expect(web.map(({ san }) => san.length)).toEqual([1, 2, 2]);
    expect(new Set((await history('web')).map(({ entity }) => entity))).toEqual(
      new Set(['servers/web', 'clients/web']),
    );
    const text = await project.pki(['history', 'servers/web']);
    for (const { serial } of web) expect(text.stdout).toContain(serial.slice(0, 12));
  });

  it('knows nothing of what never was', async () => {
    const run = await project.pki(['history', 'nobody']);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain('pki: error: nothing was ever issued for "nobody"\npki: hint: ');
  });

  it('survives a line that a crash has cut short: it is read without it, and the next apply goes on behind', async () => {
    const copy = copyOf(project);
    copy.write(project_text());
    appendFileSync(copy.path('.pki/ledger.jsonl'), '{"time":"2026-');
    expect(await copy.pki(['history'])).toMatchObject({ code: 0 });
    expect(await copy.pki(['rotate', 'servers/web', '--skip-verify', '-m', 'pki.yaml'])).toMatchObject({
      code: 0,
    });
    const lines = copy.read('.pki/ledger.jsonl').trimEnd().split('\n');
    expect(lines).toHaveLength(serials.size + 1);
    for (const line of lines) JSON.parse(line);
  });

  it('with a broken line in the middle ends in words, not in a stack trace', async () => {
    const copy = copyOf(project);
    copy.write(project_text());
    appendFileSync(copy.path('.pki/ledger.jsonl'), 'garbage\n');
    for (const args of [['history'], ['plan'], ['apply', '--skip-verify']]) {
      const run = await copy.pki(args);
      expect(`${args.join(' ')}: ${run.stderr}`).not.toMatch(/^ {4}at |defect of pki|Unexpected token/m);
    }
  });
});

describe('the archive', () => {
  it('has every key and every certificate that was replaced or removed', () => {
    const now = new Set(
      entitiesIn(project.out).flatMap((id) => ['key.pem', 'cert.pem'].map((name) => project.read(id, name))),
    );
    const archived = new Map(
      filesBelow(project.path('.pki/archive')).map((path) => [project.read('.pki/archive', path), path]),
    );
    const gone = [...ever].filter(([content]) => !now.has(content));
    expect(gone.length).toBeGreaterThan(8);
    for (const [content, where] of gone) {
      const [section = '', name = ''] = where.split('/');
      expect(`${where} → ${archived.get(content)}`).toContain(`→ ${section}/${name}/`);
    }
    // and nothing that was never in place
    for (const [content, path] of archived) expect(`${path} ${ever.has(content)}`).toBe(`${path} true`);
    expect(existsSync(project.path('clients/app'))).toBe(false);
  });
});
