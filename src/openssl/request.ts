/** `openssl req`: a private key, unless one is kept, and the request that it signs (openssl-req(1)). */
import type { Entity } from '../pki/entity.ts';
import type { ById } from '../pki/issuers.ts';
import type { KeySpec } from '../pki/key-spec.ts';
import { type Place, stagedPath } from '../pki/paths.ts';
import type { Make } from '../plan/make.ts';
import { requestedExtensions } from '../plan/wanted.ts';
import type { ConfigSection } from '../x509/extension-rule.ts';
import { type EncodedName, encodedName, NAME_STRINGS, type NameStrings } from '../x509/name.ts';
import type { Command } from './command.ts';
import { configText } from './config.ts';
import { nameSection } from './distinguished-name.ts';
import { extensionSections } from './extensions.ts';
import { keyPath, lookUp } from './key-path.ts';
import { keyPass, passArgs } from './pass.ts';

/** Bits of `string_mask` (openssl-req(1), ASN1_STRING_set_default_mask_asc(3)). */
const MASK = { printable: 0x2, t61: 0x4, bmp: 0x800, utf8: 0x2000 } as const;

function stringMask(strings: NameStrings): string {
  const bits = NAME_STRINGS[strings].reduce((mask, type) => mask | MASK[type], 0);
  return strings === 'utf8' ? 'utf8only' : `MASK:0x${bits.toString(16)}`;
}

/** Stages `csr.pem`, and `key.pem` where the key is new; otherwise the key in its place signs. */
export function requestCommand(
  { of, key, name }: Extract<Make, { op: 'request' }>,
  byId: ById,
  place: Place,
): Command {
  const { run, output } = place;
  const entity = lookUp(byId, of);
  const path = keyPath(key, byId, run);
  const closing =
    entity.passphrase === undefined ? ['-noenc'] : passArgs('-passout', entity.passphrase, output);
  const keyArgs = key.isNew
    ? [...newKeyArgs(entity.key), ...closing, '-keyout', path]
    : ['-key', path, ...keyPass(lookUp(byId, key.of), place)];
  const out = stagedPath(of, 'csr', run);
  const salt = entity.key.algorithm === 'rsa-pss' ? PSS : [];
  const encoded = encodedName(entity, name);
  return {
    args: [
      'req',
      '-new',
      '-batch',
      '-config',
      '-',
      ...nameless(encoded),
      '-sha256',
      ...salt,
      ...keyArgs,
      '-out',
      out,
    ],
    input: requestConfig(entity, encoded),
  };
}

/** RSASSA-PSS with salt as long as the digest: OpenSSL before 3.1 would take as much as there is room for. */
export const PSS: readonly string[] = [
  '-sigopt',
  'rsa_padding_mode:pss',
  '-sigopt',
  'rsa_pss_saltlen:digest',
];

/** PKCS#8 in every case; openssl creates the file 0600 whatever the umask. */
function newKeyArgs(key: KeySpec): readonly string[] {
  if (key.algorithm === 'rsa-pss') return ['-newkey', 'rsa-pss', '-pkeyopt', `rsa_keygen_bits:${key.size}`];
  if (key.algorithm === 'rsa') return ['-newkey', `rsa:${key.size}`];
  if (key.algorithm === 'ecdsa') return ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${key.curve}`];
  return ['-newkey', key.algorithm];
}

function requestConfig(entity: Entity, name: EncodedName): string {
  return configText([
    ...subjectSections(name, [['req_extensions', 'extensions']]),
    ...extensionSections(requestedExtensions(entity)),
  ]);
}

function subjectSections(name: EncodedName, more: ConfigSection['entries'] = []): readonly ConfigSection[] {
  const entries = [
    ['prompt', 'no'],
    ['utf8', 'yes'],
    ['string_mask', stringMask(name.strings)],
    ['distinguished_name', 'name'],
    ...more,
  ] as const;
  return [{ name: 'req', entries }, nameSection(name)];
}

/** A request that only brings a name to where a certificate is signed; its key signs nothing else. */
export function nameCommand(name: EncodedName, keyFile: string, out: string): Command {
  const key = [...newKeyArgs({ algorithm: 'ecdsa', curve: 'P-256' }), '-noenc', '-keyout', keyFile];
  return {
    args: ['req', '-new', '-batch', '-config', '-', ...nameless(name), ...key, '-out', out],
    input: configText(subjectSections(name)),
  };
}

/** With `prompt = no`, a section without attributes is an error. */
function nameless({ subject }: EncodedName): readonly string[] {
  return subject.length === 0 ? ['-subj', '/'] : [];
}
