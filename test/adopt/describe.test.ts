/** What a drafted manifest says once for all, what of an entry it says, and which files it leaves out of reach. */
import { describe, expect, it } from 'vitest';
import type { EntityFiles, Files } from '../../src/adopt/artifacts.ts';
import { describe as describeDrafts } from '../../src/adopt/describe.ts';
import type { EntryDraft } from '../../src/adopt/draft.ts';
import type { PlacedPair } from '../../src/adopt/hierarchy.ts';
import type { EntryText } from '../../src/manifest/write.ts';
import { entityId, type Section } from '../../src/pki/entity.ts';

/** An entry to be, and its files. */
interface Case {
  readonly draft: EntryDraft;
  readonly found: EntityFiles;
}

const OWN: Files = { key: 'key.pem', cert: 'cert.pem' };

/** Its files are those of the usual names in its own folder, unless other paths are given. */
function a(
  section: Section,
  name: string,
  entry: EntryText = {},
  given: {
    readonly files?: Files;
    readonly below?: PlacedPair | null;
    readonly list?: EntryDraft['list'];
    readonly more?: Omit<EntityFiles, 'files'>;
  } = {},
): Case {
  const own = Object.entries(OWN).map(([file, path]) => [file, `${section}/${name}/${path}`]);
  const files: Files = given.files ?? Object.fromEntries(own);
  const issuer = given.below === undefined ? ROOT : given.below;
  const pair = { section, issuer, certPath: files.cert } as PlacedPair;
  const list = given.list === undefined ? {} : { list: given.list };
  return {
    draft: { pair, name, id: entityId(section, name), entry, notes: [], ...list },
    found: { files, trust: undefined, ...given.more },
  };
}

const ROOT = { section: 'authorities', issuer: null } as PlacedPair;
const SUB = { section: 'authorities', issuer: ROOT } as PlacedPair;

function manifest(cases: readonly Case[], existing: readonly string[] = []) {
  const artifacts = new Map(cases.map(({ draft, found }) => [draft.id, found]));
  const drafts = cases.map(({ draft }) => draft);
  return describeDrafts('pki', drafts, artifacts, new Set(existing));
}

/** What is said of the last of some entries. */
function said(cases: readonly Case[], existing: readonly string[] = []): EntryText | undefined {
  const last = cases.at(-1)?.draft;
  return last && manifest(cases, existing).entries[last.pair.section].get(last.name);
}

const server = (name: string, entry: EntryText = {}, given = {}): Case => a('servers', name, entry, given);
const defaults = (...cases: readonly Case[]) => manifest(cases).defaults;

describe('an entry', () => {
  it('stands in its section, in the order of the drafts', () => {
    const { output, entries } = manifest([
      server('b'),
      a('clients', 'c'),
      server('a'),
      a('authorities', 'r', {}, { below: null }),
    ]);
    const names = Object.entries(entries).map(([section, all]) => [section, [...all.keys()]]);
    expect(output).toBe('pki');
    expect(Object.fromEntries(names)).toEqual({
      authorities: ['r'],
      servers: ['b', 'a'],
      clients: ['c'],
      peers: [],
      certificates: [],
    });
  });

  it('says whom it trusts and which chain it presents, where that is not its own', () => {
    const more = { trust: ['one', 'two'], preferredChain: 'other' };
    expect(said([server('web', {}, { more })])).toMatchObject(more);
    expect(Object.keys(said([server('web')]) ?? {})).toEqual(['outputs']);
  });

  it.each<[string, Section, EntryText, EntryText]>([
    ['the usual of a server', 'servers', { key: 'ecdsa-p256', validity: '90d' }, {}],
    ['another', 'servers', { key: 'ed25519', validity: '91d' }, { key: 'ed25519', validity: '91d' }],
    ['the usual of a root', 'authorities', { key: 'ecdsa-p384', validity: '10y' }, { validity: '10y' }],
    [
      'the usual of a server, for a root',
      'authorities',
      { key: 'ecdsa-p256', validity: '90d' },
      { key: 'ecdsa-p256', validity: '90d' },
    ],
    [
      'the usual of an authority below',
      'authorities',
      { issuer: 'r', key: 'ecdsa-p384', validity: '5y' },
      { issuer: 'r', validity: '5y' },
    ],
  ])('says its key and its validity unless they go without saying: %s', (_, section, entry, expected) => {
    const { outputs: _outputs, ...rest } = said([a(section, 'x', entry)]) ?? {};
    expect(rest).toEqual(expected);
  });
});

