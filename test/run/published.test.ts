/** What entities have in their places, as a run reads it: what the plan knew, and nothing that came there since. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../../src/plan/change.ts';
import { Expected } from '../../src/run/expected.ts';
import { Published } from '../../src/run/published.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { StepError } from '../../src/store/step-error.ts';
import { parseCertificate } from '../../src/x509/parse.ts';
import { parseKey } from '../../src/x509/parse-key.ts';
import { sha256 } from '../../src/x509/public-key.ts';
import { pemOf } from '../helpers/certificate-der.ts';
import { aChange, anAuthority, aServer, DAY, NOW, observed, present } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { keyPem, type SmallCertificate, smallCertificate, smallList } from '../helpers/small-certificates.ts';

const ROOT = anAuthority({ name: 'root' });
const SUB = anAuthority({ name: 'sub', issuer: ROOT.id });
const OTHER = anAuthority({ name: 'other' });
const API = aServer({ name: 'api', issuer: ROOT.id });
const ANCHOR = anAuthority({
  name: 'anchor',
  keyPlace: { kind: 'anchor', path: 'a.pem', certificates: ['one\n', 'two\n', 'three\n'] },
});
const BY_ID = new Map([ROOT, SUB, OTHER, API, ANCHOR].map((entity) => [entity.id, entity]));
const root = smallCertificate('root');
const sub = smallCertificate('sub', { issuer: root });
const old = smallCertificate('root');
const older = smallCertificate('root');
const print = ({ der }: SmallCertificate): string => sha256(der);

let folder: string;
beforeEach(() => {
  folder = memoryFolder();
});

function put(id: string, name: string, text: string): void {
  mkdirSync(join(folder, id), { recursive: true });
  writeFileSync(join(folder, id, name), text);
}

/** Of a plan that saw the root as it is, and the intermediate. */
async function published<T>(
  use: (published: Published, expected: Expected) => T,
  changes: readonly Change[] = [],
): Promise<T> {
  put(ROOT.id, 'cert.pem', root.pem);
  put(SUB.id, 'cert.pem', sub.pem);
  put(ROOT.id, 'key.pem', keyPem(root.key));
  const seen = (one: SmallCertificate) =>
    observed({
      key: present(parseKey(Buffer.from(keyPem(one.key)))),
      cert: present(parseCertificate(Buffer.from(one.pem))),
    });
  const expected = new Expected({
    entities: new Map([
      [ROOT.id, seen(root)],
      [SUB.id, seen(sub)],
      [API.id, seen(sub)],
    ]),
  });
  using output = await OutputFolder.open(folder);
  return use(new Published(output, BY_ID, new Map(changes.map((one) => [one.id, one])), expected), expected);
}

/** The cause of what is thrown, or its words. */
async function fault(
  use: (published: Published) => unknown,
  changes: readonly Change[] = [],
): Promise<unknown> {
  return await published((all) => {
    try {
      return { value: use(all) };
    } catch (error) {
      return error instanceof StepError ? error.cause : (error as Error).message;
    }
  }, changes);
}

const path = `${ROOT.id}/cert.pem`;
const keyPath = `${ROOT.id}/key.pem`;

