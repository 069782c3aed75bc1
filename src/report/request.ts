/** What `pki request` and `pki sign` say. */
import type { RequestResult, SignResult } from '../index.ts';
import type { EntityId } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import { sanText } from '../pki/san.ts';
import { subjectText } from '../pki/subject.ts';
import type { Plan } from '../plan/plan.ts';
import { isoTime, lengthText, lifetime } from '../plan/validity.ts';
import type { AskedCertificate } from '../run/sign.ts';
import { ownerText } from '../words/owner.ts';
import { refusalText } from '../words/refusal.ts';
import { EXTENSIONS, findExtension } from '../x509/extensions.ts';
import { type CertificateFacts, isAuthority, pathLengthOf, sanOf } from '../x509/facts.ts';
import { clockMessages } from './clock.ts';
import { newCommandMessages } from './consent.ts';
import { adviceMessages, type Message } from './message.ts';
import { lockMessages } from './outcome.ts';
import { asksForKey } from './waiting.ts';

/** Of what could be the passphrase itself nothing is repeated. */
export const NO_SOURCE: readonly Message[] = [
  { kind: 'error', text: '"--passphrase" names where the passphrase comes from, and is not one' },
  {
    kind: 'hint',
    text: 'write "env:NAME", or "file:PATH" for a file, by its whole path or below the working directory',
  },
];

/** The requests that were written, and where; ends with a newline, unless there is nothing to say. */
export function requestText(result: RequestResult, folder: string): string {
  if (result.kind === 'locked' || result.kind === 'refused' || result.kind === 'consent') return '';
  if (result.kind === 'nothing')
    return 'requested: nothing, no certificate waits for a key that can be asked\n';
  const lines = result.requested.map(({ entity, authority, issuance }) =>
    visible(
      `${entity.id}: ${ownerText(subjectText(entity.subject), entity.san.map(sanText))}, by ${authority}, until ${isoTime(issuance.notAfter)}`,
    ),
  );
  const count = `${lines.length} ${lines.length === 1 ? 'certificate' : 'certificates'}`;
  return `${[...lines, `requested: ${count} in ${visible(folder)}`].join('\n')}\n`;
}

/** What comes next, or why nothing was done. */
export function requestMessages(result: RequestResult, folder: string): readonly Message[] {
  switch (result.kind) {
    case 'locked':
      return lockMessages(result.by);
    case 'nothing':
      return clockMessages(result.plan);
    case 'refused':
      return adviceMessages(refusalText(result.refusal));
    case 'consent':
      return newCommandMessages(result.commands);
    case 'written':
      return [
        ...newKeyMessages(result.plan, new Set(result.requested.map(({ entity }) => entity.id))),
        {
          kind: 'hint',
          text: visible(
            `take "${folder}" to the machine that has the key, run "pki sign FOLDER --key KEY" there, or "sh sign.sh KEY" in it, and bring it back to "pki import"`,
          ),
        },
      ];
  }
}

/** A key that only lies elsewhere is replaced once the answer is imported. */
function newKeyMessages({ changes }: Plan, requested: ReadonlySet<EntityId>): readonly Message[] {
  return changes
    .filter((change) => requested.has(change.id) && asksForKey(change))
    .map(({ id }) => ({
      kind: 'warning',
      text: `${id}: its key.pem is missing, so the request is for a new key; put the old one back, if it is not lost`,
    }));
}

/** Everything that a signature would vouch for; ends with a newline. */
export function askedText(asked: readonly AskedCertificate[]): string {
  return asked.map((one) => `${askedLines(one).map(visible).join('\n')}\n`).join('\n');
}

function askedLines({ request, facts, issuer }: AskedCertificate): readonly string[] {
  const names = sanOf(facts);
  return [
    `${request.entity}, signed by ${request.authority}`,
    `  subject       ${subjectText(facts.subject)}`,
    ...(names.length === 0 ? [] : [`  names         ${names.join(', ')}`]),
    `  authority     ${isAuthority(facts) ? `yes, path length ${pathLengthOf(facts) ?? 'without limit'}` : 'no'}`,
    `  valid         ${isoTime(facts.notBefore)} to ${isoTime(facts.notAfter)}, ${lengthText(lifetime(facts))}`,
    `  key           ${facts.keySpec}, SHA-256 ${facts.keyId}`,
    `  signature     ${facts.signature}`,
    ...extensionLines(facts),
    `  issuer        ${subjectText(issuer.subject)}, until ${isoTime(issuer.notAfter)}`,
    `                certificate SHA-256 ${issuer.fingerprint}`,
  ];
}

/** All others: what is signed and not shown would be trusted unseen. */
function extensionLines(facts: CertificateFacts): readonly string[] {
  const known = EXTENSIONS.flatMap((rule) => {
    const found = findExtension(facts, rule);
    if (found === undefined) return [];
    const items = rule.fields.flatMap((field) => rule.items(found.value, field));
    return [`${rule.name}${found.critical ? ' (critical)' : ''}: ${items.join(', ')}`];
  });
  const others = facts.unknown.map(
    ({ oid, critical, hex }) => `${oid}${critical ? ' (critical)' : ''}: ${hex}`,
  );
  return [...known, ...others].map((text) => `  extension     ${text}`);
}

/** What was signed; ends with a newline. */
export function signText({ signed }: SignResult): string {
  if (signed.length === 0) return 'signed: nothing\n';
  const lines = signed.map(
    ({ request, facts }) => `${request.entity}: serial ${facts.serial}, SHA-256 ${facts.fingerprint}`,
  );
  return `${[...lines, `signed: ${signed.length} of ${signed.length} asked of this key`].join('\n')}\n`;
}

/** What the folder asks of other keys. */
export function signMessages({ others }: SignResult): readonly Message[] {
  return others.map(({ entity, authority }) => {
    return { kind: 'note', text: `${entity} is asked of ${authority}, which has another key` };
  });
}
