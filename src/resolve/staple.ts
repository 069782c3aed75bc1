/** Certificates that demand a stapled OCSP response (RFC 7633): what their servers need, and who looks at it. */
import type { Report } from '../manifest/report.ts';
import { quote } from '../pki/printable.ts';
import { draftText } from './draft.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** An error where there is nothing to staple, and a reminder that the server has to. */
export function checkStaples(leaves: readonly SignedLeaf[], report: Report): void {
  for (const signed of leaves) if (signed.leaf.settings.mustStaple === true) checkStaple(signed, report);
}

function checkStaple({ leaf, issuer }: SignedLeaf, report: Report): void {
  const at = leaf.at('mustStaple');
  const about = draftText(leaf);
  if (leaf.kind === 'client')
    report.error({
      code: 'usage',
      at,
      message: `${about} cannot staple: no server asks a client for an OCSP response`,
      hint: 'leave "mustStaple" out',
    });
  else if (
    issuer !== undefined &&
    (issuer.authority.settings.ocsp?.url ?? []).length === 0 &&
    issuer.authority.isKnown('ocsp')
  )
    report.error({
      code: 'usage',
      at,
      message: `${about} must staple an OCSP response, and ${draftText(issuer.authority)} names no responder to get it from`,
      hint: `add "ocsp": { url: "http://…" } to ${quote(issuer.authority.name)}, or leave "mustStaple" out`,
      related: [{ at: issuer.authority.at(), message: 'its issuer' }],
    });
  else
    report.warn({
      code: 'usage',
      at,
      message: `${about} has to staple an OCSP response to every handshake: GnuTLS and Firefox refuse it otherwise`,
      hint: 'switch stapling on in the server, or have it read what "pki ocsp" signs; OpenSSL, Go and Java do not look',
    });
}