describe('a certificate in its place', () => {
  it('is the one that the plan saw, first of its file', async () => {
    await published((all) => {
      put(ROOT.id, 'cert.pem', `${root.pem}${old.pem}`);
      const { facts, pem } = all.certificate(ROOT.id);
      expect([facts.fingerprint, pem]).toEqual([print(root), root.pem]);
      expect(all.certificateBytes(ROOT.id).toString()).toBe(`${root.pem}${old.pem}`);
    });
  });

  it('of an authority is read once, of others each time', async () => {
    await published((all) => {
      put(API.id, 'cert.pem', sub.pem);
      const before = all.certificate(ROOT.id);
      all.certificate(API.id);
      for (const { id } of [ROOT, API]) rmSync(join(folder, id, 'cert.pem'));
      expect(all.certificate(ROOT.id)).toBe(before);
      expect(() => all.certificate(API.id)).toThrow('"servers/api/cert.pem" is missing');
      expect(() => all.current(ROOT.id)).toThrow(`"${path}" is missing`);
    });
  });

  it.each<[string, (all: Published) => unknown, unknown]>([
    ['another', () => put(ROOT.id, 'cert.pem', old.pem), { kind: 'changed', path }],
    ['none', () => rmSync(join(folder, path)), { kind: 'unusable', path, state: 'missing' }],
  ])('is not used where there is %s', async (_, damage, expected) => {
    const found = await fault((all) => {
      damage(all);
      return all.current(ROOT.id);
    });
    expect(found).toEqual(expected);
  });

  it.each<[string, string | null, unknown]>([
    ['another', old.pem, { kind: 'changed', path }],
    ['no certificate', 'x', { kind: 'changed', path, detail: expect.any(String) }],
    ['nothing in it', '', { kind: 'empty', path }],
    ['none', null, { kind: 'missing', path }],
  ])('has no bytes to be given where there is %s', async (_, text, expected) => {
    const found = await fault((all) => {
      rmSync(join(folder, path));
      if (text !== null) put(ROOT.id, 'cert.pem', text);
      return all.certificateBytes(ROOT.id);
    });
    expect(found).toEqual(expected);
  });

  it('may be one that this run has put there', async () => {
    await published((all) => {
      put(ROOT.id, 'cert.pem', old.pem);
      const certificate = parseCertificate(Buffer.from(old.pem));
      all.replaced(ROOT.id, { key: null, certificate, cross: null });
      expect(all.certificate(ROOT.id).pem).toBe(old.pem);
    });
  });
});

describe('a private key in its place', () => {
  it('is given as it is in its file', async () => {
    await published((all) => {
      expect(all.keyFile(ROOT.id).toString()).toBe(keyPem(root.key));
      expect(all.key(ROOT.id).toString()).toBe(keyPem(root.key));
    });
  });

  it.each<[string, string | null, unknown]>([
    ['another', keyPem(old.key), { kind: 'changed', path: keyPath }],
    ['no key', 'x', { kind: 'changed', path: keyPath, detail: expect.any(String) }],
    ['nothing in it', '', { kind: 'empty', path: keyPath }],
    ['none', null, { kind: 'missing', path: keyPath }],
  ])('is not used where there is %s', async (_, text, expected) => {
    for (const read of ['key', 'keyFile'] as const) {
      const found = await fault((all) => {
        rmSync(join(folder, keyPath));
        if (text !== null) put(ROOT.id, 'key.pem', text);
        return all[read](ROOT.id);
      });
      expect(found).toEqual(expected);
    }
  });
});

it('of entities without a plan nothing is known', async () => {
  expect(await fault((all) => all.read('servers/x', 'cert'))).toBe(
    'Internal error: nothing is known of servers/x',
  );
  expect(await fault((all) => all.keptCross(ROOT.id))).toBe(`Internal error: nothing is known of ${ROOT.id}`);
});

describe('earlier certificates of a root', () => {
  const keeps = (given: object) => aChange({ id: ROOT.id, action: 'keep', ...given } as never);

  it('are those that stay trusted, in that order, wherever they are now', async () => {
    const change = keeps({ previous: [print(older), print(root), print(old)] });
    await published(
      (all) => {
        put(ROOT.id, 'previous.pem', `${old.pem}${older.pem}`);
        expect(all.earlier(ROOT.id)).toBe(`${older.pem}${root.pem}${old.pem}`);
      },
      [change],
    );
  });

  it('are none where none stays trusted, and a lost one is no one’s to leave out', async () => {
    expect(await fault((all) => all.earlier(ROOT.id), [keeps({})])).toEqual({ value: '' });
    expect(await fault((all) => all.earlier(ROOT.id), [keeps({ previous: [print(old)] })])).toBe(
      `Internal error: nothing is known of ${print(old)}`,
    );
  });

  it('of an anchor are all but its first', async () => {
    expect(await fault((all) => all.earlier(ANCHOR.id))).toEqual({ value: 'two\nthree\n' });
  });
});

