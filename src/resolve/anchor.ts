/** Authorities of which only certificates are here: what their files hold, and what cannot be asked of them. */
import { type Parsed, parsed, refused } from '../manifest/problem.ts';
import type { Report } from '../manifest/report.ts';
import { SETTING_NAMES, type Setting } from '../manifest/settings.ts';
import { messageOf } from '../pki/errors.ts';
import { quote, visible } from '../pki/printable.ts';
import type { SideFiles } from '../pki/side-file.ts';
import { isAuthority } from '../x509/facts.ts';
import { certificateLabelled, parseCertificates } from '../x509/parse.ts';
import { pemText } from '../x509/pem.ts';
import { type AuthorityDraft, type Draft, draftText } from './draft.ts';
import { sideFaultHint, sideFaultText } from './side-fault.ts';

/** Whether only its certificates are here. */
export function isAnchor({ keyPlace }: Pick<Draft, 'keyPlace'>): boolean {
  return keyPlace?.kind === 'anchor';
}

/** The draft with what is in its file. Mistakes are reported where the file is named. */
export function withAnchor(draft: AuthorityDraft, files: SideFiles, report: Report): AuthorityDraft {
  const { certificate: path } = draft.settings;
  if (path === undefined) return draft;
  checkSettings(draft, report);
  const found = certificatesAt(path, files);
  if (!found.ok) report.error({ ...found.problem, at: draft.at('certificate') });
  return { ...draft, keyPlace: { kind: 'anchor', path, certificates: found.ok ? found.value : [] } };
}

/** Who signs its key as well is for others to say. */
const BESIDE: readonly Setting[] = ['certificate', 'crossSignedBy'];

/** Whatever it is, its certificates say it. */
function checkSettings(draft: AuthorityDraft, report: Report): void {
  for (const setting of SETTING_NAMES) {
    if (BESIDE.includes(setting) || !draft.says(setting)) continue;
    report.error({
      code: 'anchor',
      at: draft.at(setting),
      message: `${draftText(draft)} has "certificate", and ${quote(setting)} beside it decides nothing`,
      hint: `leave ${quote(setting)} out, or "certificate" where the authority is made here`,
    });
  }
}

function certificatesAt(path: string, files: SideFiles): Parsed<readonly string[]> {
  const file = files.read(path);
  if (!file.ok) {
    const hint = sideFaultHint(file.fault, path, 'name a file of certificates in PEM');
    return wrong(path, sideFaultText(file.fault), hint);
  }
  const text = file.bytes.toString('latin1');
  if (text.includes('PRIVATE KEY-----'))
    return wrong(path, 'holds a private key', 'take the key out: a certificate is all that trust takes');
  return certificatesOf(path, file.bytes);
}

function certificatesOf(path: string, bytes: Buffer): Parsed<readonly string[]> {
  try {
    const all = parseCertificates(bytes);
    if (all.length === 0)
      return wrong(path, 'holds no certificate', 'it has to be PEM: "openssl x509 -inform der" converts');
    const other = all.findIndex((facts) => !isAuthority(facts));
    if (other !== -1)
      return wrong(
        path,
        `holds a certificate (number ${other + 1}) that is not one of an authority`,
        'take it out: what is trusted has to be an authority',
      );
    return parsed(certificateLabelled(bytes).map((der) => pemText('CERTIFICATE', der)));
  } catch (error) {
    return wrong(path, visible(messageOf(error)), 'name a file of certificates in PEM');
  }
}

function wrong(path: string, what: string, hint: string): Parsed<never> {
  return refused('anchor', `certificate ${quote(path)} ${what}`, hint);
}

/** An error for each authority that names one as its issuer; leaves below one come from elsewhere (elsewhere.ts). */
export function checkAnchoredIssuers(authorities: readonly AuthorityDraft[], report: Report): void {
  const anchors = new Set(authorities.filter(isAnchor).map(({ name }) => name));
  for (const draft of authorities) {
    if (draft.issuer === undefined || !anchors.has(draft.issuer) || isAnchor(draft)) continue;
    report.error({
      code: 'anchor',
      at: draft.at('issuer'),
      about: draftText(draft),
      message: `${draftText(draft)} cannot be signed by ${quote(draft.issuer)}, of which only the certificate is here`,
      hint: `name an authority that signs here; ${quote(draft.issuer)} can be the issuer of servers, clients and other leaves, and stand in "trust"`,
    });
  }
}
