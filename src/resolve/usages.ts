/** What entries say of usages, where it would keep them from what their section is for. */
import type { Report } from '../manifest/report.ts';
import { listed } from '../manifest/suggest.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { quote } from '../pki/printable.ts';
import { PURPOSES_OF } from '../pki/purposes.ts';
import { type AuthorityDraft, type Draft, draftText, type LeafDraft } from './draft.ts';
import { type Hierarchy, lineOf } from './hierarchy.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** Everything that verifiers would refuse, each with those that were seen to. */
export function checkUsages(
  drafts: readonly Draft[],
  leaves: readonly SignedLeaf[],
  hierarchy: Hierarchy,
  report: Report,
): void {
  for (const draft of drafts) {
    if (draft.kind === 'authority') checkSigning(draft, report);
    else checkLeafUsages(draft, report);
    checkEncipherment(draft, report);
  }
  for (const signed of leaves) checkPurposesAbove(signed, hierarchy, report);
}

function checkSigning(authority: AuthorityDraft, report: Report): void {
  const { keyUsage, crl } = authority.settings;
  if (keyUsage?.includes('keyCertSign') === false)
    report.error({
      code: 'usage',
      at: authority.at('keyUsage'),
      message: `${draftText(authority)} could sign no certificates: "keyCertSign" is not among its usages`,
      hint: 'add keyCertSign; every verifier asks for it (RFC 5280 §4.2.1.3)',
    });
  if (crl !== undefined && keyUsage?.includes('cRLSign') === false)
    report.error({
      code: 'usage',
      at: authority.at('keyUsage'),
      message: `${draftText(authority)} could sign no revocation list, and "crl" says where one is`,
      hint: 'add cRLSign: OpenSSL, GnuTLS and Go refuse a list without it (RFC 5280 §4.2.1.3)',
      related: [{ at: authority.at('crl'), message: 'the list' }],
    });
}

function checkLeafUsages(leaf: LeafDraft, report: Report): void {
  const { keyUsage, extendedKeyUsage } = leaf.settings;
  if (leaf.kind === 'certificate') checkPurposes(leaf, report);
  checkNoCheck(leaf, report);
  if (keyUsage?.includes('keyCertSign'))
    report.error({
      code: 'usage',
      at: leaf.at('keyUsage'),
      message: `${draftText(leaf)} signs no certificates, and "keyCertSign" says so`,
      hint: 'leave keyCertSign out, or move the entry to "authorities"; OpenSSL and Go refuse it in an end entity',
    });
  else if (leaf.kind !== 'certificate' && keyUsage?.includes('digitalSignature') === false)
    report.error({
      code: 'usage',
      at: leaf.at('keyUsage'),
      message: `${draftText(leaf)} could do no TLS 1.3: "digitalSignature" is not among its usages`,
      hint: 'add digitalSignature; OpenSSL, NSS, Java and Go refuse a handshake without it',
    });
  const missing = PURPOSES_OF[leaf.kind].filter((purpose) => extendedKeyUsage?.includes(purpose) === false);
  if (missing.length > 0)
    report.error({
      code: 'usage',
      at: leaf.at('extendedKeyUsage'),
      message: `${draftText(leaf)} could be no ${leaf.kind}: ${listed(missing)} is not among its purposes`,
      hint: `add ${missing.join(' and ')}; every TLS library refuses a ${leaf.kind} without`,
    });
}

/** What a certificate outside TLS is for follows from no section. */
function checkPurposes(leaf: LeafDraft, report: Report): void {
  const { extendedKeyUsage } = leaf.settings;
  if (extendedKeyUsage === undefined && leaf.isKnown('extendedKeyUsage'))
    report.error({
      code: 'usage',
      about: draftText(leaf),
      at: leaf.at(),
      message: `${draftText(leaf)} does not say what it is for`,
      hint: `add "profile: code-signing", email, timestamping or ocsp-responder, or an "extendedKeyUsage"`,
    });
  if (extendedKeyUsage?.includes('timeStamping') && extendedKeyUsage.length > 1)
    report.error({
      code: 'usage',
      at: leaf.at('extendedKeyUsage'),
      message: `${draftText(leaf)} signs time stamps, and would be for more than that`,
      hint: 'leave the other purposes out: "timeStamping" has to be the only one (RFC 3161 §2.3), and OpenSSL refuses others',
    });
}

/** It is about the responses of a responder alone. */
function checkNoCheck(leaf: LeafDraft, report: Report): void {
  const { ocspNoCheck, extendedKeyUsage = [] } = leaf.settings;
  if (ocspNoCheck && !extendedKeyUsage.includes('OCSPSigning'))
    report.error({
      code: 'usage',
      at: leaf.at('ocspNoCheck'),
      message: `${draftText(leaf)} is no OCSP responder, so "ocspNoCheck" says nothing`,
      hint: 'leave it out, or add "OCSPSigning" to "extendedKeyUsage"',
    });
}

function checkEncipherment(draft: Draft, report: Report): void {
  const { key } = draft;
  const { keyUsage } = draft.settings;
  if (keyUsage?.includes('keyEncipherment') !== true || key.algorithm === 'rsa' || draft.kind === 'authority')
    return;
  report.error({
    code: 'usage',
    at: draft.at('keyUsage'),
    message: `${draftText(draft)} has a key of kind ${quote(keySpecText(key))}, which enciphers no keys`,
    hint: 'leave keyEncipherment out (RFC 8813 §3, RFC 8410 §5): only RSA keys do that, and NSS and Java refuse it',
  });
}

/** Purposes of an authority narrow everything below it: OpenSSL, Go, Java, NSS and Windows all nest them. */
function checkPurposesAbove({ leaf, issuer }: SignedLeaf, hierarchy: Hierarchy, report: Report): void {
  const purposes: readonly string[] = leaf.settings.extendedKeyUsage ?? PURPOSES_OF[leaf.kind];
  for (const authority of lineOf(issuer, hierarchy)) {
    const allowed = authority.settings.extendedKeyUsage;
    const missing = purposes.filter((purpose) => allowed?.includes(purpose) === false);
    if (allowed === undefined || allowed.includes('anyExtendedKeyUsage') || missing.length === 0) continue;
    report.error({
      code: 'usage',
      at: leaf.at('extendedKeyUsage'),
      message: `${draftText(leaf)} is for ${listed(missing)}, and ${draftText(authority)} above it is not`,
      hint: `add ${missing.join(' and ')} to the extendedKeyUsage of ${quote(authority.name)}, or leave that out: it then allows everything`,
      related: [{ at: authority.at('extendedKeyUsage'), message: 'the purposes of the authority' }],
    });
    return;
  }
}
