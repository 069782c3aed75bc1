/** Who signs the OCSP responses of an authority, and the signing: by openssl, in a folder that is gone afterwards. */
import { type Openssl, opensslIn } from '../engine/openssl-call.ts';
import { OCSP_FILES, ocspCommand, ocspIndex } from '../openssl/ocsp.ts';
import type { CertificateStatus } from '../pki/certificate-status.ts';
import type { Entity } from '../pki/entity.ts';
import { listTerms } from '../plan/list.ts';
import { NOTHING, type Observation } from '../plan/observation.ts';
import { type AnsweringAuthority, respondersOf } from '../plan/ocsp.ts';
import { Folder } from '../store/folder.ts';
import { Keyring } from '../store/keyring.ts';
import type { Secrets } from '../store/secrets.ts';
import { readPublished } from '../store/symlinks/read.ts';
import { type TemporaryFolder, temporaryFolder } from '../store/temporary.ts';
import type { OcspFault } from '../words/ocsp.ts';
import { certificateSpki } from '../x509/certificate.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import type { NamedIssuer } from '../x509/ocsp-request.ts';
import { certificateDer, parseCertificate } from '../x509/parse.ts';
import { pemText } from '../x509/pem.ts';
import { signingBy } from '../x509/signature-write.ts';
import { publicKeyObject, type VerificationKey } from '../x509/verification-key.ts';

/** All that it takes to sign for an authority. */
export interface SignerFiles {
  readonly authority: AnsweringAuthority;
  /** The authority itself, or its responder. */
  readonly signer: Entity;
  readonly issuer: NamedIssuer & { readonly facts: CertificateFacts };
  readonly certificate: CertificateFacts;
  readonly verificationKey: VerificationKey;
  /** PEM: of the authority, of the signer, and the key of the latter as it is in its file. */
  readonly ca: string;
  readonly cert: string;
  readonly key: Buffer;
  readonly passphrase: string | null;
}

/** Files that sign, or why there are none. */
export type FoundSigner =
  | { readonly ok: true; readonly files: SignerFiles }
  | { readonly ok: false; readonly fault: OcspFault };

/** Where files are, and what is known of them. */
export interface SignerSource {
  readonly root: string;
  readonly entities: readonly Entity[];
  readonly observation: Observation;
  readonly secrets: Secrets;
}

/** The first responder that can sign; without any in the manifest, the authority. @param now seconds since 1970. */
export function findSigner(authority: AnsweringAuthority, source: SignerSource, now: number): FoundSigner {
  const responders = respondersOf(authority, source.entities);
  if (responders.length === 0 && authority.keyPlace !== undefined)
    return { ok: false, fault: { kind: 'key-elsewhere', authority: authority.id } };
  const found = (responders.length === 0 ? [authority] : responders).map((signer) =>
    signerFiles(authority, signer, source, now),
  );
  const [first] = found;
  const usable = found.find(({ ok }) => ok) ?? first;
  if (usable === undefined) throw new Error(`Internal error: no one signs for ${authority.id}`);
  return usable;
}

function signerFiles(
  authority: AnsweringAuthority,
  signer: Entity,
  source: SignerSource,
  now: number,
): FoundSigner {
  const { root, observation } = source;
  const { id } = signer;
  const fault = faultOf(authority, signer, observation, now);
  if (fault !== null) return { ok: false, fault };
  const [ca, cert, key] = [
    readPublished(root, authority, 'cert'),
    readPublished(root, signer, 'cert'),
    readPublished(root, signer, 'key'),
  ];
  if (ca.state !== 'present') return missing(authority.id, 'cert');
  if (cert.state !== 'present') return missing(id, 'cert');
  if (key.state !== 'present') return missing(id, 'key');
  const opened = passphraseOf(signer, key.facts, source.secrets);
  if (opened === undefined) return { ok: false, fault: { kind: 'closed', signer: id } };
  const [caDer, certDer] = [certificateDer(ca.facts), certificateDer(cert.facts)];
  const facts = parseCertificate(ca.facts);
  return {
    ok: true,
    files: {
      authority,
      signer,
      issuer: { subjectDer: facts.subjectDer, spki: certificateSpki(caDer), facts },
      certificate: parseCertificate(cert.facts),
      verificationKey: publicKeyObject(certificateSpki(certDer)),
      ca: pemText('CERTIFICATE', caDer),
      cert: pemText('CERTIFICATE', certDer),
      key: key.facts,
      passphrase: opened.passphrase,
    },
  };
}

function missing(signer: string, file: 'key' | 'cert'): FoundSigner {
  return { ok: false, fault: { kind: 'missing', signer, file } };
}

/** A client wants some time to fetch and use what was signed. */
const SHORTEST = 5 * 60;

