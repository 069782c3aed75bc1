/** The profiles that need not be written: what a certificate is for, by name. */
import type { Values } from './setting-values.ts';

interface BuiltIn {
  readonly values: Values;
  /** What it is for, in Markdown: part of a sentence, without the full stop. */
  readonly meaning: string;
}

/** One row for each, in the order in which they are listed. */
export const BUILT_IN_PROFILES = {
  server: { values: { extendedKeyUsage: ['serverAuth'] }, meaning: 'what `servers` are without a profile' },
  client: { values: { extendedKeyUsage: ['clientAuth'] }, meaning: 'what `clients` are without a profile' },
  peer: {
    values: { extendedKeyUsage: ['serverAuth', 'clientAuth'] },
    meaning: 'what `peers` are without a profile',
  },
  'code-signing': { values: { extendedKeyUsage: ['codeSigning'] }, meaning: 'signs programs and packages' },
  email: {
    values: { extendedKeyUsage: ['emailProtection'] },
    meaning: 'signs and receives mail (S/MIME, RFC 8550); the address stands in `san`',
  },
  timestamping: {
    values: { extendedKeyUsage: ['timeStamping'] },
    meaning: 'signs time stamps, and can do nothing else: the extension is critical (RFC 3161 §2.3)',
  },
  'ocsp-responder': {
    values: { extendedKeyUsage: ['OCSPSigning'], ocspNoCheck: true },
    meaning:
      'signs OCSP responses for the authority that issued it, and is not itself asked for (RFC 6960 §4.2.2.2): give it a short `validity`',
  },
  browser: {
    values: {},
    meaning: 'a server for browsers: no key that Chromium refuses, and a name in `san`',
  },
  apple: {
    values: {},
    meaning:
      'a server for iOS and macOS: at most 825 days, with a DNS name in `san` (support article 103769)',
  },
  'python-strict': {
    values: {},
    meaning:
      'for the strict checks that Python 3.13 makes by default, which every certificate made here passes',
  },
  java: {
    values: {},
    meaning: 'for every Java from 11 on: no EdDSA keys, which TLS in Java has from 16 on (JDK-8254709)',
  },
  kafka: {
    values: { extendedKeyUsage: ['serverAuth', 'clientAuth'] },
    meaning: 'a broker, which is a client of the others: both purposes, and a key that its PEM loader reads',
  },
  postgres: { values: {}, meaning: 'a server, or a client whose common name is its user' },
  mongodb: {
    values: {},
    meaning: 'members share O, OU and DC, at least one of them, and clients differ from them in one',
  },
  etcd: {
    values: { extendedKeyUsage: ['serverAuth', 'clientAuth'] },
    meaning: 'a member, which is a client of the others and of itself: both purposes',
  },
  kubernetes: {
    values: {},
    meaning: 'a server, or a client whose common name is its user and whose organizations are its groups',
  },
  openvpn: { values: {}, meaning: 'common names are what OpenVPN knows its peers by' },
  freeradius: { values: {}, meaning: 'a server of EAP-TLS with a name that supplicants can match' },
  ca: {
    values: { keyUsage: ['keyCertSign', 'cRLSign'] },
    meaning: 'an authority as RFC 5280 describes it: it signs certificates and revocation lists',
  },
} as const satisfies Readonly<Record<string, BuiltIn>>;

/** What a name that is built in stands for. */
export function builtInProfile(name: string): BuiltIn | undefined {
  const all: Readonly<Record<string, BuiltIn>> = BUILT_IN_PROFILES;
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

/** Their names. */
export const BUILT_IN_NAMES: readonly string[] = Object.keys(BUILT_IN_PROFILES);
