/** Layouts that cannot be: two entries that would write one file, and folders that cannot hold links. */
import { PATH_LIMIT } from '../manifest/folder.ts';
import type { Report } from '../manifest/report.ts';
import { ALL_ARTIFACTS, type Artifact } from '../pki/artifact.ts';
import { entityFolder, filePath, foldedPath } from '../pki/files.ts';
import { leadsIntoGit } from '../pki/git.ts';
import { quote } from '../pki/printable.ts';
import { isSlot } from '../pki/split.ts';
import { type Draft, draftText } from './draft.ts';

function isAsked(draft: Draft, file: Artifact): boolean {
  if (file === 'previous') return true;
  if (file === 'crl' || file === 'former-crls')
    return draft.kind === 'authority' && draft.settings.crl?.list !== undefined;
  return draft.settings.outputs.files.includes(file);
}

/** What an entry has to itself, each path below the output folder. */
function claimsOf(draft: Draft): readonly Claim[] {
  const isRoot = draft.kind === 'authority' && draft.issuer === undefined;
  // A root has no chain, and only roots have previous certificates.
  const never = isRoot ? 'chain' : 'previous';
  return ALL_ARTIFACTS.flatMap((file) => {
    const isWritten = file !== never && isAsked(draft, file);
    // In its usual folder an entry also removes what is no longer asked for (pki/files.ts, isManaged).
    if (!isWritten && draft.layout !== undefined) return [];
    return [{ draft, file, path: filePath(draft, file), isWritten }];
  });
}

/** Reports every file that is claimed twice. Without layouts, names alone keep entries apart (manifest/names.ts). */
export function checkLayouts(drafts: readonly Draft[], report: Report): void {
  if (drafts.every(({ layout }) => layout === undefined)) return;
  checkLinkFolders(drafts, report);
  const all = drafts.flatMap(claimsOf);
  const written = all.filter(({ isWritten }) => isWritten);
  const owners = new Map<string, Draft>();
  const usual = new Map(
    all.filter(({ isWritten }) => !isWritten).map(({ draft, path }) => [foldedPath(path), draft]),
  );
  const folders = foldersOf(all);
  // One report for an entry whose whole folder is impossible.
  const reported = new Set<Draft>();
  // One for all files of `split`, which have one pattern.
  const split = new Set<Draft>();
  for (const claim of written) {
    const { draft, path } = claim;
    const owner = owners.get(foldedPath(path));
    owners.set(foldedPath(path), owner ?? draft);
    const problem =
      clash(draft, owner) ??
      usualProblem(usual.get(foldedPath(path))) ??
      folderProblem(draft, folders.get(foldedPath(path)));
    const own = problem === undefined && !reported.has(draft) ? pathProblem(path) : undefined;
    if (own !== undefined) reported.add(draft);
    const found = problem ?? own;
    if (found === undefined || (isSlot(claim.file) && split.has(draft))) continue;
    if (isSlot(claim.file)) split.add(draft);
    reportFile(claim, found, report);
  }
}

/** A file that is an entry's own. */
interface Claim {
  readonly draft: Draft;
  readonly file: Artifact;
  readonly path: string;
  /** Else it would be removed. */
  readonly isWritten: boolean;
}

interface Found {
  readonly why: string;
  readonly hint: string;
  /** The entry that claims the path as well. */
  readonly other?: Draft;
}

function clash(draft: Draft, owner: Draft | undefined): Found | undefined {
  if (owner === undefined) return undefined;
  const hint = 'put "{name}" into the file names, or leave the file out with "outputs"';
  if (owner === draft) return { why: 'and another of its files to the same path', hint };
  return { why: `and so would ${draftText(owner)}`, hint, other: owner };
}

function usualProblem(owner: Draft | undefined): Found | undefined {
  if (owner === undefined) return undefined;
  const why = `and ${draftText(owner)} would remove it as a file that is not among its outputs`;
  return { why, hint: 'give the file another name, or the entry another "folder"', other: owner };
}

function folderProblem(draft: Draft, owner: Draft | undefined): Found | undefined {
  if (owner === undefined) return undefined;
  const others = owner === draft ? 'its other files' : `files of ${draftText(owner)}`;
  return { why: `which is also a folder for ${others}`, hint: 'give the file another name' };
}

/** Longest name that file systems take, in octets (NAME_MAX of Linux and macOS). */
const LONGEST = 255;

/** What only the whole path shows, with the placeholders filled in. */
function pathProblem(path: string): Found | undefined {
  const hint = 'give it a different "folder" or different "files"';
  const [first = ''] = foldedPath(path).split('/');
  if (['.pki', '.gitignore'].includes(first)) return { why: 'a name that is reserved for pki itself', hint };
  if (leadsIntoGit(path)) return { why: 'in the folder of git, whose files are settings and programs', hint };
  if (Buffer.byteLength(path) > PATH_LIMIT) return { why: `a path of more than ${PATH_LIMIT} octets`, hint };
  const isLong = path.split('/').some((part) => Buffer.byteLength(part) > LONGEST);
  return isLong ? { why: `a name of more than ${LONGEST} octets`, hint } : undefined;
}

function reportFile({ draft, file, path }: Claim, { why, hint, other }: Found, report: Report): void {
  report.error({
    code: 'layout',
    at: draft.at('files'),
    message: `${draftText(draft)} would write ${quote(path)} (${file}), ${why}`,
    hint,
    ...(other && { related: [{ at: other.at('files'), message: 'the other entry' }] }),
  });
}

/** Every folder that files are in, and whose they are. */
function foldersOf(all: readonly Claim[]): ReadonlyMap<string, Draft> {
  const folders = new Map<string, Draft>();
  for (const { draft, path } of all) {
    const parts = foldedPath(path).split('/');
    for (let length = 1; length < parts.length; length++)
      folders.set(parts.slice(0, length).join('/'), draft);
  }
  return folders;
}

/** Behind links, a folder is switched as a whole: it must be one, the entry's own, and without folders in it. */
function checkLinkFolders(drafts: readonly Draft[], report: Report): void {
  const owners = new Map<string, Draft>();
  const linked = drafts.filter((draft) => draft.settings.publish === 'symlinks' && draft.isKnown('publish'));
  for (const draft of linked) {
    const folder = entityFolder(draft);
    const owner = owners.get(foldedPath(folder));
    owners.set(foldedPath(folder), owner ?? draft);
    const why = linkProblem(draft) ?? (owner && `shares its folder with ${draftText(owner)}`);
    if (why !== undefined) reportLinks(draft, why, report);
  }
}

function linkProblem({ layout }: Draft): string | undefined {
  if (layout?.folder === '.') return 'has no folder of its own';
  const names = Object.values(layout?.files ?? {});
  const nested = names.find((name) => name.includes('/'));
  if (nested !== undefined) return `has ${quote(nested)} in a subfolder`;
  const taken = names.find((name) => name.startsWith('..'));
  return taken === undefined
    ? undefined
    : `has a file ${quote(taken)}, a name that is reserved for the links`;
}

function reportLinks(draft: Draft, why: string, report: Report): void {
  report.error({
    code: 'layout',
    about: draftText(draft),
    at: draft.at('publish'),
    message: `${draftText(draft)} is published through symbolic links, but ${why}`,
    hint: 'give it a "folder" of its own with all its files in it, or write "publish: files"',
  });
}