function faultOf(
  authority: AnsweringAuthority,
  signer: Entity,
  { entities }: Observation,
  now: number,
): OcspFault | null {
  const { id } = signer;
  const { cert, key, signedBy } = entities.get(id) ?? NOTHING;
  const issuer = (entities.get(authority.id) ?? NOTHING).cert;
  if (issuer.state !== 'present') return { kind: 'missing', signer: authority.id, file: 'cert' };
  if (cert.state !== 'present') return { kind: 'missing', signer: id, file: 'cert' };
  if (key.state === 'encrypted') return { kind: 'closed', signer: id };
  if (key.state !== 'present') return { kind: 'missing', signer: id, file: 'key' };
  const isOwn = signer.id === authority.id;
  const isOfIssuer = isOwn || signedBy === issuer.facts.keyId;
  if (key.facts.keyId !== cert.facts.keyId || !isOfIssuer) return { kind: 'other-key', signer: id };
  const purposes = cert.facts.extensions.extendedKeyUsage?.value ?? [];
  if (!isOwn && !purposes.includes('OCSPSigning')) return { kind: 'unsuited', signer: id };
  const { notBefore, notAfter } = cert.facts;
  return notBefore <= now && notAfter - now >= SHORTEST ? null : { kind: 'ended', signer: id };
}

/** `undefined`: it stays closed. */
function passphraseOf(
  signer: Entity,
  key: Buffer,
  secrets: Secrets,
): { readonly passphrase: string | null } | undefined {
  const opened = new Keyring(secrets).open(signer, key);
  if (opened.state === 'closed') return undefined;
  if (opened.state === 'plain') return { passphrase: null };
  const source = opened.by === 'previous' ? signer.previousPassphrase : signer.passphrase;
  const secret = source === undefined ? undefined : secrets.read(source);
  return secret?.ok === true ? { passphrase: secret.value } : undefined;
}

/** What is asked of a signer. */
export interface OcspQuestion {
  /** DER. */
  readonly request: Uint8Array;
  /** All that it may speak of. */
  readonly statuses: Iterable<readonly [serial: string, status: CertificateStatus]>;
  readonly minutes: number;
}

/** What calls of openssl need. */
export interface SignerOptions {
  /** A path, or a name to be found in `PATH`. */
  readonly binary: string;
  readonly signal?: AbortSignal | undefined;
  /** Seconds for one call. */
  readonly limit?: number;
}

/** To be closed: its folder holds a copy of a private key, as it is in its file. */
export class OcspSigner {
  readonly files: SignerFiles;
  readonly #temporary: TemporaryFolder;
  readonly #folder: Folder;
  readonly #openssl: Openssl;
  readonly #running = new Set<Promise<unknown>>();
  #calls = 0;

  private constructor(files: SignerFiles, temporary: TemporaryFolder, options: SignerOptions) {
    this.files = files;
    this.#temporary = temporary;
    this.#folder = Folder.open(temporary.path);
    this.#openssl = opensslIn(temporary.path, options.binary, options);
  }

  /** Copies what openssl reads into a folder that others cannot look into. */
  static async open(files: SignerFiles, options: SignerOptions): Promise<OcspSigner> {
    const signer = new OcspSigner(files, await temporaryFolder('pki-ocsp-'), options);
    try {
      signer.#folder.writeNew(OCSP_FILES.ca, files.ca, 0o600);
      signer.#folder.writeNew(OCSP_FILES.signer, files.cert, 0o600);
      signer.#folder.writeNew(OCSP_FILES.key, files.key, 0o600);
      return signer;
    } catch (error) {
      await signer.close();
      throw error;
    }
  }

  /** Resolves with the response, which is yet to be looked at. @throws OpensslError, or an Error where nothing was made. */
  async sign(question: OcspQuestion): Promise<Buffer> {
    const signing = this.#sign(question);
    this.#running.add(signing);
    try {
      return await signing;
    } finally {
      this.#running.delete(signing);
    }
  }

  async #sign({ request, statuses, minutes }: OcspQuestion): Promise<Buffer> {
    const call = this.#calls++;
    const names = { index: `${call}.index`, request: `${call}.request`, response: `${call}.response` };
    const { passphrase, authority, signer, certificate } = this.files;
    try {
      this.#folder.writeNew(names.index, ocspIndex(statuses), 0o600);
      this.#folder.writeNew(names.request, request, 0o600);
      const isOwn = authority.id === signer.id;
      const signing = signingBy(certificate.keySpec, listTerms(authority));
      await this.#openssl.run(ocspCommand({ ...names, minutes, isOwn, passphrase, signing }));
      const made = this.#folder.read(names.response);
      if (made.state !== 'present') throw new Error('openssl wrote no response');
      return made.facts;
    } finally {
      await Promise.all(Object.values(names).map((name) => this.#remove(name)));
    }
  }

  async #remove(name: string): Promise<void> {
    if (this.#folder.lookAt(name) !== undefined) await this.#folder.unlink(name);
  }

  /** Takes the folder away, once what runs has ended. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#running);
    this.#folder[Symbol.dispose]();
    await this.#temporary.remove();
  }
}
