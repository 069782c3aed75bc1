/** What an installed openssl is, from what `openssl version` prints; older and foreign ones are refused with the reason. */

/** Why an openssl cannot be used; `binary` is the program as it is run, `version` names product and number. */
export type OpensslFault =
  | { readonly kind: 'no-version'; readonly binary: string; readonly printed: string }
  | { readonly kind: 'not-openssl'; readonly binary: string; readonly version: string }
  | { readonly kind: 'too-old'; readonly binary: string; readonly version: string }
  /** It starts and fails, because one of its libraries is missing, say; `words` is the last line of its output. */
  | { readonly kind: 'broken'; readonly binary: string; readonly problem: string; readonly words: string }
  /** It could not be run at all. */
  | { readonly kind: 'missing'; readonly binary: string };

/** An openssl that can be used, by product and version (`OpenSSL 3.0.19`), or why it cannot. */
export type Capability =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly fault: OpensslFault };

/**
 * The algorithm that a call asked for and that the program does not have, in openssl's spelling: left out when it was
 * built, or disabled by FIPS mode. @param stderr the call's output.
 */
export function lackingAlgorithm(stderr: string): string | undefined {
  return /:unsupported:.*\bAlgorithm \(([^ )]+) :/.exec(stderr)?.[1];
}

/** @param printed standard output of `openssl version`. */
export function capabilityOf(printed: string, binary: string): Capability {
  const line = printed.trim().split('\n')[0] ?? '';
  const match = /^(\S+) (\d+)\.(\d+)(\S*)/.exec(line);
  if (match === null) return { ok: false, fault: { kind: 'no-version', binary, printed: line } };
  const [, product = '', major = '0', minor = '0', rest = ''] = match;
  const version = `${product} ${major}.${minor}${rest}`;
  // LibreSSL writes private keys 0644, ignores -subj after `prompt = no`, and has no `rand_serial`.
  if (product !== 'OpenSSL') return { ok: false, fault: { kind: 'not-openssl', binary, version } };
  if (Number(major) < 3) return { ok: false, fault: { kind: 'too-old', binary, version } };
  return { ok: true, version };
}
