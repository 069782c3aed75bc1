/** Private extensions that are critical: who does not know one refuses the certificate (RFC 5280 §4.2). */
import type { Report } from '../manifest/report.ts';
import { quote } from '../pki/printable.ts';
import { namedExtension } from '../x509/named-extensions.ts';
import { type Draft, draftText } from './draft.ts';

/** An error for each: every certificate here is verified by OpenSSL, and everything below an authority depends on its own. */
export function checkCritical(drafts: readonly Draft[], report: Report): void {
  for (const draft of drafts)
    for (const { oid, critical } of draft.settings.extensions ?? []) {
      if (!critical || namedExtension(oid).supported) continue;
      report.error({
        code: 'extension',
        at: draft.at('extensions', oid),
        message: `${draftText(draft)} would be refused: the extension ${quote(oid)} is critical, and OpenSSL, GnuTLS, NSS, Go, Java and rustls know no such extension`,
        hint: 'leave "critical" out: who knows the extension reads it in either case',
      });
    }
}
