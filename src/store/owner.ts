/** Whose files this program relies on, and who might replace those of others. */

/** What of the environment decides whom to trust. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Names users, by number and separated by commas, whose `.pki` is relied on as if it were our own. */
export const TRUST_OWNER = 'PKI_TRUST_OWNER';

/**
 * Users whose files may be relied on: the one who runs this, root, who can do everything anyway, and for root the one
 * who called sudo; others only where the environment names them. `null`: a system without users.
 */
export function trustedOwners(environment: Environment, uid: number | undefined): ReadonlySet<number> | null {
  if (uid === undefined) return null;
  const caller = uid === 0 ? numbers(environment['SUDO_UID']) : [];
  return new Set([uid, 0, ...caller, ...numbers(environment[TRUST_OWNER])]);
}

function numbers(text = ''): readonly number[] {
  return text.split(',').flatMap((word) => (/^\s*\d+\s*$/.test(word) ? [Number(word)] : []));
}

let known: ReadonlySet<number> | null | undefined;

/** The same for this process. */
export function isTrusted(uid: number): boolean {
  known ??= trustedOwners(process.env, process.geteuid?.());
  return known?.has(uid) ?? true;
}
