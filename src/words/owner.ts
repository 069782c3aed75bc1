/** Who a certificate is for, in one line: its subject and names, of which either may be missing (RFC 5280 §4.1.2.6). */
import { few } from './few.ts';

/** Subject and names, `CN=api; dns:api.example.test`; without a subject the names alone. */
export function ownerText(subject: string, names: readonly string[]): string {
  return [subject, few(names)].filter((text) => text !== '').join('; ');
}
