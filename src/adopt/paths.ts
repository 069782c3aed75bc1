/** What the names of files tell: which key goes with which certificate, and how one pattern describes many. */
import { NAME_PATTERN, parseLayoutPath } from '../manifest/folder.ts';
import { folderOf } from '../pki/files.ts';

const EXTENSION = /\.(pem|crt|cer|cert|key|csr|req|pub|chain)$/i;
const ROLE_AFTER = /[-_.](key|cert|crt|certificate|private|priv|privkey|pub)$/i;
const ROLE_BEFORE = /^(key|cert|crt|priv|privkey)[-_.]/i;
/** Names of files that say what is in them, not whose it is. */
const ROLE = /^(key|cert|crt|certificate|privkey|private|priv|public|pub|req|csr|request)$/i;
/** openssl's demoCA, and what copied it. */
const DEMO_CA = /^ca(key|cert)$/i;
/** Folders of copies: what is in them is not what is in use. */
const ATTIC = /^(certs_by_serial|newcerts|archive|backups?|old|renewed|revoked|inline|previous)$/i;
/** Names of folders for many, and so of nobody. */
const CONTAINER =
  /^(certs?|certificates|private|keys?|issued|reqs|csr|ssl|tls|pki|servers?|clients?|peers?|authorities)$/i;
/** Names that every host's folder has. */
const WEAK = /^(tls|server|client|ca|host|node|peer|ssl|localhost)$/i;
const BUNDLE = /chain|bundle/i;

/** What follows the last slash; the whole where there is none. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whose file it is by its name: `web` of `private/web-key.pem`; empty where the name says only what is in it. */
export function stemOf(path: string): string {
  let stem = baseOf(path);
  while (EXTENSION.test(stem)) stem = stem.replace(EXTENSION, '');
  stem = stem.replace(ROLE_AFTER, '').replace(ROLE_BEFORE, '');
  if (DEMO_CA.test(stem)) return 'ca';
  return ROLE.test(stem) ? '' : stem;
}

/** How well a certificate's file and a key's file go together by their names; more is better. */
export function nearness(certPath: string, keyPath: string): number {
  const sameStem = stemOf(certPath).toLowerCase() === stemOf(keyPath).toLowerCase();
  const sameFolder = folderOf(certPath) === folderOf(keyPath);
  const inAttic = [certPath, keyPath].filter((path) => isAttic(path)).length;
  return (sameStem ? 4 : 0) + (sameFolder ? 3 : 0) - 8 * inAttic - (BUNDLE.test(baseOf(certPath)) ? 2 : 0);
}

function isAttic(path: string): boolean {
  return path
    .split('/')
    .slice(0, -1)
    .some((segment) => ATTIC.test(segment));
}

/** A name for the entity of these two files, as good as they give one; empty where they give none. */
export function nameFromPaths(certPath: string, keyPath: string, alone: boolean): string {
  const folder = folderOf(certPath);
  const own = alone && folder !== '.' && folder === folderOf(keyPath) ? baseOf(folder) : '';
  const stem = stemOf(certPath) || stemOf(keyPath);
  if (own !== '' && !CONTAINER.test(own) && (stem === '' || WEAK.test(stem))) return own;
  return stem;
}

const NAME = new RegExp(NAME_PATTERN);

/** The same as a name of an entry; empty where nothing is left. */
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

/** What is wrong with a path by itself, or `null`. */
export function pathFault(path: string): PathFault | null {
  if (/[{}]/.test(path)) return { kind: 'braces' };
  if (path.includes('\ufffd')) return { kind: 'not-utf8' };
  const parsed = parseLayoutPath(path);
  if (!parsed.ok) return { kind: 'invalid', message: parsed.problem.message };
  return parsed.value === path ? null : { kind: 'written-differently' };
}

/** `{name}` for the entry's name, where it stands by itself. */
export function patternOf(path: string, name: string): string {
  const literal = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return path.replaceAll(new RegExp(`(?<![A-Za-z0-9])${literal}(?![A-Za-z0-9])`, 'g'), '{name}');
}

/** A pattern with the entry's name in it. */
export function filled(pattern: string, section: string, name: string): string {
  return pattern.replaceAll('{section}', section).replaceAll('{name}', name);
}
