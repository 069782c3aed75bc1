/** What a manifest says as a tree: how many values there may be, what stands as a key, and where a mistake is. */
import { describe, expect, it } from 'vitest';
import { convert, NODE_LIMIT, sizeOf } from '../../src/manifest/convert.ts';
import { parseManifest } from '../../src/manifest/parse.ts';
import { reportOn } from '../../src/manifest/report.ts';
import { revokeEdit } from '../../src/manifest/revoke-edit.ts';
import { parseReason } from '../../src/manifest/revoked.ts';
import { sourceOf } from '../../src/manifest/source.ts';
import { documentsOf } from '../../src/manifest/syntax.ts';
import { manifestText } from '../../src/manifest/write.ts';
import { loadManifest } from '../../src/resolve/load.ts';

function said(text: string) {
  const loaded = loadManifest(text, 'pki.yaml');
  return (loaded.ok ? loaded.warnings : loaded.diagnostics).map(({ code, message, hint, line, col }) => {
    return { code, message, hint, at: `${line}:${col}` };
  });
}
const GOOD = 'version: 1\nauthorities: { root: { commonName: Root } }\nclients: { x: { commonName: x } }\n';

/** Values in the lists below `key`, by aliases: the text is short. A list counts itself. */
function values(key: string, count: number): string {
  const block = 999;
  const whole = Math.floor(count / (block + 1));
  const rest = count - whole * (block + 1);
  const items = (many: number) => Array(many).fill('1').join(',');
  const all = [`&${key} [${items(block)}]`, ...Array(whole - 1).fill(`*${key}`), ...Array(rest).fill('1')];
  return `x-${key}: [${all.join(', ')}]\n`;
}

describe('values, aliases written out', () => {
  const converted = (text: string) => {
    const source = sourceOf(text, 'pki.yaml');
    const report = reportOn(source);
    const [tree] = documentsOf(source, report).map((document) => convert(document, report));
    return tree === undefined ? report.diagnostics().map(({ message }) => message) : sizeOf(tree);
  };

  it.each([
    ['a: 1', 3],
    ['a: [1, 2]', 5],
    ['a: { b: 1 }', 5],
    ['a: []', 3],
    ['a: &a [1]\nb: *a', 7],
    ['a: &a { x: 1, y: 2 }\nb: { <<: *a, y: 3 }', 13],
  ])('of %j are %d', (text, size) => expect(converted(text)).toBe(size));

  it('are as many as the limit, and not one more', () => {
    // The map, its key, and the list itself.
    expect(converted(values('a', NODE_LIMIT - 3))).toBe(NODE_LIMIT);
    const words = ['manifest has more than 1,000,000 values once its aliases are written out'];
    expect(converted(values('a', NODE_LIMIT - 2))).toEqual(words);
    expect(converted(values('a', NODE_LIMIT))).toEqual(words);
  });

  it('are counted over all documents, and the last one is named', () => {
    const half = (key: string) => values(key, NODE_LIMIT / 2);
    expect(said(`${half('a')}${GOOD}---\n${half('b')}`)).toEqual([
      expect.objectContaining({ code: 'too-many-nodes', message: 'manifest has too many values', at: '6:1' }),
    ]);
  });
});

describe('a key', () => {
  const of = (entry: string) => said(`${GOOD}servers: ${entry}\n`).filter(({ at }) => at.startsWith('4:'));
  const text = { message: 'a key must be text, not a map or a list', hint: 'put it in quotes' };
  const template = {
    message: 'braces in braces: a template that was not filled in?',
    hint: 'write the value itself, or fill in templates before pki reads the manifest',
  };
  it.each<[string, object]>([
    ['{{ host }}', template],
    ['{{ a, b }}', template],
    ['{{ a: 1, b }: c}', text],
    ['{[a]: b}', text],
    ['{[~]: b}', text],
  ])('%s', (entry, expected) => expect(of(entry)[0]).toMatchObject({ ...expected, code: 'type' }));

  it('that is set twice is said where it is again, and where it was first', () => {
    const loaded = loadManifest('version: 1\nversion: 1\n', 'pki.yaml');
    expect(loaded.ok ? [] : loaded.diagnostics).toMatchObject([
      {
        code: 'duplicate',
        message: '"version" is set twice',
        hint: 'keep one of the two',
        line: 2,
        related: [{ message: 'first set here', line: 1 }],
      },
    ]);
  });

  it('without a value has its mistake where it stands', () => {
    expect(of('{ x: { commonName: x.test, san } }')[0]).toMatchObject({ at: '4:37' });
  });

  it('may be a number, and "__proto__" is none', () => {
    const loaded = loadManifest(GOOD.replace('clients: { x:', 'clients: { 007:'), 'pki.yaml');
    expect(loaded.ok && loaded.inventory.entities.map(({ id }) => id)).toEqual([
      'authorities/root',
      'clients/007',
    ]);
    expect(said(`${GOOD}__proto__: 1\n`)).toMatchObject([
      { code: 'name', message: 'key "__proto__" is reserved', hint: 'choose another name' },
    ]);
  });
});

