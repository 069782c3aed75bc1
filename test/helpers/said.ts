/** What is said of a manifest, in short: for tables of what is a mistake, where, and what is right. */
import type { Diagnostic } from '../../src/manifest/diagnostic.ts';
import { loadManifest } from '../../src/resolve/load.ts';

/** All findings: warnings of a good manifest, mistakes and warnings of another. */
export function diagnosticsOf(text: string): readonly Diagnostic[] {
  const loaded = loadManifest(text, 'pki.yaml');
  return loaded.ok ? loaded.warnings : loaded.diagnostics;
}

/** The text that a finding points at, and what it says; of a warning with a question mark in front. */
export function said(text: string, words = /^.*$/): readonly string[] {
  const lines = text.split('\n');
  return diagnosticsOf(text).map(({ line, col, length, severity, message }) => {
    const at = lines[line - 1]?.slice(col - 1, col - 1 + length);
    return `${severity === 'warning' ? '? ' : ''}${at} | ${words.exec(message)?.[0] ?? message}`;
  });
}
