/** `openssl req`: a private key, unless one is kept, and the request that it signs (openssl-req(1)). */
import type { Entity } from '../pki/entity.ts';
import type { ById } from '../pki/issuers.ts';
import type { KeySpec } from '../pki/key-spec.ts';
import { type Place, stagedPath } from '../pki/paths.ts';
import type { Make } from '../plan/make.ts';
import { requestedExtensions } from '../plan/wanted.ts';
import { type EncodedName, encodedName, type NameStrings } from '../x509/name.ts';
import type { Command } from './command.ts';
import { configText } from './config.ts';
import { nameSection } from './distinguished-name.ts';
import { extensionSections } from './extensions.ts';
import { keyPath, lookUp } from './key-path.ts';

/** `string_mask` (openssl-req(1)); the number stands for PrintableString and UTF8String, of which the first that fits is taken. */
const STRINGS = { utf8: 'utf8only', printable: 'MASK:0x2002' } as const satisfies Record<NameStrings, string>;

/** Stages `csr.pem`, and `key.pem` where the key is new; otherwise the key in its place signs. */
export function requestCommand(
  { of, key, name }: Extract<Make, { op: 'request' }>,
  byId: ById,
  { run }: Place,
): Command {
  const entity = lookUp(byId, of);
  const path = keyPath(key, byId, run);
  const keyArgs = key.isNew ? [...newKeyArgs(entity.key), '-noenc', '-keyout', path] : ['-key', path];
  const out = stagedPath(of, 'csr', run);
  return {
    args: ['req', '-new', '-batch', '-config', '-', '-sha256', ...keyArgs, '-out', out],
    input: requestConfig(entity, encodedName(entity, name)),
  };
}

/** PKCS#8 in every case; openssl creates the file 0600 whatever the umask. */
function newKeyArgs(key: KeySpec): readonly string[] {
  if (key.algorithm === 'rsa') return ['-newkey', `rsa:${key.size}`];
  if (key.algorithm === 'ecdsa') return ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${key.curve}`];
  return ['-newkey', key.algorithm];
}

function requestConfig(entity: Entity, { subject, strings }: EncodedName): string {
  return configText([
    {
      name: 'req',
      entries: [
        ['prompt', 'no'],
        ['utf8', 'yes'],
        ['string_mask', STRINGS[strings]],
        ['distinguished_name', 'name'],
        ['req_extensions', 'extensions'],
      ],
    },
    nameSection(subject),
    ...extensionSections(requestedExtensions(entity)),
  ]);
}