describe('files that are asked for', () => {
  const all = ['key', 'csr', 'cert', 'fullchain', 'ca'] as const;
  const at = (...names: readonly string[]): Files =>
    Object.fromEntries(names.map((name) => [name, `servers/web/${name}.pem`]));
  const listed = (given: object, existing: readonly string[] = []) =>
    said([server('web', {}, given)], existing)?.outputs;

  it('are the usual ones where only a chain is not there, which nothing directly below a root has', () => {
    expect(listed({ files: at(...all) })).toBeUndefined();
    expect(listed({ files: at(...all, 'chain') })).toBeUndefined();
    expect(listed({ files: at(...all, 'chain'), below: SUB })).toBeUndefined();
    expect(listed({ files: at(...all), below: SUB })).toEqual(all);
    expect(listed({ files: at(...all), below: null })).toBeUndefined();
    expect(listed({ files: at(...all), more: { preferredChain: 'other' } })).toEqual(all);
  });

  it('are listed where one of the usual ones is not there, or a chain would take the place of another file', () => {
    for (const one of all) {
      const rest = all.filter((other) => other !== one);
      expect(listed({ files: at(...rest) })).toEqual(rest);
    }
    expect(listed({ files: at(...all) }, ['servers/web/CHAIN.pem'])).toEqual(all);
    expect(listed({ files: at(...all) }, ['servers/other/chain.pem'])).toBeUndefined();
  });

  it('are in the order of the table, and more than the usual ones', () => {
    expect(listed({ files: at('public', ...all, 'chain') })).toEqual([
      'key',
      'csr',
      'cert',
      'chain',
      'fullchain',
      'ca',
      'public',
    ]);
  });
});

