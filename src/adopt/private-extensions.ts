/** Extensions that have no name here, as a manifest spells them. */
import { extensions } from '../manifest/private-extensions.ts';
import type { EntryText } from '../manifest/write.ts';
import type { Section } from '../pki/entity.ts';
import { fromKeys } from '../pki/record.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { isNamed } from '../x509/named-extensions.ts';
import { simpleValue } from '../x509/private-extension.ts';

type ExtensionText = NonNullable<EntryText['extensions']>[string];

/** Those that this program has no name for, as far as validation takes them: marks of tools are no settings. */
export function privateExtensionsOf(
  { unknown }: CertificateFacts,
  section: Section,
): EntryText['extensions'] {
  const found = unknown.flatMap(({ oid, critical, hex }): readonly (readonly [string, ExtensionText])[] => {
    if ((critical && section !== 'certificates') || isNamed(oid)) return [];
    const spelled = { ...(critical ? { critical } : {}), ...spelledValue(hex) };
    const read = extensions.safeParse({ [oid]: spelled });
    return read.success && read.data[0]?.der === hex ? [[oid, spelled] as const] : [];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function spelledValue(value: string): ExtensionText {
  const simple = simpleValue(Buffer.from(value, 'hex'));
  if (simple === undefined) return { der: value };
  const { type, text } = simple;
  switch (type) {
    case 'boolean':
      return { boolean: text === 'true' };
    case 'null':
      return { null: true };
    case 'integer':
      return { integer: Number.isSafeInteger(Number(text)) ? Number(text) : text };
    default:
      return fromKeys([type], () => text);
  }
}
