/** What a file is put together from: what is staged of the entity itself, and what others have in their places. */
import { describe, expect, it } from 'vitest';
import type { Work } from '../../src/plan/change.ts';
import type { Part } from '../../src/plan/parts.ts';
import { partsText, writeBundles } from '../../src/run/parts.ts';
import type { Run } from '../../src/run/run.ts';
import { pemOf } from '../helpers/certificate-der.ts';
import { aChange, anAuthority, aServer, NOW } from '../helpers/entities.ts';
import { smallCertificate, smallList } from '../helpers/small-certificates.ts';

const ROOT = anAuthority({ name: 'root' });
const API = aServer({ name: 'api' });
const BY_ID = new Map([ROOT, API].map((entity) => [entity.id, entity]));
const CA = smallCertificate('root');
const LIST = pemOf(smallList(CA), 'X509 CRL');
const LAST = pemOf(smallList(CA, [], '08'), 'X509 CRL');
const ISSUANCE = { notBefore: NOW, notAfter: NOW + 1, cappedBy: null, subjectKeyId: null };
const REVOCATION = { number: '7', thisUpdate: NOW, nextUpdate: NOW + 1, entries: [] };

/** Says of everything what it is; `route` is the certificate shown instead of an intermediate's own. */
function aRun(route: string | null = null) {
  const written: (readonly string[])[] = [];
  const lists: Readonly<Record<string, string>> = { crl: LIST, 'former-crl': LAST };
  const staging = {
    read: (of: string, file: string) => Buffer.from(lists[file] ?? `staged ${file} of ${of}\n`),
    write: (of: string, file: string, text: string, mode: number) =>
      written.push([of, file, text, mode.toString(8)]),
  };
  const says = (what: string) => (of: string) => `${what} of ${of}\n`;
  const published = {
    certificate: (of: string) => ({ pem: `cert of ${of}\n` }),
    key: (of: string) => Buffer.from(`key of ${of}\n`),
    earlier: says('earlier'),
    keptRoutes: says('routes'),
    keptCross: says('kept cross'),
    cross: says('cross'),
    list: says('list'),
    formerLists: (of: string, keep?: readonly string[]) => `former lists of ${of}: ${keep ?? 'all'}\n`,
    presented: says('presented'),
    route: (of: string, root: string) => route && `${route} of ${of} to ${root}\n`,
  };
  const keyring = { open: (_: unknown, pem: Buffer) => ({ state: 'plain', pem }) };
  return { run: { staging, published, reader: { keyring }, byId: BY_ID } as never as Run, written };
}

const change = (given: object = {}): Work =>
  aChange({ id: API.id, action: 'refresh', ...given } as never) as never;
const text = (of: Part | readonly Part[], given: object = {}, route: string | null = null) =>
  partsText(aRun(route).run, change(given), [of].flat());

describe('a part of the entity itself', () => {
  const of = API.id;
  const issue = { action: 'issue', issuance: ISSUANCE };
  it.each<[string, Part, object, string]>([
    ['the key in its place', { kind: 'key', of }, {}, `key of ${of}\n`],
    ['the key of a new certificate for it', { kind: 'key', of }, issue, `key of ${of}\n`],
    ['a new key', { kind: 'key', of }, { ...issue, action: 'create' }, `staged key of ${of}\n`],
    ['the certificate in its place', { kind: 'certificate', of }, { writes: ['chain'] }, `cert of ${of}\n`],
    ['a new certificate', { kind: 'certificate', of }, { writes: ['cert'] }, `staged cert of ${of}\n`],
    ['earlier certificates', { kind: 'earlier', of }, {}, `earlier of ${of}\n`],
    ['what intermediates had', { kind: 'routes', of }, {}, `routes of ${of}\n`],
    ['cross-certificates that stay', { kind: 'cross', of }, {}, `kept cross of ${of}\n`],
    [
      'a new cross-certificate before those',
      { kind: 'cross', of },
      { ...issue, action: 'rekey', crossing: { issuance: ISSUANCE, signedWith: 'ed25519' } },
      `staged cross of ${of}\nkept cross of ${of}\n`,
    ],
    ['the list in its place', { kind: 'list', of }, {}, `list of ${of}\n`],
    ['a new list', { kind: 'list', of }, { list: REVOCATION }, LIST],
    ['lists of former keys', { kind: 'former-lists', of }, {}, `former lists of ${of}: all\n`],
    [
      'those of them that stay',
      { kind: 'former-lists', of },
      { formerLists: { last: null, keep: ['aa', 'bb'] } },
      `former lists of ${of}: aa,bb\n`,
    ],
    [
      'the last list of the former key before those',
      { kind: 'former-lists', of },
      { formerLists: { last: { list: REVOCATION, signedWith: 'ed25519' }, keep: [] } },
      `${LAST}former lists of ${of}: \n`,
    ],
    ['what stands behind its certificate', { kind: 'presented', of }, {}, `presented of ${of}\n`],
  ])('%s', (_, part, given, expected) => expect(text(part, given)).toBe(expected));

  it('is never the chain above itself', () => {
    expect(() => text({ kind: 'joint', of, root: ROOT.id })).toThrow(
      new Error(`Internal error: ${of} stands above itself`),
    );
  });
});

