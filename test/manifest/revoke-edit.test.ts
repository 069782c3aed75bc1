/** What `pki revoke` writes into a manifest, and what it leaves to a person. */
import { describe, expect, it } from 'vitest';
import { revokeEdit } from '../../src/manifest/revoke-edit.ts';
import { loadManifest } from '../../src/resolve/load.ts';

const HEAD = 'version: 1\nauthorities:\n  root: { commonName: Root, crl: true }\nclients:\n';

describe('an entry', () => {
  it.each([
    [
      'in braces',
      '  a: { commonName: a } # kept\n',
      '  a: { revoked: keyCompromise, commonName: a } # kept\n',
    ],
    ['in empty braces', '  a: {}\n', '  a: { revoked: keyCompromise }\n'],
    ['with nothing', '  a:\n', '  a: { revoked: keyCompromise }\n'],
    ['with nothing at the end of the file', '  a:', '  a: { revoked: keyCompromise }'],
    ['with nothing and a comment', '  a: # her laptop\n', '  a: { revoked: keyCompromise } # her laptop\n'],
    ['with null', '  a: ~\n', '  a: { revoked: keyCompromise }\n'],
    ...['null', 'Null', 'NULL'].map((word) => [
      `with ${word}`,
      `  a: ${word} # none\n`,
      '  a: { revoked: keyCompromise } # none\n',
    ]),
    [
      'in lines',
      '  a:\n    # of Ann\n    commonName: a   # kept\n    validity: 30d\n',
      '  a:\n    # of Ann\n    revoked: keyCompromise\n    commonName: a   # kept\n    validity: 30d\n',
    ],
    [
      'in braces over lines',
      '  a: {\n    commonName: a, # kept\n  }\n',
      '  a: { revoked: keyCompromise,\n    commonName: a, # kept\n  }\n',
    ],
    [
      'that is revoked for another reason',
      '  a: { commonName: a, revoked: superseded } # kept\n',
      '  a: { commonName: a, revoked: keyCompromise } # kept\n',
    ],
    [
      'with a quoted name',
      '  "a": { commonName: a }\n',
      '  "a": { revoked: keyCompromise, commonName: a }\n',
    ],
    [
      'that has an anchor inside',
      '  a: { commonName: &n a }\n',
      '  a: { revoked: keyCompromise, commonName: &n a }\n',
    ],
  ])('%s', (_, before, after) => {
    for (const rest of ['', '  b: { commonName: b }\n']) {
      const gap = before.endsWith('\n') || rest === '' ? '' : '\n';
      const edit = revokeEdit(HEAD + before + gap + rest, 'clients', 'a', 'keyCompromise');
      expect(edit?.text).toBe(HEAD + after + gap + rest);
      expect(edit?.line).toBeGreaterThan(4);
      const loaded = loadManifest(edit?.text ?? '', 'pki.yaml');
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
      const revoked = loaded.inventory.entities.filter((one) => one.revoked !== undefined);
      expect(revoked.map(({ id, revoked: why }) => [id, why])).toEqual([
        ['clients/a', { reason: 'keyCompromise' }],
      ]);
    }
  });

  it.each([
    ['an alias', '  b: &it { validity: 30d }\n  a: *it\n'],
    ['a merge', '  b: &it { validity: 30d, revoked: superseded }\n  a: { <<: *it }\n'],
    ['under a tag', '  a: !!map { commonName: a }\n'],
    ['with an anchor', '  a: &it { commonName: a }\n'],
    ['that is not there', '  b: { commonName: b }\n'],
    ['with a date', '  a: { revoked: { reason: superseded, at: 2026-01-01 } }\n'],
  ])('that a person has to edit: %s', (_, text) => {
    expect(revokeEdit(HEAD + text, 'clients', 'a', 'true')).toBeUndefined();
  });

  it('lines that change are named, and no others', () => {
    const text = `${HEAD}  a:\n    commonName: a\n`;
    expect(revokeEdit(text, 'clients', 'a', 'true')).toMatchObject({
      line: 6,
      removed: [],
      added: ['    revoked: true'],
    });
    expect(revokeEdit(`${HEAD}  a: { commonName: a }\n`, 'clients', 'a', 'true')).toMatchObject({
      line: 5,
      removed: ['  a: { commonName: a }'],
      added: ['  a: { revoked: true, commonName: a }'],
    });
  });
});

it.each([
  ['behind a tag', 'revoked: !!str superseded'],
  ['behind an anchor', 'revoked: &why superseded'],
  ['from another place', 'validity: &why superseded, revoked: *why'],
  ['in a map', 'revoked: { reason: superseded, at: 2026-01-02 }'],
])('a reason %s is left to a person', (_, stated) => {
  const text = `${HEAD}  a: { commonName: a, ${stated} }\n`;
  expect(revokeEdit(text, 'clients', 'a', 'keyCompromise')).toBeUndefined();
});
