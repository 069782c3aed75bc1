/** What an installed openssl is, from what `openssl version` prints; older and foreign ones are refused with the reason. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { isMlDsa, type MlDsa } from '../pki/key-spec.ts';

/** Why an openssl cannot be used; `binary` is the program as it is run, `version` names product and number. */
export type OpensslFault =
  | { readonly kind: 'no-version'; readonly binary: string; readonly printed: string }
  | { readonly kind: 'not-openssl'; readonly binary: string; readonly version: string }
  | { readonly kind: 'too-old'; readonly binary: string; readonly version: string }
  /** It has no ML-DSA (FIPS 204), and `entity` is to have such a key. */
  | {
      readonly kind: 'no-ml-dsa';
      readonly binary: string;
      readonly version: string;
      readonly entity: EntityId;
      readonly key: MlDsa;
    }
  /** It starts and fails, because one of its libraries is missing, say; `words` is the last line of its output. */
  | { readonly kind: 'broken'; readonly binary: string; readonly problem: string; readonly words: string }
  /** It could not be run at all. */
  | { readonly kind: 'missing'; readonly binary: string };

/** An openssl that can be used, by product and version (`OpenSSL 3.0.19`), or why it cannot. */
export type Capability =
  | { readonly ok: true; readonly version: string }
  | { readonly ok: false; readonly fault: OpensslFault };

/** Whether an OpenSSL of that version, 3.0 or later, has ML-DSA. @param version `3.5.9`, or as openssl says it. */
export function hasMlDsa(version: string): boolean {
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 3 || Number(minor) >= 5;
}

/** Why an openssl that can be used is not enough for these entities; `undefined` where it is. */
export function lackingMlDsa(
  entities: readonly Pick<Entity, 'id' | 'key'>[],
  { version, binary }: { readonly version: string; readonly binary: string },
): OpensslFault | undefined {
  if (hasMlDsa(version)) return undefined;
  for (const { id, key } of entities)
    if (isMlDsa(key.algorithm)) return { kind: 'no-ml-dsa', binary, version, entity: id, key: key.algorithm };
  return undefined;
}

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
