/**
 * The table of settings: one row for each field that an entry can have. Shapes, types, known keys, what `defaults` can
 * hold, built-in defaults, the JSON Schema's words and the tables of docs/manifest.md follow from it.
 * Whatever a row decides is a field of an entity, or is worked out in resolve/: a row without either does not compile.
 */
import type * as z from 'zod';
import { keySpecText } from '../pki/key-spec.ts';
import { keysOf } from '../pki/record.ts';
import { anchor, request } from './beside.ts';
import { durationText } from './duration.ts';
import { EXTENSION_SETTINGS } from './extension-settings.ts';
import * as field from './fields.ts';
import { FILE_SETTINGS } from './file-settings.ts';
import { HIERARCHY_SETTINGS } from './hierarchy-settings.ts';
import { authorityKey, key, leafKey } from './key.ts';
import { REASON_WORDS, revoked, revokedAuthority } from './revoked.ts';
import { secretSource } from './secret-source.ts';
import { always, everywhere, listed, type Place, type Rank, type Row, spelledDefault } from './setting.ts';
import { ATTRIBUTES, caCommonName, leafCommonName, subject } from './subject.ts';

const MINUTE = 60;
const DAY = 86_400;
const YEAR = 365 * DAY;

/** In the order in which they are listed everywhere. */
export const SETTINGS = {
  profile: {
    places: everywhere(field.profile),
    leavesOnly: true,
    type: 'name of a profile',
    byDefault: 'none',
    meaning:
      'the bag of settings from which the entry takes what it does not say itself. `defaults` has that of end entities',
    examples: ['web'],
  },
  commonName: {
    places: { authority: caCommonName.optional(), leaf: leafCommonName.optional() },
    single: true,
    type: 'text, at most 64 characters',
    byDefault: "a client's name where it states no `subject` or `san` either; otherwise none",
    meaning: 'CN of the subject; one of a server or peer that reads as a host name has to be among its SANs',
    examples: ['api.example.test', 'Example Root CA'],
  },
  san: {
    places: { authority: field.san.optional(), leaf: field.san.optional() },
    single: true,
    lesser: true,
    type: 'list of names',
    byDefault: "a server's or peer's common name; none for clients and authorities",
    meaning:
      'DNS names, IP addresses, URIs and e-mail addresses, at most 1000; the value shows which, or `dns:` `ip:` `uri:` `email:` in front; others are `upn:` `otherName:` `dirName:` `registeredID:`',
    examples: [
      ['api.example.test', '*.api.example.test', '127.0.0.1', 'uri:spiffe://example.test/api'],
      [
        'upn:alice@example.test',
        'otherName:1.2.3.4;utf8:alice',
        'dirName:CN=Alice,O=Acme',
        'registeredID:1.2.3.4',
      ],
    ],
  },
  ...HIERARCHY_SETTINGS,
  key: {
    places: { authority: authorityKey.optional(), leaf: leafKey.optional(), defaults: key.optional() },
    lesser: true,
    builtIn: {
      leaf: { algorithm: 'ecdsa', curve: 'P-256' },
      intermediate: { algorithm: 'ecdsa', curve: 'P-384' },
      root: { algorithm: 'ecdsa', curve: 'P-384' },
    },
    spelled: keySpecText,
    type: 'kind of key',
    meaning:
      'kind of private key: `ecdsa-p256` `-p384` `-p521`, `rsa-2048` … `rsa-8192`, `rsa-pss-3072` and so on, `ed25519`, `ed448`, `ml-dsa-44` `-65` `-87` (post-quantum, with OpenSSL 3.5 or later), or an object; another kind re-keys. `offline`: the key of an authority is on a machine of its own ([scale.md](scale.md)). `{ pkcs11: URI, pin: SOURCE, kind: ecdsa-p384 }`: it is on a token, such as an HSM',
    examples: ['ecdsa-p256', 'ed25519', { algorithm: 'rsa', size: 3072 }],
  },
  passphrase: {
    places: everywhere(secretSource),
    lesser: true,
    type: 'source of a passphrase',
    byDefault: 'none: the key is not encrypted',
    meaning:
      'under which the private key is encrypted: `env:NAME`, `file:PATH`, `{ command: [pass, show, NAME] }` or `prompt`; another one encrypts the same key again',
    examples: ['env:ROOT_PASSPHRASE', { command: ['pass', 'show', 'pki/root'] }, 'prompt'],
  },
  previousPassphrase: {
    places: everywhere(secretSource),
    lesser: true,
    type: 'source of a passphrase',
    byDefault: 'none',
    meaning: 'under which the key may still be encrypted; without a `passphrase` it is decrypted',
    examples: ['env:OLD_PASSPHRASE'],
  },
  request: {
    places: { leaf: request.optional() },
    single: true,
    lesser: true,
    type: 'path',
    byDefault: 'the key is made here',
    meaning:
      'a certification request (PKCS#10) of someone who keeps the key, relative to the manifest and below its folder: the public key is taken from it, everything else from the manifest; no key is made',
    examples: ['requests/partner.csr'],
  },
  certificate: {
    places: { authority: anchor.optional() },
    single: true,
    type: 'path',
    byDefault: 'none',
    meaning:
      'a file of certificates, relative to the manifest and below its folder: an authority of someone else, which can be named in `trust` and signs nothing here. It has no other setting than `crossSignedBy` ([scale.md](scale.md))',
    examples: ['anchors/corp.pem'],
  },
  validity: {
    places: everywhere(field.validity),
    lesser: true,
    builtIn: { leaf: 90 * DAY, intermediate: 5 * YEAR, root: 10 * YEAR },
    spelled: durationText,
    type: 'length',
    meaning:
      'lifetime of the certificate, from 10 minutes to 100 years: a number and `m` (minutes) `h` `d` `w` `y` (365 days)',
    examples: ['90d', '52w', '10y'],
  },
  subject: {
    places: everywhere(subject),
    merged: true,
    type: 'map, or text',
    byDefault: 'none',
    meaning: `the other attributes: ${listed(keysOf(ATTRIBUTES))} or an OID, each a text or a list; those of the entry are added to those of \`defaults\`. Or the whole name as one text (RFC 4514)`,
    examples: [
      { organization: 'Example Org', country: 'SE' },
      { organization: ['system:masters', 'devs'], domain: 'example.org', '2.5.4.97': 'VATSE-556000' },
      'CN=John Doe+OU=dev,O=Acme,C=SE',
    ],
  },
  renewBefore: {
    places: everywhere(field.renewBefore),
    lesser: true,
    builtIn: always({ kind: 'share', share: 1 / 3 }),
    type: 'length or share',
    byDefault: 'a third of the lifetime',
    meaning:
      'when apply renews: a time before the end such as `30d`, or the share of the lifetime that is left, such as `33%`',
    examples: ['30d', '33%'],
  },
  rotateKey: {
    places: everywhere(field.rotateKey),
    lesser: true,
    builtIn: always(false),
    type: '`true`, `false`',
    meaning: 'a new private key at every renewal',
  },
  backdate: {
    places: everywhere(field.backdate),
    lesser: true,
    builtIn: always(5 * MINUTE),
    spelled: durationText,
    type: 'length',
    meaning: 'how far notBefore lies before the moment of issue, against slow clocks: `0m` to `30d`',
    examples: ['5m', '1h', '0m'],
  },
  ...EXTENSION_SETTINGS,
  revoked: {
    places: { authority: revokedAuthority.optional(), leaf: revoked.optional() },
    single: true,
    lesser: true,
    type: '`true`, a reason, or map',
    byDefault: 'not revoked',
    meaning: `its certificates are on the list of its issuer until they end, and its files go to the archive: \`reason\` (${listed(REASON_WORDS)}), and \`at\`. Of an authority also a list of what it signed, each with its \`serial\``,
    examples: [true, 'keyCompromise', { reason: 'superseded', at: '2026-11-01T00:00:00Z' }],
  },
  ...FILE_SETTINGS,
  trust: {
    places: { leaf: field.trust.optional(), defaults: field.trust.optional() },
    lesser: true,
    type: 'list of roots',
    byDefault: 'its own root',
    meaning: 'the roots in `ca.pem`, against which the entry verifies others',
    examples: [['root', 'partner-root']],
  },
} as const satisfies Readonly<Record<string, Row>>;

type Rows = typeof SETTINGS;
/** The name of a setting. */
export type Setting = keyof Rows;

/** Every setting, in the order of the table. */
export const SETTING_NAMES: readonly Setting[] = keysOf(SETTINGS);

/** The row of a setting, for what treats all of them alike. */
export function rowOf(setting: Setting): Row {
  return SETTINGS[setting];
}

/** What is built in for an entry of this rank, as a manifest spells it; `undefined` where nothing is. */
export function usual(setting: Setting, rank: Rank): unknown {
  return spelledDefault(rowOf(setting), rank);
}

/** Whether a key is that of a setting. */
export function isSetting(key: string): key is Setting {
  return Object.hasOwn(SETTINGS, key);
}

/** The settings that can stand in a map of this kind. */
export type SettingOf<P extends Place> = {
  [S in Setting]: Rows[S]['places'] extends Record<P, z.ZodType> ? S : never;
}[Setting];

/** The same, as a list in the order of the table. */
export function settingsOf<P extends Place>(place: P): readonly SettingOf<P>[] {
  return SETTING_NAMES.filter((name): name is SettingOf<P> => rowOf(name).places[place] !== undefined);
}