describe('defaults', () => {
  it('say of keys and validities what most end entities have, at least two, and is not built in', () => {
    const of = (...keys: readonly EntryText[]) =>
      defaults(
        a('authorities', 'one', { key: 'ed448', validity: '3y' }),
        a('authorities', 'two', { key: 'ed448', validity: '3y' }),
        a('authorities', 'three', { key: 'ed448', validity: '3y' }),
        ...keys.map((entry, i) => server(`s${i}`, entry)),
      );
    const [ed, rsa, usual] = [
      { key: 'ed25519', validity: '30d' },
      { key: 'rsa-2048', validity: '40d' },
      { key: 'ecdsa-p256', validity: '90d' },
    ] as const;
    expect(of(ed)).not.toHaveProperty('key');
    expect(of(ed, rsa)).not.toHaveProperty('validity');
    expect(of(ed, rsa, rsa)).toMatchObject(rsa);
    expect(of(rsa, rsa, ed, ed, ed)).toMatchObject(ed);
    expect(of(rsa, rsa, ed, ed)).toMatchObject(rsa);
    for (const built of [of(usual, usual), of()]) {
      expect(built).not.toHaveProperty('key');
      expect(built).not.toHaveProperty('validity');
    }
  });

  it('are not repeated by an entry, and what departs from them is said, also what is built in', () => {
    const common = { key: 'ed25519', validity: '30d' } as const;
    const usual = { key: 'ecdsa-p256', validity: '90d' } as const;
    const two = [server('a', common), server('b', common)];
    expect(said(two)).toEqual({});
    expect(said([...two, server('c', usual)])).toEqual(usual);
    expect(said([...two, a('authorities', 'r', { ...common, validity: '30d' })])).toEqual({
      validity: '30d',
    });
    expect(said([...two, a('authorities', 'r', { key: 'ecdsa-p384', validity: '10y' })])).toEqual({
      key: 'ecdsa-p384',
      validity: '10y',
    });
  });

  it('say of the outputs what most entries have, authorities among them', () => {
    const both = ['key', 'cert'];
    expect(defaults(server('a'), a('authorities', 'r'))).toEqual({ outputs: both });
    expect(defaults(server('a'))).toEqual({});
    const files = Object.fromEntries(
      ['key', 'csr', 'cert', 'fullchain', 'ca'].map((one) => [one, `servers/c/${one}.pem`]),
    );
    expect(said([server('a'), server('b'), server('c', {}, { files })])).toEqual({
      outputs: ['key', 'csr', 'cert', 'chain', 'fullchain', 'ca'],
    });
  });

  const at = (name: string, folder: string, key: string, cert: string): Case =>
    server(name, {}, { files: { key: `${folder}${key}`, cert: `${folder}${cert}` } });

  it('say which folder most entries have, and of those what their files are called, one by one', () => {
    const all = [
      at('a', 'tls/', 'a.key', 'cert.pem'),
      at('b', 'tls/', 'b.key', 'b.crt'),
      at('c', 'c/', 'key', 'c.crt'),
      at('d', 'e/', 'key', 'd.crt'),
    ];
    expect(defaults(...all)).toMatchObject({ folder: 'tls', files: { key: '{name}.key' } });
    expect(defaults(...all).files).not.toHaveProperty('cert');
    expect(said(all.slice(0, 2))).toEqual({ files: { cert: 'b.crt' } });
    expect(said(all.slice(0, 3))).toEqual({ folder: 'c', files: { key: 'key', cert: 'c.crt' } });
    expect(said(all.slice(0, 1))).toMatchObject({ folder: 'tls', files: { key: 'a.key' } });
  });

  it('say what files are called of which most entries have none', () => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((name, i) => {
      const own = { key: `servers/${name}/key.pem`, cert: `servers/${name}/cert.pem` };
      const files = i < 2 ? { ...own, csr: `servers/${name}/request.pem` } : own;
      return server(name, {}, { files });
    });
    expect(defaults(...all).files).toEqual({ csr: 'request.pem' });
  });

  it('say nothing of usual folders and names', () => {
    expect(defaults(server('a'), server('b'))).toEqual({ outputs: ['key', 'cert'] });
    const own = [at('a', 'servers/a/', 'tls.key', 'cert.pem'), at('b', 'servers/b/', 'tls.key', 'cert.pem')];
    expect(defaults(...own)).toEqual({ outputs: ['key', 'cert'], files: { key: 'tls.key' } });
    expect(said(own)).toEqual({});
  });

  it('have what all subjects have in common', () => {
    const of = (...subjects: readonly EntryText['subject'][]) => {
      const all = subjects.map((subject, i) => server(`s${i}`, subject === undefined ? {} : { subject }));
      return [defaults(...all).subject, said(all)?.subject];
    };
    const [acme, ops] = [
      { organization: 'Acme', country: 'SE' },
      { organization: 'Acme', locality: 'Umeå' },
    ];
    expect(of(acme)).toEqual([undefined, acme]);
    expect(of(acme, acme)).toEqual([acme, undefined]);
    expect(of(acme, ops)).toEqual([{ organization: 'Acme' }, { locality: 'Umeå' }]);
    expect(of(acme, ops, { locality: 'Umeå' })).toEqual([undefined, { locality: 'Umeå' }]);
    expect(of(acme, { organization: 'Other', country: 'NO' })).toEqual([
      undefined,
      { organization: 'Other', country: 'NO' },
    ]);
    expect(of(acme, undefined)).toEqual([undefined, undefined]);
    expect(of(acme, 'CN=a,O=Acme')).toEqual([undefined, 'CN=a,O=Acme']);
    expect(of('O=Acme', acme, acme)).toEqual([acme, undefined]);
    expect(of({ organizationalUnit: ['a', 'b'] }, { organizationalUnit: ['b', 'a'] })).toEqual([
      undefined,
      { organizationalUnit: ['b', 'a'] },
    ]);
  });

  it('leave the whole subject to a client that would otherwise be named like its entry', () => {
    const subject = { organization: 'Acme' };
    const last = (section: Section, more: EntryText) =>
      said([server('a', { subject }), server('b', { subject }), a(section, 'c', { subject, ...more })])
        ?.subject;
    expect(last('clients', {})).toEqual(subject);
    expect(last('clients', { commonName: 'c' })).toBeUndefined();
    expect(last('clients', { san: ['c.test'] })).toBeUndefined();
    expect(last('servers', {})).toBeUndefined();
    expect(last('clients', { subject: { ...subject, country: 'SE' } })).toEqual({ country: 'SE' });
  });
});

