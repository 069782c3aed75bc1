/** Secrets in files outside of the manifest's folder: each has to be allowed on the command line. */
import type { Report } from '../manifest/report.ts';
import type { Setting } from '../manifest/settings.ts';
import { type AllowedPaths, isAbsolute, isAllowed } from '../pki/allowed-paths.ts';
import { quote } from '../pki/printable.ts';
import { type SecretSource, secretSourceText } from '../pki/secret-source.ts';
import type { Draft } from './draft.ts';
import { absoluteHint } from './side-fault.ts';

/** An error for each, once where it is written: before anything looks at the file, and whether or not it is there. */
export function checkAbsolutePaths(drafts: readonly Draft[], allowed: AllowedPaths, report: Report): void {
  const seen = new Set<number>();
  for (const draft of drafts) {
    for (const [setting, source] of secretsIn(draft)) {
      if (source?.kind !== 'file' || !isAbsolute(source.path) || isAllowed(source.path, allowed)) continue;
      const at = draft.place(setting, secretSourceText(source));
      if (seen.has(at.start)) continue;
      seen.add(at.start);
      report.error({
        code: 'secret',
        at,
        message: `password file ${quote(source.path)} is an absolute path`,
        hint: absoluteHint(source.path),
      });
    }
  }
}

/** All that an entry names, by the setting in which it does. */
function secretsIn({ settings, token }: Draft): readonly (readonly [Setting, SecretSource | undefined])[] {
  return [
    ['passphrase', settings.passphrase],
    ['previousPassphrase', settings.previousPassphrase],
    ['key', token?.pin],
    ...Object.values(settings.outputs.seals).map(({ password }) => ['outputs', password] as const),
  ];
}
