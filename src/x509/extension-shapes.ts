/**
 * Outlines of extensions that verifiers parse, for those that no rule here reads or could read: Go and Java refuse a certificate with one that does
 * not have its shape, GnuTLS with such an issuerAltName, pyca with such an AIA, openssl those that it enforces.
 */
import { children, type Der, DerError, expectTag, oidText, TAG } from './der.ts';

/** Whether a value, which is DER already, has its shape. @throws DerError where it has not. */
export type Shape = (value: Der) => void;

/** A list of lists, as of distribution points. */
export function lists(value: Der): void {
  for (const part of parts(value)) expectTag(part, TAG.sequence);
}

/** GeneralNames (RFC 5280 §4.2.1.6): each has its kind in its tag. */
export function names(value: Der): void {
  for (const { tag } of parts(value)) unless((tag & CLASS) === CONTEXT, 'a name without a kind');
}

/** What is to be had and where, as in AIA (RFC 5280 §4.2.2.1). */
export function accesses(value: Der): void {
  for (const part of parts(value)) {
    const [method, location] = children(expectTag(part, TAG.sequence));
    oidText(method);
    unless(location !== undefined, 'a method without a location');
  }
}

/** RFC 5280 §4.2.1.4: none of them twice. */
export function policies(value: Der): void {
  const ids = parts(value).map((policy) => oidText(children(expectTag(policy, TAG.sequence))[0]));
  unless(new Set(ids).size === ids.length, 'a policy appears twice');
}

/** Pairs of policies (RFC 5280 §4.2.1.5). */
export function mappings(value: Der): void {
  for (const part of parts(value)) {
    const pair = children(expectTag(part, TAG.sequence));
    unless(pair.length === 2, 'a mapping is no pair');
    pair.forEach(oidText);
  }
}

/** RFC 5280 §4.2.1.11: at least one of its two numbers. */
export function constraints(value: Der): void {
  const all = parts(value);
  unless(all.length > 0, 'constraints constrain nothing');
  unless(
    all.every(({ tag, body: [first = 0x80] }) => (tag === 0x80 || tag === 0x81) && first < 0x80),
    'unknown constraints',
  );
}

/** How many certificates may follow (RFC 5280 §4.2.1.14). */
export function count(value: Der): void {
  const [first = 0x80] = expectTag(value, TAG.integer).body;
  unless(first < 0x80, 'a count is negative');
}

/** Named bits. */
export function flags(value: Der): void {
  expectTag(value, TAG.bitString);
}

/** A list of anything. */
export function list(value: Der): void {
  parts(value);
}

const CLASS = 0xc0;
const CONTEXT = 0x80;

function parts(value: Der): readonly Der[] {
  return children(expectTag(value, TAG.sequence));
}

function unless(isRight: boolean, problem: string): void {
  if (!isRight) throw new DerError(problem);
}
