// The table of settings: every row is good in itself.
import { describe, expect, it } from 'vitest';
import { rankOf, spelledDefault } from '../../src/manifest/setting.ts';
import { isSetting, rowOf, SETTING_NAMES, settingsOf } from '../../src/manifest/settings.ts';

const RANKS = ['leaf', 'intermediate', 'root'] as const;
const rows = SETTING_NAMES.map((name) => [name, rowOf(name)] as const);

/** Those whose built-in default a manifest could spell out. */
const spelled = rows.filter(([, { builtIn, byDefault }]) => builtIn !== undefined && byDefault === undefined);

describe('the table of settings', () => {
  it.each(spelled)('%s: its default, written out, is its default', (_, row) => {
    for (const rank of RANKS) {
      const shape = (rank === 'leaf' ? row.places.leaf : row.places.authority) ?? row.places.defaults;
      expect(shape?.parse(spelledDefault(row, rank))).toEqual(row.builtIn?.[rank]);
    }
  });

  it('has a default in words, or one that can be written, for every setting', () => {
    const silent = rows.filter(
      ([, { builtIn, byDefault }]) => builtIn === undefined && byDefault === undefined,
    );
    expect(silent.map(([name]) => name)).toEqual([]);
  });

  it.each(rows)('%s: its examples are good wherever it can stand', (_, { places, examples = [] }) => {
    for (const shape of Object.values(places)) {
      for (const example of examples) expect(shape.safeParse(example).success, String(example)).toBe(true);
    }
  });

  it.each(rows)('%s: its words are part of a sentence, in one line', (_, { meaning, type }) => {
    expect(meaning).not.toMatch(/[.\n|]$|\n|\|/);
    expect(type).not.toMatch(/\n|\|/);
  });

  it('knows where each can stand', () => {
    const own = SETTING_NAMES.filter((name) => !settingsOf('defaults').some((other) => other === name));
    expect(own).toEqual([
      'commonName',
      'san',
      'crossSignedBy',
      'pathLength',
      'digest',
      'signature',
      'request',
      'certificate',
      'nameConstraints',
      'keyUsage',
      'extendedKeyUsage',
      'policies',
      'policyConstraints',
      'inhibitAnyPolicy',
      'mustStaple',
      'ocspNoCheck',
      'crl',
      'ocsp',
      'caIssuers',
      'extensions',
      'revoked',
      'address',
      'deliver',
    ]);
    expect(settingsOf('leaf')).not.toContain('pathLength');
    expect(settingsOf('authority')).not.toContain('trust');
  });

  it.each(['toString', 'constructor', '__proto__', 'foo', ''])('has no setting "%s"', (key) => {
    expect(isSetting(key)).toBe(false);
  });

  it.each([
    ['authority', undefined, 'root'],
    ['authority', 'root', 'intermediate'],
    ['server', undefined, 'leaf'],
    ['client', 'root', 'leaf'],
  ] as const)('%s with issuer %s is a %s', (kind, issuer, rank) => {
    expect(rankOf(kind, issuer)).toBe(rank);
  });
});
