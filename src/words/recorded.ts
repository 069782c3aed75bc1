/** Reasons as the ledger and every JSON structure have them (docs/json.md): internal data becomes words there. */
import { isArtifact } from '../pki/artifact.ts';
import type { Reason } from '../plan/reason.ts';
import { findingsText } from './blockage.ts';
import { isDefectKind } from './defect.ts';

type PublishReason = Extract<Reason, { readonly kind: 'publish' }>;

/** A recorded reason, perhaps from an older version. */
export type RecordedReason =
  | Exclude<Reason, PublishReason>
  | (Omit<PublishReason, 'findings'> & { readonly detail: string });

/** Fields in the order in which they have always been written. */
export function recordedReason(reason: Reason): RecordedReason {
  if (reason.kind !== 'publish') return reason;
  const { findings, ...rest } = reason;
  return { ...rest, detail: findingsText(findings) };
}

/** What a field of a recorded reason has to be for its words. */
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number';
const isFlag: Check = (value) => typeof value === 'boolean';
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const areFiles: Check = (value) =>
  Array.isArray(value) && value.every((file) => file === 'folder' || isArtifact(file));
const isEntity: Check = (value) => value === null || isText(value);
const isDefect: Check = (value) => isText(value) && isDefectKind(String(value));

const FIELDS: Readonly<Record<RecordedReason['kind'], Readonly<Record<string, Check>>>> = {
  missing: { artifact: isArtifact },
  unreadable: { artifact: isArtifact, detail: isText },
  differs: { field: isText, before: isText, after: isText },
  'key-mismatch': {},
  'shared-key': { other: isText },
  'foreign-issuer': { issuer: isText },
  unrooted: { issuer: isText },
  'issuer-changes': { issuer: isText },
  expires: { notAfter: isNumber, seconds: isNumber, window: isNumber },
  expired: { notAfter: isNumber },
  'not-yet-valid': { notBefore: isNumber },
  mode: { artifact: isArtifact, before: isNumber, after: isNumber },
  owner: { of: isText, files: areFiles, before: isText, after: isText },
  weak: { what: isText },
  defect: { defect: isDefect },
  stale: { artifact: isArtifact },
  password: { artifact: isArtifact },
  passphrase: { change: isText },
  unwanted: { artifact: isArtifact },
  'keeps-trust': { notAfter: isNumber, signsNew: isFlag },
  'new-trust': { subject: isText },
  'unknown-trust': { subject: isText },
  unproven: { subject: isText },
  'unknown-key': {},
  trusts: { root: isText, fingerprints: isTexts },
  distrusts: { root: isEntity, fingerprints: isTexts },
  'lost-trust': { count: isNumber },
  'drops-trust': { notAfter: isNumber, why: isText },
  publish: { before: isText, after: isText, detail: isText },
  moved: { from: isText, to: isText },
  'foreign-list': {},
  revokes: { of: isEntity, serials: isTexts },
  'list-expires': { nextUpdate: isNumber, seconds: isNumber, window: isNumber },
  'list-expired': { nextUpdate: isNumber },
  'list-changes': { of: isText },
  revoked: { reason: isEntity },
  listed: { issuer: isText, serial: isText },
  requested: {},
  'not-in-manifest': {},
};

/** Whether this version has words for what a line of the ledger says: a later one may have written it. */
export function isKnownReason(reason: { readonly kind: string }): reason is RecordedReason {
  const checks = Object.entries(FIELDS).find(([kind]) => kind === reason.kind)?.[1];
  const values = new Map<string, unknown>(Object.entries(reason));
  return checks !== undefined && Object.entries(checks).every(([name, check]) => check(values.get(name)));
}
