// The tables of settings in the documentation are generated: `npm run docs`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, withSettingTables } from '../../src/manifest/setting-tables.ts';
import { SETTING_NAMES } from '../../src/manifest/settings.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
const marked = (page: string): readonly string[] =>
  [...page.matchAll(/<!-- settings:begin \w+ -->\n([\s\S]*?)<!-- settings:end -->/g)].map(
    ([, text = '']) => text,
  );
const fieldsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^\| `(\w+)`/gm)].map(([, field = '']) => field);

describe('the tables of settings', () => {
  it.each(PAGES)('%s has what `npm run docs` writes', (page) => {
    expect(read(page)).toBe(withSettingTables(read(page)));
  });

  it.each(PAGES)('%s has every setting once', (page) => {
    const fields = marked(read(page)).flatMap(fieldsIn);
    expect([...fields].sort()).toEqual([...SETTING_NAMES].sort());
  });

  it('are written whatever stands between the two comments, and nothing else is touched', () => {
    const page = read('docs/manifest.md');
    const emptied = page.replaceAll(
      /(<!-- settings:begin \w+ -->\n)[\s\S]*?(<!-- settings:end -->)/g,
      '$1| stale |\n$2',
    );
    expect(emptied).not.toBe(page);
    expect(withSettingTables(emptied)).toBe(page);
  });

  it('refuses a table that does not exist', () => {
    expect(() => withSettingTables('<!-- settings:begin nonsense -->\n<!-- settings:end -->')).toThrow(
      /nonsense/,
    );
  });

  it.each([
    ['key', '`ecdsa-p256`; authorities `ecdsa-p384`'],
    ['validity', '`90d`; roots `10y`, other authorities `5y`'],
    ['backdate', '`5m`'],
    ['outputs', '`[key, csr, cert, chain, fullchain, ca]`'],
    ['rotateKey', '`false`'],
    ['renewBefore', 'a third of the lifetime'],
  ])('name the default of %s: %s', (field, text) => {
    const row = read('docs/manifest.md')
      .split('\n')
      .find((line) => line.startsWith(`| \`${field}\` `));
    expect(row?.split('|').map((cell) => cell.trim())).toContain(text);
  });
});
