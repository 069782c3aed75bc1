/** Kinds of keys that are sound and yet refused by common TLS libraries: no entry should get one by default. */
import type { Report } from '../manifest/report.ts';
import { groupBy } from '../pki/group.ts';
import { keySpecText, ML_DSA } from '../pki/key-spec.ts';
import { quote } from '../pki/printable.ts';
import { type Draft, draftText } from './draft.ts';

const BORING = 'BoringSSL (gRPC, Envoy, Chromium)';
const OF_AUTHORITY = ' as that of an authority';
const NO_PSS_KEYS = ['Go', 'pyca', BORING, 'rustls', 'mbed TLS 2.28', `Erlang/OTP 25${OF_AUTHORITY}`];

/** Who refuses certificates for keys of a kind: seen in handshakes, as verifiers (NSS 3.87, LibreSSL 4.3), and when loading. */
export const REFUSED_BY: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries([2048, 3072, 4096].map((size) => [`rsa-pss-${size}`, NO_PSS_KEYS])),
  ...Object.fromEntries(ML_DSA.map((kind) => [kind, ['nearly all but OpenSSL 3.5']])),
  'ecdsa-p521': [BORING, 'rustls with ring'],
  ed25519: [
    BORING,
    'NSS',
    'Java 11',
    'Erlang/OTP 25 by TLS 1.2',
    'mbed TLS 2.28',
    'the PEM loader of Kafka',
    `pyca${OF_AUTHORITY}`,
  ],
  ed448: [
    BORING,
    'rustls',
    'NSS',
    'LibreSSL',
    'Erlang/OTP 25 by TLS 1.2',
    'mbed TLS 2.28',
    'the PEM loader of Kafka',
    `pyca${OF_AUTHORITY}`,
  ],
};

/** Keys without which these shake hands, while certificates that one has signed are fine. */
const VERIFIED_BY: Readonly<Record<string, readonly string[]>> = { 'ecdsa-p521': [BORING] };

/** Whether a library refuses servers with such a key, or those below an authority with one. */
export function refusesKey(library: string, key: string, of: 'leaf' | 'authority'): boolean {
  const refused = REFUSED_BY[key] ?? [];
  if (of === 'leaf') return refused.includes(library);
  if (refused.includes(`${library}${OF_AUTHORITY}`)) return true;
  return refused.includes(library) && VERIFIED_BY[key]?.includes(library) !== true;
}

/** Warns, once for each kind, where it is inherited: a key that an entry states was chosen for that entry. */
export function checkKeySupport(drafts: readonly Draft[], report: Report): void {
  const inheriting = drafts.filter(
    (draft) => draft.keyPlace === undefined && draft.isKnown('key') && draft.inherits('key'),
  );
  const kinds = groupBy(inheriting, ({ key }) => keySpecText(key));
  for (const [kind, [first, ...others]] of kinds) {
    const libraries = REFUSED_BY[kind];
    if (libraries === undefined || first === undefined) continue;
    const who = `${draftText(first)}${others.length === 0 ? '' : ` (and ${others.length} more)`}`;
    report.warn({
      code: 'key',
      at: first.at('key'),
      message: `${who} inherits the key ${quote(kind)}, which many TLS libraries refuse: ${libraries.join(', ')}`,
      hint: 'leave "key" out for one that all of them accept, or set it in the entries whose peers are known to accept it',
    });
  }
}
