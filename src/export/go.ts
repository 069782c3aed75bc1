/**
 * What engines written in Go make of names: crypto/x509/pkix writes a subject in an order of its own, with one RDN for each
 * type (`ToRDNSequence`).
 */
import type { San } from '../pki/san.ts';
import { relativeParts, type Subject } from '../pki/subject.ts';

/** Types in that order; the last is added by those engines themselves. */
const ORDER = ['C', 'O', 'OU', 'L', 'ST', 'street', 'postalCode', 'CN', 'serialNumber', 'UID'] as const;

/** Values of one type, in the order of the manifest. */
export function valuesOf(subject: Subject, type: string): readonly string[] {
  return subject.filter((attribute) => attribute.type === type).map(({ value }) => value);
}

/** Names of one kind. */
export function namesOf(san: readonly San[], kind: San['kind']): readonly string[] {
  return san.filter((one) => one.kind === kind).map(({ value }) => value);
}

/** Whether such a subject has the RDNs that Go would write. */
export function isInGoOrder(subject: Subject): boolean {
  const types = ORDER.filter((type) => valuesOf(subject, type).length > 0);
  const parts = relativeParts(subject);
  return (
    parts.length === types.length && parts.every((part, i) => part.every(({ type }) => type === types[i]))
  );
}
