/** A sample from files: one, all of a folder, or standard input. Private keys beside them are left alone. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundCertificate, FoundFile } from '../../adopt/found.ts';
import { readContent } from '../../adopt/read-content.ts';
import { errorCode } from '../../pki/errors.ts';
import { scanFolder } from '../../store/observe/scan.ts';
import { OpenFile } from '../../store/open-file.ts';
import { UserError } from '../../words/user-error.ts';
import { certificateFacts } from '../../x509/certificate.ts';
import { isAuthority } from '../../x509/facts.ts';
import type { SampleCertificate, Samples } from './certificate.ts';

/**
 * Certificates of leaves, each once; those of authorities by themselves, and other files, are passed over.
 * @param path a file or folder. @param input what standard input has, where that is the path.
 * @throws UserError where nothing is there, or nothing of it is a certificate.
 */
export function samplesIn(path: string, input: Buffer | null): Samples {
  const certificates = unique(
    input === null ? certificatesAt(path) : certificatesOf(input, 'standard input'),
  );
  if (certificates.length === 0) throw new UserError({ kind: 'sample', fault: { kind: 'none', path } });
  return { certificates, missing: [] };
}

function certificatesAt(path: string): readonly SampleCertificate[] {
  try {
    if (!lstatSync(path).isDirectory()) return certificatesOf(bytesAt(path), path);
    const { files, unusable } = scanFolder(path);
    // Adopting takes PEM alone: DER is among what it leaves out.
    const others = unusable.filter(({ why }) => why.kind === 'format');
    return [
      ...files.flatMap(certificateIn),
      ...others.flatMap((one) => certificatesOf(bytesAt(join(path, one.path)), one.path)),
    ];
  } catch (error) {
    if (error instanceof UserError || errorCode(error) === '') throw error;
    throw new UserError({ kind: 'sample', fault: { kind: 'none', path } });
  }
}

function bytesAt(path: string): Buffer {
  using file = new OpenFile(path, path);
  return file.read();
}

/** Of PEM, or of one certificate in DER. */
function certificatesOf(bytes: Buffer, path: string): readonly SampleCertificate[] {
  const facts = factsOf(bytes);
  if (facts !== null) return isAuthority(facts) ? [] : [{ from: path, chain: [bytes] }];
  const found = readContent(bytes, path);
  return found === null || 'why' in found ? [] : certificateIn(found);
}

function factsOf(der: Buffer): ReturnType<typeof certificateFacts> | null {
  try {
    return certificateFacts(der);
  } catch {
    return null; // No DER.
  }
}

/** What is in a file with a chain stands in that order. */
function certificateIn({ path, certificates: [leaf, ...others] }: FoundFile): readonly SampleCertificate[] {
  if (leaf === undefined || isAuthority(leaf.facts)) return [];
  return [{ from: path, chain: [leaf.der, ...others.map(({ der }: FoundCertificate) => der)] }];
}

/** `cert.pem` and `fullchain.pem` are one: the longer says more. */
function unique(all: readonly SampleCertificate[]): readonly SampleCertificate[] {
  const found = new Map<string, SampleCertificate>();
  for (const one of all) {
    const name = Buffer.from(one.chain[0]).toString('base64');
    const before = found.get(name);
    if (before === undefined || before.chain.length < one.chain.length) found.set(name, one);
  }
  return [...found.values()];
}
