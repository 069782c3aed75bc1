/** The text of a manifest → the inventory it describes, or everything that is wrong with it. */
import type { Diagnostic } from '../manifest/diagnostic.ts';
import { parseManifest } from '../manifest/parse.ts';
import { isRecognized, redacted } from '../manifest/recognize.ts';
import { reportOn } from '../manifest/report.ts';
import { markOf, sourceOf } from '../manifest/source.ts';
import type { Inventory } from '../pki/entity.ts';
import { NO_SIDE_FILES, type SideFiles } from '../pki/side-file.ts';
import { resolve } from './resolve.ts';

/** Warnings come with an inventory, or among the errors that prevent one. */
export type Loaded =
  | { readonly ok: true; readonly inventory: Inventory; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Reads a manifest. `file` is only its name in messages. @param files those beside it that it names. */
export function loadManifest(text: string, file: string, files: SideFiles = NO_SIDE_FILES): Loaded {
  const content = text.slice(markOf(text).length);
  const source = sourceOf(content, file);
  const report = reportOn(source);
  const parsed = parseManifest(source, report);
  const inventory = parsed && resolve(parsed, report, files);
  if (inventory === undefined || report.failed()) {
    const diagnostics = report.diagnostics();
    return { ok: false, diagnostics: isRecognized(content) ? diagnostics : redacted(diagnostics) };
  }
  if (inventory.entities.length === 0) {
    const hint = 'add "authorities: { root: { commonName: Example Root CA } }"';
    report.warn({ code: 'nothing', at: { start: 0, end: 0 }, message: 'manifest has no entries', hint });
  }
  const { allowed } = files;
  return {
    ok: true,
    inventory: allowed.length === 0 ? inventory : { ...inventory, allowedPaths: allowed },
    warnings: report.diagnostics(),
  };
}