describe('certificates that intermediates had', () => {
  const routed = (given: object) => aChange({ id: ROOT.id, action: 'keep', ...given } as never);

  it('come from their places, or from the file of the root', async () => {
    const kept = smallCertificate('sub', { issuer: old });
    await published(
      (all) => {
        put(ROOT.id, 'previous.pem', kept.pem);
        // Only of those that are directly below, and of no leaf.
        put(OTHER.id, 'cert.pem', older.pem);
        put(API.id, 'cert.pem', older.pem);
        expect(all.keptRoutes(ROOT.id)).toBe(`${sub.pem}${kept.pem}`);
      },
      [routed({ routes: [print(sub), print(kept)] })],
    );
    const found = await fault(
      (all) => {
        put(OTHER.id, 'cert.pem', older.pem);
        put(API.id, 'cert.pem', older.pem);
        return all.keptRoutes(ROOT.id);
      },
      [routed({ routes: [print(older)] })],
    );
    expect(found).toBe(`Internal error: nothing is known of ${print(older)}`);
  });

  it('are shown instead of their own where the plan says so', async () => {
    const kept = smallCertificate('sub', { issuer: old });
    const route = aChange({ id: SUB.id, action: 'keep', route: print(kept) } as never);
    await published(
      (all) => {
        put(ROOT.id, 'previous.pem', kept.pem);
        expect(all.route(SUB.id, ROOT.id)).toBe(kept.pem);
      },
      [route],
    );
    const none = aChange({ id: SUB.id, action: 'keep' });
    expect(await fault((all) => all.route(SUB.id, ROOT.id), [none])).toEqual({ value: null });
  });
});

describe('cross-certificates of a root', () => {
  const ISSUANCE = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
  const crossed = smallCertificate('root', { issuer: old });
  const earlier = smallCertificate('root', { issuer: older });
  const change = (crossing: object | null) =>
    aChange({ id: ROOT.id, action: 'rekey', issuance: ISSUANCE, crossing, cross: [print(earlier)] } as never);

  it('are those that stay, and the new one before them once it is in its place', async () => {
    const made = { issuance: ISSUANCE, signedWith: 'ed25519' };
    await published(
      (all) => {
        put(ROOT.id, 'previous.pem', `${earlier.pem}${crossed.pem}`);
        expect(all.keptCross(ROOT.id)).toBe(earlier.pem);
        expect(() => all.cross(ROOT.id)).toThrow(
          `Internal error: nothing is known of what ${ROOT.id} crosses`,
        );
        const cross = parseCertificate(Buffer.from(crossed.pem));
        all.replaced(ROOT.id, { key: null, certificate: null, cross });
        expect(all.cross(ROOT.id)).toBe(`${crossed.pem}${earlier.pem}`);
      },
      [change(made)],
    );
    await published(
      (all) => {
        put(ROOT.id, 'previous.pem', earlier.pem);
        expect(all.cross(ROOT.id)).toBe(earlier.pem);
      },
      [change(null)],
    );
  });
});

describe('lists', () => {
  const pem = (...lists: readonly Buffer[]) => lists.map((der) => pemOf(der, 'X509 CRL')).join('');
  const list = smallList(root, [['0a']]);

  it('are passed on where the key of the authority signed them', async () => {
    await published((all) => {
      expect(all.list(ROOT.id)).toBe('');
      put(ROOT.id, 'crl.pem', `comment\n${pem(list)}`);
      expect(all.list(ROOT.id)).toBe(pem(list));
      put(ROOT.id, 'crl.pem', pem(list, smallList(old)));
      expect(all.list(ROOT.id)).toBe('');
    });
  });

  it('of former keys are all, or those that are named', async () => {
    const [one, two] = [smallList(old), smallList(older)];
    await published((all) => {
      expect(all.formerLists(ROOT.id)).toBe('');
      put(ROOT.id, 'former-crls.pem', pem(one, two));
      expect(all.formerLists(ROOT.id)).toBe(pem(one, two));
      expect(all.formerLists(ROOT.id, [sha256(two)])).toBe(pem(two));
      expect(all.formerLists(ROOT.id, [])).toBe('');
    });
  });
});

it('behind the certificate of a leaf stands what else is in its file', async () => {
  await published((all) => {
    put(API.id, 'cert.pem', `${sub.pem}${root.pem}${old.pem}`);
    expect(all.presented(API.id)).toBe(`${root.pem}${old.pem}`);
  });
});