describe('a file that an authority may come to have', () => {
  const list = {};
  const files = { key: 'ca/key.pem', cert: 'ca/cert.pem' };
  const place = (given: object, ...existing: readonly string[]) =>
    said([a('authorities', 'r', {}, { files, below: null, ...given })], existing)?.files;

  it('has its usual name', () => {
    expect(place({})).toBeUndefined();
    expect(place({ list })).toBeUndefined();
    expect(place({}, 'previous.pem', 'crl.pem', 'ca/crl.pem')).toBeUndefined();
  });

  it('has another where that is taken, letter case aside: earlier certificates of a root', () => {
    expect(place({}, 'ca/Previous.PEM')).toEqual({ previous: 'r-previous.pem' });
    expect(place({}, 'ca/previous.pem', 'ca/R-previous.pem')).toEqual({
      previous: 'r-earlier-certificates.pem',
    });
    expect(place({ below: ROOT }, 'ca/previous.pem')).toBeUndefined();
    expect(said([server('s', {}, { files, below: null })], ['ca/previous.pem'])?.files).toBeUndefined();
  });

  it('has another where that is taken: lists of what makes some', () => {
    const taken = ['ca/crl.pem', 'ca/former-crls.pem'];
    expect(place({ list }, ...taken)).toEqual({ crl: 'r-crl.pem', 'former-crls': 'r-former-crls.pem' });
    expect(place({ list, below: ROOT }, ...taken)).toEqual({
      crl: 'r-crl.pem',
      'former-crls': 'r-former-crls.pem',
    });
    expect(place({ list }, ...taken, 'ca/r-crl.pem', 'ca/r-former-crls.pem')).toEqual({
      crl: 'r-revocation-list.pem',
      'former-crls': 'r-former-revocation-lists.pem',
    });
  });

  it('has another where that is taken by a name that differs in letter case', () => {
    const at = (folder: string, name: string) => {
      const paths = { key: `${folder}/${name}.key`, cert: `${folder}/${name}.crt` };
      return a('authorities', name, {}, { files: paths, below: null });
    };
    expect(said([at('ca', 'R')], ['ca/previous.pem', 'ca/r-previous.pem'])?.files).toMatchObject({
      previous: 'R-earlier-certificates.pem',
    });
    expect(said([at('CA', 'one'), at('ca', 'two')])?.files).toMatchObject({ previous: 'two-previous.pem' });
  });

  it('stays where it is, if it is there', () => {
    expect(place({ files: { ...files, previous: 'ca/old.pem' } }, 'ca/previous.pem', 'ca/old.pem')).toEqual({
      previous: 'old.pem',
    });
  });

  it('has the usual name if all are taken', () => {
    const all = ['previous', 'r-previous', 'r-earlier-certificates'].map((name) => `ca/${name}.pem`);
    expect(place({}, ...all)).toBeUndefined();
  });

  it('is at the top where its authority has files in several folders', () => {
    const apart = { key: 'private/ca.key', cert: 'certs/ca.crt' };
    expect(place({ files: apart }, 'certs/previous.pem')).toEqual({ key: apart.key, cert: apart.cert });
    expect(place({ files: apart }, 'previous.pem')).toEqual({ ...apart, previous: 'r-previous.pem' });
    const top = { key: 'ca.key', cert: 'ca.crt' };
    expect(place({ files: top }, 'previous.pem')).toEqual({ ...top, previous: 'r-previous.pem' });
  });

  it('is not that of another authority in the same folder', () => {
    const beside = (name: string) =>
      a('authorities', name, {}, { files: { key: `ca/${name}.key`, cert: `ca/${name}.crt` }, below: null });
    expect(said([beside('a')])?.files).not.toHaveProperty('previous');
    expect(said([beside('a'), beside('b')])?.files).toMatchObject({ previous: 'b-previous.pem' });
  });
});

describe('the place of an entry', () => {
  const own = ['servers/web/key.pem', 'servers/web/cert.pem'];
  const folder = (existing: readonly string[], ...others: readonly Case[]) =>
    said([...others, server('web')], [...own, ...existing])?.folder;

  it('is said where apply would take a file that is not its own', () => {
    expect(folder([])).toBeUndefined();
    expect(folder(['servers/web/notes.txt', 'servers/other/ca.pem'])).toBeUndefined();
    expect(folder(['servers/web/ca.pem'])).toBe('servers/web');
    expect(folder(['servers/web/CSR.PEM'])).toBe('servers/web');
    expect(folder(['servers/web/identity.p12'])).toBe('servers/web');
    const upper = { key: 'servers/Web/key.pem', cert: 'servers/Web/cert.pem' };
    expect(said([server('Web', {}, { files: upper })], ['servers/web/ca.pem'])?.folder).toBe('servers/Web');
  });

  it('is that of its files, or their names, where it has some', () => {
    const of = (files: Files) => {
      const { outputs: _outputs, ...rest } =
        said([server('web', {}, { files })], ['servers/web/ca.pem']) ?? {};
      return rest;
    };
    expect(of({ key: 'tls/key.pem', cert: 'tls/cert.pem' })).toEqual({ folder: 'tls' });
    expect(of({ key: 'servers/web/tls.key', cert: 'servers/web/cert.pem' })).toEqual({
      files: { key: 'tls.key' },
    });
  });

  it('is not said where entries have a folder, or names of files, in common', () => {
    const two = (given: (name: string) => Files) =>
      ['a', 'web'].map((name) => server(name, {}, { files: given(name) }));
    const shared = two(() => ({ key: 'tls/key.pem', cert: 'tls/cert.pem' }));
    expect(said(shared, ['servers/web/ca.pem'])).toEqual({});
    const named = two((name) => ({ key: `servers/${name}/tls.key`, cert: `servers/${name}/tls.crt` }));
    expect(said(named, ['servers/web/ca.pem'])).toEqual({});
  });
});
