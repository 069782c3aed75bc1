/** Names of files as evidence: which key belongs to which certificate, and which pattern describes many. */
import { NAME_PATTERN, parseLayoutPath } from '../manifest/folder.ts';
import { folderOf } from '../pki/files.ts';

const EXTENSION = /\.(pem|crt|cer|cert|key|csr|req|pub|chain)$/i;
const ROLE_AFTER = /[-_.](key|cert|crt|certificate|private|priv|privkey|pub)$/i;
const ROLE_BEFORE = /^(key|cert|crt|priv|privkey)[-_.]/i;
/** Names that say what a file contains, not whose it is. */
const ROLE = /^(key|cert|crt|certificate|privkey|private|priv|public|pub|req|csr|request)$/i;
/** openssl's demoCA, and its imitators. */
const DEMO_CA = /^ca(key|cert)$/i;
/** Folders of copies and of retired files. */
const COPIES = /^(certs_by_serial|newcerts|archive|backups?|old|renewed|revoked|inline|previous)$/i;
/** A folder for what is revoked, such as `revoked` of easy-rsa or `revoked_certs`; `not-revoked` and `non_revoked` say the contrary. */
const REVOKED = /(?<![a-z0-9]|(?<![a-z0-9])no[nt][^a-z0-9])revoked(?![a-z0-9])/i;
/** Names of folders that say nothing about a single entity. */
const CONTAINER =
  /^(certs?|certificates|private|keys?|issued|reqs|csr|ssl|tls|pki|servers?|clients?|peers?|authorities)$/i;
/** Names of files that repeat in the folder of every host. */
const WEAK = /^(tls|server|client|ca|host|node|peer|ssl|localhost)$/i;
const BUNDLE = /chain|bundle/i;

/** The last part of a path. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The owner of a file by its name: `web` for `private/web-key.pem`; empty for a name such as `key.pem`. */
export function stemOf(path: string): string {
  let stem = baseOf(path);
  while (EXTENSION.test(stem)) stem = stem.replace(EXTENSION, '');
  stem = stem.replace(ROLE_AFTER, '').replace(ROLE_BEFORE, '');
  if (DEMO_CA.test(stem)) return 'ca';
  return ROLE.test(stem) ? '' : stem;
}

/** How well the names of a certificate's file and a key's file match; more is better. */
export function nearness(certPath: string, keyPath: string): number {
  const sameStem = stemOf(certPath).toLowerCase() === stemOf(keyPath).toLowerCase();
  const sameFolder = folderOf(certPath) === folderOf(keyPath);
  const copies = [certPath, keyPath].filter((path) => isCopy(path)).length;
  return (sameStem ? 4 : 0) + (sameFolder ? 3 : 0) - 8 * copies - (BUNDLE.test(baseOf(certPath)) ? 2 : 0);
}

/** Whether a file is in a folder of copies, or of what was retired. */
export function isCopy(path: string): boolean {
  return foldersOf(path).some((folder) => COPIES.test(folder));
}

/** Whether a file has the name of a private key. */
export function isKeyPath(path: string): boolean {
  return /key[^/]*$|\.(der|p8|pk8)$/i.test(path);
}

/** Whether a file is below a folder for what is revoked. */
export function isRevokedPath(path: string): boolean {
  return foldersOf(path).some((folder) => REVOKED.test(folder));
}

function foldersOf(path: string): readonly string[] {
  return path.split('/').slice(0, -1);
}

/** A name for the entity of these two files; empty where they suggest none. */
export function nameFromPaths(certPath: string, keyPath: string, alone: boolean): string {
  const folder = folderOf(certPath);
  const own = alone && folder !== '.' && folder === folderOf(keyPath) ? baseOf(folder) : '';
  const stem = stemOf(certPath) || stemOf(keyPath);
  if (own !== '' && !CONTAINER.test(own) && (stem === '' || WEAK.test(stem))) return own;
  return stem;
}

const NAME = new RegExp(NAME_PATTERN);

/** A text as the name of an entry; empty if nothing usable is left. */
export function entryName(text: string): string {
  const name = text
    .replace(/^\*\./, 'wildcard.')
    .replaceAll(/[^A-Za-z0-9._@+-]+/g, '-')
    .replace(/^[^A-Za-z0-9_]+/, '')
    .slice(0, 64)
    .replace(/[^A-Za-z0-9_@+]+$/, '');
  return NAME.test(name) ? name : '';
}

/** Why a manifest cannot name a file. */
export type PathFault =
  | { readonly kind: 'braces' }
  | { readonly kind: 'not-utf8' }
  /** `message` is the diagnostic that the path would get. */
  | { readonly kind: 'invalid'; readonly message: string }
  | { readonly kind: 'written-differently' }
  | { readonly kind: 'case-twin' };

/** The fault of a path by itself, or `null`. */
export function pathFault(path: string): PathFault | null {
  if (/[{}]/.test(path)) return { kind: 'braces' };
  if (path.includes('\ufffd')) return { kind: 'not-utf8' };
  const parsed = parseLayoutPath(path);
  if (!parsed.ok) return { kind: 'invalid', message: parsed.problem.message };
  return parsed.value === path ? null : { kind: 'written-differently' };
}

/** Replaces the entry's name by `{name}`, except within longer words. */
export function patternOf(path: string, name: string): string {
  const literal = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return path.replaceAll(new RegExp(`(?<![A-Za-z0-9])${literal}(?![A-Za-z0-9])`, 'g'), '{name}');
}

/** A pattern with the entry's name in it. */
export function filled(pattern: string, section: string, name: string): string {
  return pattern.replaceAll('{section}', section).replaceAll('{name}', name);
}
