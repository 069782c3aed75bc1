/** What is known of authorities: lines of the ledger, what they came with, and what only a signature explains. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entity, EntityId } from '../../../src/pki/entity.ts';
import type { EntityObservation, KnownAuthorities } from '../../../src/plan/observation.ts';
import { withFormerKeys } from '../../../src/store/observe/former-keys.ts';
import { knownIn, saveKnown, unlessForeign } from '../../../src/store/observe/known.ts';
import { OutputFolder } from '../../../src/store/output-folder.ts';
import { UserError } from '../../../src/words/user-error.ts';
import { parseCertificate } from '../../../src/x509/parse.ts';
import { parseEarlier } from '../../../src/x509/rollover.ts';
import { anAuthority, observed, present } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { type SmallCertificate, smallCertificate } from '../../helpers/small-certificates.ts';

type Texts = Readonly<Record<string, readonly [keys: readonly string[], certificates: readonly string[]]>>;

const texts = (known: KnownAuthorities): Texts =>
  Object.fromEntries(
    [...known].map(([id, { keys, certificates }]) => [id, [[...keys], [...certificates]] as const]),
  );
const knownOf = (all: Texts): KnownAuthorities =>
  new Map(
    Object.entries(all).map(([id, [keys, certificates]]) => [
      id as EntityId,
      { keys: new Set(keys), certificates: new Set(certificates) },
    ]),
  );

/** An output folder with such a file. */
function folderWith(text?: string): string {
  const root = memoryFolder();
  mkdirSync(join(root, '.pki'), { mode: 0o700 });
  if (text !== undefined) writeFileSync(join(root, '.pki/authorities.json'), text);
  return root;
}

const issued = (entity: string, keyId: string, fingerprint: string) =>
  JSON.stringify({
    entity,
    keyId,
    fingerprint,
    serial: '01',
    subject: 'CN=x',
    issuer: entity,
    notBefore: '2026-11-23T12:00:00Z',
    notAfter: '2026-11-24T12:00:00Z',
    time: '2026-11-23T12:00:00Z',
    san: [],
    reasons: [],
  });
const LINES = [
  issued('authorities/a', 'k1', 'c1'),
  issued('authorities/a', 'k2', 'c2'),
  issued('servers/s', 'k', 'c'),
];
const taken = (authorities: unknown, format: unknown = 1) => JSON.stringify({ format, authorities });

describe('what is known', () => {
  const known = (text?: string, lines: readonly string[] = LINES) =>
    texts(knownIn(folderWith(text), [], new Map(), lines));
  const OF_LINES = {
    'authorities/a': [
      ['k1', 'k2'],
      ['c1', 'c2'],
    ],
  };

  it('is what the ledger says of authorities, and what they came with', () => {
    expect(known()).toEqual(OF_LINES);
    const more = {
      'authorities/a': { keys: ['k3', 'k1'], certificates: ['c3'] },
      'authorities/b': { keys: [], certificates: ['d'] },
    };
    expect(known(taken(more))).toEqual({
      'authorities/a': [
        ['k1', 'k2', 'k3'],
        ['c1', 'c2', 'c3'],
      ],
      'authorities/b': [[], ['d']],
    });
    expect(known(taken(more), [])).toEqual({
      'authorities/a': [['k3', 'k1'], ['c3']],
      'authorities/b': [[], ['d']],
    });
  });

  it.each(['', '{', '[]', taken({ 'authorities/a': { keys: ['x'] } }, 2), taken(null), taken([])])(
    'is no more where the file is %j',
    (text) => expect(known(text)).toEqual(OF_LINES),
  );

  it('is as much of an entry as has the right form', () => {
    expect(
      known(taken({ 'authorities/b': { keys: ['k', 7, null], certificates: 'c' }, 'authorities/c': 1 }), []),
    ).toEqual({
      'authorities/b': [['k'], []],
      'authorities/c': [[], []],
    });
  });

  it('is nothing where it is not ours to read, which any other mistake is not', () => {
    expect(unlessForeign(() => 7)).toBe(7);
    const foreign = () => {
      throw new UserError({ kind: 'foreign-owner', path: '/x', uid: 7, setting: 'X' });
    };
    expect(unlessForeign(foreign)).toBeUndefined();
    expect(() =>
      unlessForeign(() => {
        throw new Error('a mistake');
      }),
    ).toThrow('a mistake');
  });
});

it('what is agreed to is added to what is remembered, in one order', async () => {
  const root = folderWith();
  using output = await OutputFolder.open(root);
  const path = join(root, '.pki/authorities.json');
  await saveKnown(output, new Map());
  expect(existsSync(path)).toBe(false);
  await saveKnown(output, knownOf({ 'authorities/b': [['k2', 'k1'], ['c']] }));
  await saveKnown(output, knownOf({ 'authorities/b': [['k0'], ['b']], 'authorities/a': [['k'], []] }));
  expect(readFileSync(path, 'utf8')).toBe(
    `${JSON.stringify(
      {
        format: 1,
        authorities: {
          'authorities/a': { keys: ['k'], certificates: [] },
          'authorities/b': { keys: ['k0', 'k1', 'k2'], certificates: ['b', 'c'] },
        },
      },
      null,
      2,
    )}\n`,
  );
  expect(texts(knownIn(root, [], new Map(), []))).toEqual({
    'authorities/a': [['k'], []],
    'authorities/b': [
      ['k0', 'k1', 'k2'],
      ['b', 'c'],
    ],
  });
});

