/** What an installed openssl is, from what `openssl version` prints; older and foreign ones are refused with the reason. */
import { visible } from '../pki/printable.ts';

/** An openssl that will do, by product and version (`OpenSSL 3.0.19`), or why it will not and what to do about it. */
export type Capability =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly problem: string; readonly hint: string };

const INSTALL =
  'install OpenSSL 3: "apt install openssl", "dnf install openssl", "apk add openssl", "brew install openssl@3"; or name it in PKI_OPENSSL';

/** @param printed standard output of `openssl version`. */
export function capabilityOf(printed: string): Capability {
  const line = printed.trim().split('\n')[0] ?? '';
  const match = /^(\S+) (\d+)\.(\d+)(\S*)/.exec(line);
  if (match === null)
    return {
      ok: false,
      problem: `"openssl version" printed "${visible(line)}", which names no version`,
      hint: INSTALL,
    };
  const [, product = '', major = '0', minor = '0', rest = ''] = match;
  const version = `${product} ${major}.${minor}${rest}`;
  if (product !== 'OpenSSL') {
    // LibreSSL writes private keys 0644, ignores -subj after `prompt = no`, and has no `rand_serial`.
    return {
      ok: false,
      problem: `${version} is not OpenSSL, and differs from it where it matters`,
      hint: INSTALL,
    };
  }
  if (Number(major) < 3)
    return { ok: false, problem: `${version} is too old: 3.0 is the oldest that works`, hint: INSTALL };
  return { ok: true, version };
}

/** Where the program is there and ends badly, because a library of its own is missing, say. `words` are its own. */
export function brokenOpenssl(name: string, problem: string, words: string): Capability {
  const said = words === '' ? '' : `, saying "${words}"`;
  return { ok: false, problem: `"${name}" does not work: ${problem}${said}`, hint: INSTALL };
}

/** Where the program itself could not be run. */
export function missingOpenssl(name: string): Capability {
  return { ok: false, problem: `"${name}" was not found or cannot be run`, hint: INSTALL };
}
