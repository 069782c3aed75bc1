/** Kinds of keys that are sound and yet refused by common TLS libraries: no entry should get one by default. */
import type { Report } from '../manifest/report.ts';
import { groupBy } from '../pki/group.ts';
import { keySpecText, ML_DSA } from '../pki/key-spec.ts';
import { quote } from '../pki/printable.ts';
import { type Draft, draftText } from './draft.ts';

/** Who refuses certificates for keys of a kind: seen in handshakes, as verifiers (NSS 3.87, LibreSSL 4.3), and when loading. */
export const REFUSED_BY: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries([2048, 3072, 4096].map((size) => [`rsa-pss-${size}`, ['Go', 'pyca']])),
  ...Object.fromEntries(ML_DSA.map((kind) => [kind, ['nearly all but OpenSSL 3.5']])),
  'ecdsa-p521': ['BoringSSL (gRPC, Envoy, Chromium)', 'rustls with ring', 'Erlang/OTP 25'],
  ed25519: [
    'BoringSSL (gRPC, Envoy, Chromium)',
    'NSS',
    'Java 11',
    'Erlang/OTP 25',
    'mbed TLS 2.28',
    'the PEM loader of Kafka',
    'pyca as that of an authority',
  ],
  ed448: [
    'BoringSSL (gRPC, Envoy, Chromium)',
    'rustls with ring',
    'NSS',
    'LibreSSL',
    'Erlang/OTP 25',
    'mbed TLS 2.28',
    'the PEM loader of Kafka',
    'pyca as that of an authority',
  ],
};

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
