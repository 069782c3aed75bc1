/** Why the manifest itself cannot be read, and which file to name instead. */
import { shownPath } from '../openssl/shell.ts';
import { unreachable } from '../pki/entity.ts';
import { quote } from '../pki/printable.ts';
import type { Advice } from './advice.ts';

/** The manifest where none is named: a file in the working directory. */
export const DEFAULT_MANIFEST = 'pki.yaml';

/** `path` is the manifest as it was named, `size` in octets. */
export type ManifestFault =
  /** `twin`: the same name with the other of `.yaml` and `.yml`, where that is a file. */
  | { readonly kind: 'missing'; readonly path: string; readonly twin: string | null }
  /** A link, and where that is out of its folder. */
  | { readonly kind: 'stray-link'; readonly path: string; readonly target: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly code: string }
  | { readonly kind: 'too-large'; readonly path: string; readonly size: number };

/** For a folder in the place of a manifest: the usual one in it. */
export function folderText(path: string): Advice {
  const file = `${path.replace(/\/+$/, '')}/${DEFAULT_MANIFEST}`;
  return { problem: `"${path}" is a folder`, hint: `name the manifest in it: ${shownPath(file)}` };
}

const READABLE = 'name a readable YAML file';

/** Both lines of the error. */
export function manifestFaultText(fault: ManifestFault): Advice {
  switch (fault.kind) {
    case 'missing':
      return { problem: `there is no manifest "${fault.path}"`, hint: missingHint(fault.twin) };
    case 'stray-link':
      return {
        problem: `"${fault.path}" is a link that leads out of its folder, to "${fault.target}"`,
        hint: 'name the manifest itself, or put it where the link is',
      };
    case 'folder':
      return folderText(fault.path);
    case 'unreadable':
      return { problem: `"${fault.path}" cannot be read (${fault.code})`, hint: READABLE };
    case 'too-large':
      return {
        problem: `"${fault.path}" holds ${Math.ceil(fault.size / 1024 / 1024)} MB or more, and a manifest may hold 5`,
        hint: 'split it into several manifests, each with its own output folder',
      };
    default:
      return unreachable(fault);
  }
}

function missingHint(twin: string | null): string {
  return twin === null
    ? 'name a manifest ("pki plan path/to/pki.yaml"), or let "pki init" write one to begin with'
    : `there is "${twin}": name that`;
}

/** Why a path cannot be one of those that a manifest may name. @param why `is no absolute path`. */
export function unallowableText(path: string, why: string): Advice {
  return {
    problem: `${quote(path)} cannot be allowed: it ${why}`,
    hint: 'name a folder or a file by its whole path, such as "--allow-path /run/secrets"',
  };
}

/** Neither a path nor an object was given. */
export const NO_SOURCE: Advice = {
  problem: 'no manifest is given',
  hint: 'name its file ("pki.yaml"), or pass its content as { manifest } or { text }',
};

/** A manifest given as an object that holds what no manifest can. */
export function objectFaultText(path: string, what: string): Advice {
  return {
    problem: `${path === '' ? 'the manifest' : `${JSON.stringify(path)} of the manifest`} is ${what}`,
    hint: 'a manifest holds texts, numbers, true and false, lists and plain objects',
  };
}
