/** A distinguished name as an ordered list of attributes, most general first: as RFC 4514 has them from the other end. */

/** One attribute and its text, as the manifest has it: nothing is escaped. */
export interface Attribute {
  /** Its short name (attribute-types.ts), or a dotted OID. */
  readonly type: string;
  readonly value: string;
}

/** A whole name. */
export type Subject = readonly Attribute[];

/** `C=SE, O=Example Org, CN=api`, for people; never parsed back. */
export function subjectText(subject: readonly { readonly type: string; readonly value: string }[]): string {
  return subject.map(({ type, value }) => `${type}=${value}`).join(', ');
}

/** Text of the CN, or `undefined` where a name has none. */
export function commonName(subject: Subject): string | undefined {
  return subject.find(({ type }) => type === 'CN')?.value;
}
