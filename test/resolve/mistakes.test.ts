// Each case of mistakes/*.txt is a manifest and, below `--- says`, everything that is said about it.
// After a deliberate change of wording: `npx vitest run test/resolve/mistakes -u`, and read the difference.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DIAGNOSTIC_CODES, formatDiagnostics } from '../../src/manifest/diagnostic.ts';
import { loadManifest } from '../../src/resolve/load.ts';

interface Case {
  readonly title: string;
  readonly yaml: string;
}

const FOLDER = join(import.meta.dirname, 'mistakes');
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.txt'));

function casesOf(file: string): Case[] {
  const parts = readFileSync(join(FOLDER, file), 'utf8').split(/^=== /m).slice(1);
  return parts.map((part) => {
    const [head = ''] = part.split(/^--- says$/m);
    const [title = '', ...lines] = head.split('\n');
    return { title, yaml: lines.join('\n') };
  });
}

function diagnosticsOf(yaml: string) {
  const loaded = loadManifest(yaml, 'pki.yaml');
  return loaded.ok ? loaded.warnings : loaded.diagnostics;
}

function render({ title, yaml }: Case): string {
  return `=== ${title}\n${yaml}--- says\n${formatDiagnostics(diagnosticsOf(yaml))}\n`;
}

describe('mistakes', () => {
  for (const file of FILES) {
    it(`${file}: each is located, quoted and hinted at`, async () => {
      const rendered = casesOf(file).map(render).join('');
      await expect(rendered).toMatchFileSnapshot(join(FOLDER, file));
    });

    it.each(casesOf(file))(`${file}: $title: is a mistake`, ({ title, yaml }) => {
      const loaded = loadManifest(yaml, 'pki.yaml');
      expect(loaded.ok).toBe(title.startsWith('warning: '));
      expect(diagnosticsOf(yaml)).not.toEqual([]);
    });
  }

  it('has a case for every code but the ones that take a hostile manifest', () => {
    const hostile = ['too-large', 'encoding', 'too-deep', 'too-many-nodes', 'too-many'];
    const seen = new Set(
      FILES.flatMap(casesOf)
        .flatMap(({ yaml }) => diagnosticsOf(yaml))
        .map(({ code }) => code),
    );
    expect(DIAGNOSTIC_CODES.filter((code) => !seen.has(code))).toEqual(hostile);
    expect([...seen].filter((code) => !DIAGNOSTIC_CODES.includes(code))).toEqual([]);
  });
});