describe('former keys of a root', () => {
  const ROOT = anAuthority({ name: 'root' });
  const [FIRST, NEXT] = [smallCertificate('root'), smallCertificate('root')];
  /** The new key, certified by the first in the root's own name. */
  const CROSS = smallCertificate('root', { issuer: FIRST, key: NEXT.key });
  const facts = (one: SmallCertificate) => parseCertificate(Buffer.from(one.pem));

  const GARBAGE = { state: 'garbage', detail: 'x', mode: 0o644 } as const;

  /** Keys that are added. @param previous what is beside its certificate. @param before what was known. */
  function added(
    previous: readonly SmallCertificate[],
    before: {
      readonly keys: readonly SmallCertificate[];
      readonly certificates: readonly SmallCertificate[];
    } | null,
    {
      now = NEXT,
      entity = ROOT,
      damaged = '',
    }: { readonly now?: SmallCertificate; readonly entity?: Entity; readonly damaged?: string } = {},
  ): readonly string[] {
    const root = memoryFolder();
    mkdirSync(join(root, 'authorities/root'), { recursive: true });
    const text = previous.map(({ pem }) => pem).join('');
    writeFileSync(join(root, 'authorities/root/previous.pem'), `${damaged}${text}`);
    const found = damaged === '' ? present(parseEarlier(Buffer.from(text))) : GARBAGE;
    const seen = observed({
      cert: present(facts(now)),
      ...(previous.length === 0 ? {} : { previous: found }),
    }) as EntityObservation;
    const keys = (before?.keys ?? []).map((one) => facts(one).keyId);
    const certificates = (before?.certificates ?? []).map((one) => facts(one).fingerprint);
    const known = before === null ? new Map() : knownOf({ [ROOT.id]: [keys, certificates] });
    const after = withFormerKeys(known, root, [entity], new Map([[entity.id, seen]]));
    return [...(after.get(ROOT.id)?.keys ?? [])].filter((one) => !keys.includes(one));
  }

  const firstKey = facts(FIRST).keyId;
  const nextKey = facts(NEXT).keyId;

  it('are explained by the cross-certificate that they signed, if that was issued here', () => {
    expect(added([FIRST, CROSS], { keys: [NEXT], certificates: [NEXT, CROSS] })).toEqual([firstKey]);
    expect(added([FIRST, CROSS], { keys: [NEXT], certificates: [NEXT] })).toEqual([]);
    expect(added([FIRST], { keys: [NEXT], certificates: [NEXT, CROSS] })).toEqual([]);
    // The same names, and another signature.
    const other = smallCertificate('root');
    expect(added([other, CROSS], { keys: [NEXT], certificates: [NEXT, CROSS] })).toEqual([]);
  });

  it('vouch for the key that came after them', () => {
    expect(added([FIRST, CROSS], { keys: [FIRST], certificates: [FIRST] })).toEqual([nextKey]);
    expect(added([CROSS], { keys: [FIRST], certificates: [FIRST] })).toEqual([]);
    expect(added([FIRST], { keys: [FIRST], certificates: [FIRST] })).toEqual([]);
    const stranger = smallCertificate('root');
    const strange = smallCertificate('root', { issuer: stranger, key: NEXT.key });
    expect(added([FIRST, strange], { keys: [FIRST], certificates: [FIRST] })).toEqual([]);
    const named = smallCertificate('other', { issuer: FIRST, key: NEXT.key });
    expect(added([FIRST, named], { keys: [FIRST], certificates: [FIRST] })).toEqual([]);
  });

  it('are not looked for where nothing is known, or nothing is strange', () => {
    expect(added([FIRST, CROSS], null)).toEqual([]);
    expect(added([], { keys: [NEXT], certificates: [NEXT] })).toEqual([]);
    expect(added([FIRST, CROSS], { keys: [FIRST, NEXT], certificates: [FIRST, NEXT] })).toEqual([]);
  });

  it('vouch for it beside what cannot be read', () => {
    const damaged = '-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n';
    const before = { keys: [FIRST], certificates: [FIRST] };
    expect(added([FIRST, CROSS], before, { damaged })).toEqual([nextKey]);
    expect(added([FIRST], before, { damaged })).toEqual([]);
  });

  it('vouch for no intermediate', () => {
    const intermediate = anAuthority({ name: 'root', issuer: 'authorities/top' });
    const before = { keys: [FIRST], certificates: [FIRST] };
    expect(added([FIRST, CROSS], before, { entity: intermediate })).toEqual([]);
  });
});
