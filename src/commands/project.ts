/** Opening the manifest, with all that can be wrong with it said at once. */
import { openProject, type Project } from '../index.ts';
import type { Diagnostic, Styler } from '../manifest/diagnostic.ts';
import type { Style } from '../report/style.ts';
import type { Console } from './console.ts';

export const DEFAULT_MANIFEST = 'pki.yaml';

/** The project, or `undefined` once everything that is wrong has been said. */
export async function openOrExplain(manifest: string, console: Console): Promise<Project | undefined> {
  const opened = await openProject(manifest);
  if (opened.ok) {
    await say(opened.project.warnings, console);
    return opened.project;
  }
  if ('diagnostics' in opened) await say(opened.diagnostics, console);
  else {
    console.error(opened.problem);
    console.hint(opened.hint);
  }
  return undefined;
}

async function say(diagnostics: readonly Diagnostic[], console: Console): Promise<void> {
  if (diagnostics.length === 0) return;
  const { formatDiagnostics } = await import('../manifest/diagnostic.ts');
  process.stderr.write(`${formatDiagnostics(diagnostics, toneOf(console.errorStyle))}\n`);
}

function toneOf(style: Style): Styler {
  return (text, tone) => {
    if (tone === 'error' || tone === 'caret') return style.bad(text);
    if (tone === 'warning') return style.warn(text);
    return tone === 'excerpt' ? style.faint(text) : text;
  };
}