describe('an alias', () => {
  it.each<[string, string, string]>([
    ['x-a: *b', 'no anchor "&b" before this alias', 'put "&b" in front of a value above'],
    ['x-a: &name 1\nx-b: *nmae', 'no anchor "&nmae" before this alias', 'did you mean "name"?'],
    [
      'x-a: &a [*a]',
      'alias "*a" stands inside its own value',
      'move the alias out, or write the value itself',
    ],
  ])('%s', (text, message, hint) => {
    expect(said(`${text}\n${GOOD}`)[0]).toMatchObject({ code: 'alias', message, hint });
  });

  it('of no map is merged into none', () => {
    expect(said(`x-a: &a 1\nx-b: { <<: *a }\n${GOOD}`)).toMatchObject([
      { code: 'merge', message: 'a merge key takes a map or a list of maps', hint: 'write "<<: *anchor"' },
    ]);
    expect(said(`x-a: &a { b: 1 }\nx-b: { <<: [*a, 1] }\n${GOOD}`)).toMatchObject([{ code: 'merge' }]);
  });
});

describe('a text that is no manifest', () => {
  it.each<[string, string, object]>([
    [
      'of two kinds of octets',
      `${GOOD}# \0\n`,
      { code: 'encoding', message: 'manifest is not UTF-8 text', hint: 'save it as UTF-8', at: '4:3' },
    ],
    ['without anything', '# nothing\n', { code: 'empty', message: 'manifest is empty', at: '1:1' }],
    [
      'of another version',
      GOOD.replace('1', '2'),
      {
        code: 'version',
        message: 'manifest version 2 is not supported',
        hint: 'this pki reads "version: 1"',
        at: '1:10',
      },
    ],
    ['with a version that is a text', GOOD.replace('1', '"1"'), { code: 'version' }],
  ])('%s', (_, text, expected) => expect(said(text)[0]).toMatchObject(expected));

  it('of which a part is good is read for the rest', () => {
    const source = sourceOf(`${GOOD}servers: { a: { validity: 1x } }\n`, 'pki.yaml');
    const report = reportOn(source);
    expect(parseManifest(source, report)?.manifest).toMatchObject({ clients: { x: { commonName: 'x' } } });
    expect(report.failed()).toBe(true);
  });
});

describe('a reason of a revocation', () => {
  it.each([
    ['KeyCompromise', { ok: true, value: 'keyCompromise' }],
    ['superseded', { ok: true, value: 'superseded' }],
    ['UNSPECIFIED', { ok: true, value: null }],
    [
      'certificatehold',
      { ok: false, problem: { code: 'revoked', message: 'nothing is revoked for "certificateHold"' } },
    ],
    ['lost', { ok: false, problem: { code: 'revoked', message: '"lost" is no reason' } }],
  ])('%s', (text, expected) => expect(parseReason(text)).toMatchObject(expected));
});

it('an entry that is no map takes no other setting', () => {
  const edit = (entry: string) =>
    revokeEdit(`version: 1\nclients:\n  bob: ${entry}\n`, 'clients', 'bob', 'true');
  expect(edit('[a]')).toBeUndefined();
  expect(edit('text')).toBeUndefined();
  expect(edit('{ commonName: bob }')).toBeDefined();
  expect(edit('~')).toBeDefined();
});

it('a manifest that is written leaves out what is empty, and has short lists in one line', () => {
  const none = new Map<string, object>();
  const entries = {
    ...{ authorities: none, servers: none, clients: none, peers: none, certificates: none },
    clients: new Map([
      ['a', { commonName: 'a', san: ['a.test', 'b.test'] }],
      ['b', { san: Array.from({ length: 20 }, (_, i) => `n${i}.test`) }],
      ['c', {}],
    ]),
  };
  const text = (defaults: object) =>
    manifestText({ output: 'pki', defaults, entries } as never, {
      head: ['one\ntwo'],
      entries: new Map([['clients/a', ['three']]]),
    });
  expect(text({}).split('\n').slice(0, 9)).toEqual([
    '# one two',
    '',
    'version: 1',
    'output: pki',
    'clients:',
    '  # three',
    '  a:',
    '    commonName: a',
    '    san: [ a.test, b.test ]',
  ]);
  expect(text({})).toMatch(/\n {2}b:\n {4}san:\n {6}- n0\.test\n/);
  expect(text({})).toMatch(/\n {2}c: \{\}\n/);
  expect(text({ trust: ['a'] })).toMatch(/\ndefaults:\n {2}trust: \[ a \]\n/);
});
