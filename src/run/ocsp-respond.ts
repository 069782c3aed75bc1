/** One signed response, as every caller gets it: good for as long as the authority says, and read back. */
import { OpensslError } from '../engine/openssl-call.ts';
import type { CertificateStatus } from '../pki/certificate-status.ts';
import { responseMinutes } from '../plan/ocsp.ts';
import type { OcspFault } from '../words/ocsp.ts';
import { unlessDamaged } from '../x509/der.ts';
import { encodeCertId, encodeOcspRequest } from '../x509/ocsp-request.ts';
import { isOcspSignedBy } from '../x509/ocsp-response.ts';
import type { OcspSigner, SignerFiles } from './ocsp-signer.ts';

/** What is known of a certificate that a response is to speak of. */
export interface KnownStatus {
  readonly serial: string;
  readonly status: CertificateStatus;
}

/** To a question that no one asked yet. @throws an error for `signingFault`. */
export function respondAbout(signer: OcspSigner, known: KnownStatus, now: number): Promise<Buffer> {
  return respondTo(signer, encodeOcspRequest(encodeCertId(signer.files.issuer, known.serial)), [known], now);
}

/**
 * To one that came, in DER. openssl exits with 0 where it has signed something else (openssl quirk).
 * @throws an error for `signingFault`.
 */
export async function respondTo(
  signer: OcspSigner,
  request: Uint8Array,
  known: readonly KnownStatus[],
  now: number,
): Promise<Buffer> {
  const { authority, certificate, verificationKey } = signer.files;
  const minutes = responseMinutes(authority.ocsp.terms, certificate.notAfter, now);
  if (minutes < 1) throw new SignerEnded();
  const statuses = known.map(({ serial, status }) => [serial, status] as const);
  const der = await signer.sign({ request, statuses, minutes });
  const isSigned = unlessDamaged(() => isOcspSignedBy(der, verificationKey));
  if (!isSigned) throw new OtherResponse(known.map(({ serial }) => serial).join(', '));
  return der;
}

/** openssl signed something else than was asked. */
export class OtherResponse extends Error {
  readonly serial: string;

  constructor(serial: string) {
    super(`openssl signed something else about ${serial}`);
    this.serial = serial;
  }
}

/** What it signs would be good for no time at all. */
class SignerEnded extends Error {}

/** What an error of signing means. */
export function signingFault(error: unknown, { authority, signer }: SignerFiles): OcspFault {
  if (error instanceof SignerEnded) return { kind: 'ended', signer: signer.id };
  if (error instanceof OtherResponse)
    return { kind: 'made-other', authority: authority.id, serial: error.serial };
  if (error instanceof OpensslError && error.end !== 'cut-short')
    return { kind: 'openssl', authority: authority.id, problem: error.message, lastWords: error.lastWords };
  throw error;
}
