/** `openssl req`: a private key, unless one is kept, and the request that it signs (openssl-req(1)). */
import type { Entity } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import type { KeySpec } from '../pki/key-spec.ts';
import { stagedPath } from '../pki/paths.ts';
import type { EncodedName, NameStrings } from '../x509/name.ts';
import type { Command } from './command.ts';
import { configText } from './config.ts';
import { nameSection } from './distinguished-name.ts';
import { requestExtensions } from './extensions.ts';

/** `string_mask` (openssl-req(1)); the number stands for PrintableString and UTF8String, of which the first that fits is taken. */
const STRINGS = { utf8: 'utf8only', printable: 'MASK:0x2002' } as const satisfies Record<NameStrings, string>;

interface Asked {
  readonly newKey: boolean;
  readonly name?: EncodedName;
}

/** Stages `csr.pem`, and `key.pem` with `newKey`; otherwise the key in its place signs. `name` replaces the subject. */
export function requestCommand(entity: Entity, { newKey, name }: Asked, run?: string): Command {
  const key = newKey
    ? [...newKeyArgs(entity.key), '-noenc', '-keyout', stagedPath(entity.id, 'key', run)]
    : ['-key', filePath(entity, 'key')];
  return {
    args: [
      'req',
      '-new',
      '-batch',
      '-config',
      '-',
      '-sha256',
      ...key,
      '-out',
      stagedPath(entity.id, 'csr', run),
    ],
    input: requestConfig(entity, name ?? { subject: entity.subject, strings: 'utf8' }),
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
    ...requestExtensions(entity),
  ]);
}
