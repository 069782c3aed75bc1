/** Two entries that would write one file: possible only where a layout is given. */
import type { ParsedManifest } from '../manifest/parse.ts';
import { quote } from '../manifest/printable.ts';
import type { Report } from '../manifest/report.ts';
import { type Draft, draftText, fieldSpan } from './draft.ts';
import { ARTIFACTS } from './entity.ts';

const FILES = [...ARTIFACTS, 'previous'] as const;
type File = (typeof FILES)[number];

/** Disks of macOS and Windows do not tell `API.pem` from `api.pem`. */
function identity(path: string): string {
  return path.toLowerCase();
}

/** What an entry would write, each path below the output folder. */
function pathsOf(draft: Draft): readonly (readonly [File, string])[] {
  const { layout, outputs } = draft;
  const isRoot = draft.kind === 'authority' && draft.written.issuer === undefined;
  const written = FILES.filter((file) => (file === 'previous' ? isRoot : outputs.includes(file)));
  const folder = layout?.folder ?? draft.id;
  return written.map((file) => {
    const name = layout?.files[file] ?? `${file}.pem`;
    return [file, folder === '.' ? name : `${folder}/${name}`];
  });
}

/** Reports every file that is claimed twice. Without layouts, names alone keep entries apart (manifest/names.ts). */
export function checkLayouts(drafts: readonly Draft[], parsed: ParsedManifest, report: Report): void {
  if (drafts.every(({ layout }) => layout === undefined)) return;
  const owners = new Map<string, Draft>();
  for (const draft of drafts) {
    for (const [file, path] of pathsOf(draft)) {
      const owner = owners.get(identity(path));
      owners.set(identity(path), owner ?? draft);
      if (owner !== undefined) reportClash(draft, owner, file, path, parsed, report);
    }
  }
}

function reportClash(
  draft: Draft,
  owner: Draft,
  file: File,
  path: string,
  { tree }: ParsedManifest,
  report: Report,
): void {
  const both = owner === draft ? 'twice' : `and so would ${draftText(owner)}`;
  const span = (of: Draft) => fieldSpan(tree, of, 'files');
  report.error({
    code: 'layout',
    at: span(draft),
    message: `${draftText(draft)} would write ${quote(path)} (${file}), ${both}`,
    hint: 'put "{name}" into the file names, or leave the file out with "outputs"',
    ...(owner === draft ? {} : { related: [{ at: span(owner), message: 'the other one' }] }),
  });
}