describe('a part of another entity', () => {
  const of = ROOT.id;
  const joint = { kind: 'joint', of, root: 'authorities/top' } as const;
  it.each<[string, Part, string | null, string]>([
    ['its certificate', { kind: 'certificate', of }, null, `cert of ${of}\n`],
    ['its earlier certificates', { kind: 'earlier', of }, null, `earlier of ${of}\n`],
    ['all its cross-certificates', { kind: 'cross', of }, null, `cross of ${of}\n`],
    ['its list', { kind: 'list', of }, null, `list of ${of}\n`],
    ['all lists of its former keys', { kind: 'former-lists', of }, null, `former lists of ${of}: all\n`],
    ['its certificate with what crosses the root', joint, null, `cert of ${of}\ncross of authorities/top\n`],
    ['the certificate that is shown instead', joint, 'route', `route of ${of} to authorities/top\n`],
  ])('%s', (_, part, route, expected) => expect(text(part, {}, route)).toBe(expected));

  it.each(['key', 'routes', 'presented'] as const)('is never its %s', (kind) => {
    expect(() => text({ kind, of })).toThrow(
      new Error(`Internal error: the ${kind} of ${of} is no part of another entity's file`),
    );
  });

  it('comes in the order that is asked for', () => {
    expect(
      text([
        { kind: 'certificate', of },
        { kind: 'certificate', of: API.id },
      ]),
    ).toBe(`cert of ${of}\ncert of ${API.id}\n`);
    expect(text([])).toBe('');
  });
});

describe('files that are put together', () => {
  it('are written with their modes, and no others are', () => {
    const { run, written } = aRun();
    const [own, cross] = [`staged cert of ${API.id}\n`, `cross of ${ROOT.id}\n`];
    writeBundles(run, API, change({ writes: ['cert', 'fullchain', 'ca', 'csr', 'combined'] }));
    expect(written).toEqual([
      [API.id, 'fullchain', `${own}${cross}`, '644'],
      [API.id, 'ca', `cert of ${ROOT.id}\nearlier of ${ROOT.id}\n`, '644'],
      [API.id, 'combined', `key of ${API.id}\n${own}${cross}`, '600'],
    ]);
  });

  it('hold one certificate each where they are split', () => {
    const [first, second] = [smallCertificate('one'), smallCertificate('two')];
    const two = anAuthority({ name: 'two' });
    const pems = new Map([
      [ROOT.id, first.pem],
      [two.id, second.pem],
    ]);
    const { run, written } = aRun();
    const published = { certificate: (of: string) => ({ pem: pems.get(of) }), earlier: () => '' };
    const split = { ...run, published } as never as Run;
    const both = { ...API, trust: [ROOT.id, two.id] };
    writeBundles(split, both, change({ writes: ['ca-1', 'ca-2'] }));
    expect(written.map(([, file, text]) => [file, text])).toEqual([
      ['ca-1', first.pem],
      ['ca-2', second.pem],
    ]);
    expect(() => writeBundles(split, both, change({ writes: ['ca-3'] }))).toThrow(
      new Error('Internal error: there are not 3 certificates'),
    );
  });
});
