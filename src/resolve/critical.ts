/** Private extensions that are critical: who does not know one refuses the certificate (RFC 5280 §4.2). */
import type { Report } from '../manifest/report.ts';
import { quote } from '../pki/printable.ts';
import { namedExtension } from '../x509/named-extensions.ts';
import { type Draft, draftText } from './draft.ts';

/**
 * An error for each where TLS libraries are to accept the certificate, or all below an authority depends on it; a warning
 * in those outside of TLS, whose readers may be programs that were written to know the extension.
 */
export function checkCritical(drafts: readonly Draft[], report: Report): void {
  for (const draft of drafts)
    for (const { oid, critical } of draft.settings.extensions ?? []) {
      if (!critical || namedExtension(oid).supported) continue;
      const at = draft.at('extensions', oid);
      if (draft.kind === 'certificate')
        report.warn({
          code: 'extension',
          at,
          message: `${draftText(draft)} is refused by all who do not know its critical extension ${quote(oid)}, as OpenSSL, GnuTLS, NSS, Go, Java and rustls do not`,
          hint: 'leave "critical" out, unless only programs that know the extension are to accept the certificate',
        });
      else
        report.error({
          code: 'extension',
          at,
          message: `${draftText(draft)} would be refused: the extension ${quote(oid)} is critical, and OpenSSL, GnuTLS, NSS, Go, Java and rustls know no such extension`,
          hint: 'leave "critical" out: who knows the extension reads it in either case',
        });
    }
}
