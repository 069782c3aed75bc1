/** What is revoked, and whether there is a list to put it on. */
import type { Report } from '../manifest/report.ts';
import type { Authority, Entity } from '../pki/entity.ts';
import { quote } from '../pki/printable.ts';
import type { Revocation, RevokedSerial } from '../pki/revocation.ts';
import { type AuthorityDraft, type Draft, draftText } from './draft.ts';
import type { Hierarchy } from './hierarchy.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** Of an entry itself. */
export function revocationOf({ settings }: Draft): Pick<Entity, 'revoked'> {
  const own = ownIn(settings.revoked);
  return own === undefined ? {} : { revoked: own };
}

/** Of what an authority signed, by number. */
export function revokesOf({ settings: { revoked } }: AuthorityDraft): Pick<Authority, 'revokes'> {
  return isList(revoked) ? { revokes: revoked } : {};
}

type Stated = Revocation | readonly RevokedSerial[] | undefined;

function ownIn(revoked: Stated): Revocation | undefined {
  return isList(revoked) ? undefined : revoked;
}

function isList(revoked: Stated): revoked is readonly RevokedSerial[] {
  return Array.isArray(revoked);
}

/** Errors where a revocation would stand on no list, or take away what signs others. */
export function checkRevocations({ order }: Hierarchy, leaves: readonly SignedLeaf[], report: Report): void {
  for (const { authority, issuer } of order) {
    checkLists(authority, report);
    if (ownIn(authority.settings.revoked) === undefined) continue;
    if (issuer === null) reportRoot(authority, report);
    else checkListed(authority, issuer, report);
  }
  for (const { leaf, issuer } of leaves)
    if (leaf.settings.revoked !== undefined && issuer !== undefined)
      checkListed(leaf, issuer.authority, report);
  const pairs = [
    ...order.flatMap(({ authority, issuer }) => (issuer === null ? [] : [[authority, issuer] as const])),
    ...leaves.flatMap(({ leaf, issuer }) =>
      issuer === undefined ? [] : [[leaf, issuer.authority] as const],
    ),
  ];
  for (const [draft, issuer] of pairs) checkIssuer(draft, issuer, report);
}

/** Of an authority that lists single certificates. */
function checkLists(authority: AuthorityDraft, report: Report): void {
  if (isList(authority.settings.revoked)) checkListed(authority, authority, report);
  if (authority.keyPlace === undefined || authority.settings.crl?.list === undefined) return;
  report.error({
    code: 'revoked',
    at: authority.at('crl'),
    message: `${draftText(authority)} makes no revocation list, because its key is elsewhere`,
    hint: 'write "crl": { url: … } for a list that is made where the key is, or leave it out',
  });
}

function reportRoot(root: AuthorityDraft, report: Report): void {
  report.error({
    code: 'revoked',
    at: root.at('revoked'),
    message: `${draftText(root)} is a root, and no list revokes one: nothing vouches for it`,
    hint: `take it out of what trusts it: "pki rotate ${root.id}", then "pki retire ${root.id}"`,
  });
}

/** A revoked issuer needs no list any more: everything below it ends with it. */
function checkListed(draft: Draft, issuer: AuthorityDraft, report: Report): void {
  const { crl, revoked } = issuer.settings;
  if (crl?.list !== undefined || !issuer.isKnown('crl') || !draft.isKnown('revoked')) return;
  if (draft !== issuer && ownIn(revoked) !== undefined) return;
  report.error({
    code: 'revoked',
    at: draft.at('revoked'),
    message:
      draft === issuer
        ? `${draftText(draft)} makes no revocation list`
        : `${draftText(draft)} is revoked, and its issuer ${quote(issuer.name)} makes no revocation list`,
    hint: issuer.keyPlace === undefined ? listHint(issuer) : offlineHint(draft, issuer),
    ...(draft === issuer ? {} : { related: [{ at: issuer.at(), message: 'its issuer' }] }),
  });
}

function listHint({ name }: AuthorityDraft): string {
  return `add "crl: true" to ${quote(name)}, and give the list to what should refuse the certificate`;
}

/** Lists are signed where the key is, by a manifest of that machine. */
function offlineHint(draft: Draft, issuer: AuthorityDraft): string {
  const there = `in the manifest of the machine that has the key of ${quote(issuer.name)}`;
  if (draft === issuer) return `state "revoked" ${there}, beside "crl: true", and leave it out here`;
  return `write its serial number ("pki history ${draft.id}") into "revoked" of that authority ${there}, beside "crl: true", and take the entry out here`;
}

function checkIssuer(draft: Draft, issuer: AuthorityDraft, report: Report): void {
  if (ownIn(issuer.settings.revoked) === undefined || ownIn(draft.settings.revoked) !== undefined) return;
  report.error({
    code: 'revoked',
    at: draft.at('issuer'),
    message: `${draftText(draft)} is signed by ${quote(issuer.name)}, which is revoked`,
    hint: 'give it another issuer, or revoke it as well',
    related: [{ at: issuer.at('revoked'), message: 'revoked here' }],
  });
}
