/** A distinguished name as an ordered list of attributes, most general first: as RFC 4514 has them from the other end. */

/** One attribute and its text, as the manifest has it: nothing is escaped. */
export interface Attribute {
  /** Its short name (attribute-types.ts), or a dotted OID. */
  readonly type: string;
  readonly value: string;
  /** It shares an RDN with the one before it. */
  readonly joined?: true;
}

/** A whole name. */
export type Subject = readonly Attribute[];

/** `C=SE, O=Example Org, CN=api+OU=dev`, for people; never parsed back. */
export function subjectText(subject: Subject): string {
  return subject
    .map(({ type, value, joined }, i) => `${i === 0 ? '' : joined ? '+' : ', '}${type}=${value}`)
    .join('');
}

/** The RDNs of a name. */
export function relativeParts(subject: Subject): readonly Subject[] {
  const parts: Attribute[][] = [];
  for (const attribute of subject) {
    if (attribute.joined) parts.at(-1)?.push(attribute);
    else parts.push([attribute]);
  }
  return parts;
}

/** Text of the CN, or `undefined` where a name has none. */
export function commonName(subject: Subject): string | undefined {
  return subject.find(({ type }) => type === 'CN')?.value;
}
