/**
 * What a new certificate drops or changes of the one that it replaces, though nothing was wrong with it: what other
 * tools wrote stays as long as it is right, so its loss is announced.
 */
import { hex } from '../x509/der.ts';
import { type AnyExtension, EXTENSIONS, findExtension } from '../x509/extensions.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { namedExtension } from '../x509/named-extensions.ts';
import type { Alteration } from './alteration.ts';
import { fieldText } from './diff.ts';
import type { Reason } from './reason.ts';
import { type WantedCertificate, writtenExtensions } from './wanted.ts';

/** @param reasons what they name is not repeated. @param signature how the new certificate will be signed. */
export function alterationsFrom(
  facts: CertificateFacts,
  wanted: WantedCertificate,
  signature: string,
  reasons: readonly Reason[],
): readonly Alteration[] {
  const reported = new Set(reasons.flatMap(subjectsOf));
  return [
    ...lossesOf(facts, wanted),
    ...changesOf(facts, wanted),
    ...signatureChange(facts, signature),
  ].filter((one) => !reported.has(one.kind === 'loses' ? one.extension : one.field));
}

/** Fields and extensions that a reason is about. */
function subjectsOf(reason: Reason): readonly string[] {
  if (reason.kind === 'differs') return [reason.field, ...extensionsWith(reason.field)];
  if (reason.kind === 'weak') return ['signature'];
  return reason.kind === 'defect' && reason.what !== null && !isBinding(reason) ? [reason.what] : [];
}

/** Name constraints that some programs cannot read bind others, OpenSSL among them: their loss is one. */
function isBinding({ defect, what }: Extract<Reason, { kind: 'defect' }>): boolean {
  return defect === 'malformed' && what === 'nameConstraints';
}

function extensionsWith(field: string): readonly string[] {
  return EXTENSIONS.flatMap(({ name, fields }) => (fields.some((one) => one === field) ? [name] : []));
}

function lossesOf(facts: CertificateFacts, wanted: WantedCertificate): readonly Alteration[] {
  const stays = [
    ...writtenExtensions(wanted).map(({ rule }) => rule),
    // openssl is free to write it or leave it out.
    ...wanted.extensions.flatMap((one) => (one.wanted.presence === 'allowed' ? [one.rule] : [])),
  ];
  const ofRules = EXTENSIONS.flatMap((rule): readonly Alteration[] => {
    const found = findExtension(facts, rule);
    if (found === undefined || stays.includes(rule)) return [];
    const value = rule.fields.flatMap((field) => rule.items(found.value, field)).join(', ');
    return [{ kind: 'loses', extension: rule.name, oid: rule.oid, critical: found.critical, value }];
  });
  const gone = facts.unknown.filter(({ oid }) => !stays.some((rule) => rule.oid === oid));
  const others = gone.map(({ oid, critical }): Alteration => {
    return { kind: 'loses', extension: namedExtension(oid).name, oid, critical, value: null };
  });
  return [...ofRules, ...others];
}

/** Extensions that stay with another value or criticality; one that is only added is no loss, unless it narrows. */
function changesOf(facts: CertificateFacts, wanted: WantedCertificate): readonly Alteration[] {
  return writtenExtensions(wanted).flatMap(({ rule, critical, value }) => {
    const found = findExtension(facts, rule);
    if (value === null || (found === undefined && rule.narrows !== true)) return [];
    if (found !== undefined && isWritten(rule, found, { critical, value })) return [];
    return rule.fields.flatMap((field): readonly Alteration[] => {
      const [before, after] = [found, { critical, value }].map((one) => fieldText(rule, field, one, true));
      return before === undefined || after === undefined || before === after
        ? []
        : [{ kind: 'alters', field, before, after }];
    });
  });
}

interface Extension {
  readonly critical: boolean;
  readonly value: unknown;
}

function isWritten(rule: AnyExtension, found: Extension, written: Extension): boolean {
  return (
    found.critical === written.critical && hex(rule.write(found.value)) === hex(rule.write(written.value))
  );
}

function signatureChange({ signature }: CertificateFacts, after: string): readonly Alteration[] {
  return signature === after ? [] : [{ kind: 'alters', field: 'signature', before: signature, after }];
}

/** Extensions that narrow an authority, critical or not: verifiers apply them in either case. */
const NARROWING: readonly string[] = ['nameConstraints', 'policyConstraints', 'inhibitAnyPolicy'];

/**
 * Whether an authority gains trust: it loses an extension that narrows it, or a critical one that verifiers know. One
 * that made the certificate unusable everywhere is a defect, and narrowed nothing that anyone could rely on.
 */
export function widensTrust(facts: CertificateFacts, alterations: readonly Alteration[]): boolean {
  // Purposes are named by a reason: an authority is to have none.
  if (facts.extensions.extendedKeyUsage?.critical === true) return true;
  return alterations.some(
    (one) =>
      one.kind === 'loses' &&
      (NARROWING.includes(one.extension) || (one.critical && namedExtension(one.oid).supported)),
  );
}
