/** Signing what a folder of requests asks for, where the key is: shown first, signed on a yes, judged, put into the folder. */
import { realpathSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type PrivateKey, readKey } from '../engine/node-key.ts';
import { newSerial, type SigningToken, signed } from '../engine/node-sign.ts';
import { messageOf } from '../pki/errors.ts';
import { plainName } from '../pki/paths.ts';
import { type SecretSource, secretSourceText } from '../pki/secret-source.ts';
import { readSigningRequest, type SigningRequest, signingFaults } from '../plan/signing-request.ts';
import { unsignedAnswer } from '../plan/unsigned.ts';
import { Exchange, REQUESTS } from '../store/exchange.ts';
import { fieldsOf } from '../store/json.ts';
import { Secrets } from '../store/secrets.ts';
import type { ExchangeFault } from '../words/exchange.ts';
import { UserError } from '../words/user-error.ts';
import { isEncryptedKey, openedKey } from '../x509/encrypted-key.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { certificateDer, parseCertificate, parseRequest, requestDer } from '../x509/parse.ts';
import { pemText } from '../x509/pem.ts';
import { sha256 } from '../x509/public-key.ts';
import { signedBy } from '../x509/signature.ts';
import { encodeSigned } from '../x509/signature-write.ts';
import { publicKeyObject } from '../x509/verification-key.ts';
import { answerName } from './answers.ts';
import type { Ask } from './secrets.ts';
import { TOKEN_SCHEME, withToken } from './sign-token.ts';

/** What is asked, and with what it is signed. */
export interface SignOptions {
  /** Written by `pki request`. */
  readonly folder: string;
  /** The private key of an authority: a file in PEM, or the URI of a key on a token, `pkcs11:…`. */
  readonly key: string;
  /** Its certificate; by default the one in the folder. */
  readonly certificate?: string;
  /** Where the passphrase of the key comes from, where it has one, or the PIN; relative to the working directory. */
  readonly passphrase?: Extract<SecretSource, { readonly kind: 'env' | 'file' }>;
  /** Asks for it where nothing says where it comes from. Absent: there is no terminal. */
  readonly ask?: Ask;
  /** Sees what would be signed; nothing is, unless it says yes. */
  readonly approve: (asked: readonly AskedCertificate[]) => Promise<boolean>;
}

/** A certificate as it would be, its signature and serial number aside. */
export interface AskedCertificate {
  readonly request: SigningRequest;
  readonly facts: CertificateFacts;
  readonly issuer: CertificateFacts;
}

/** `signed` is none where the answer was no. */
export interface SignResult {
  readonly signed: readonly { readonly request: SigningRequest; readonly facts: CertificateFacts }[];
  /** Those that are asked of other authorities. */
  readonly others: readonly SigningRequest[];
}

/** @throws UserError where the folder, the key or what is asked cannot be used. */
export async function signRequests(options: SignOptions): Promise<SignResult> {
  const { key, passphrase } = options;
  if (!key.startsWith(TOKEN_SCHEME)) return await signWith(await privateKey(options), options);
  const pin = await secretFor(options, 'PIN');
  const variable = passphrase?.kind === 'env' ? passphrase.name : undefined;
  return await withToken(key, { pin, variable }, (signer) => signWith(signer, options));
}

async function signWith(
  signer: PrivateKey | SigningToken,
  { folder, key, certificate, approve }: SignOptions,
): Promise<SignResult> {
  using exchange = Exchange.open(folder);
  const requests = requestsIn(exchange);
  const drafts = requests.flatMap((request) => draftOf(exchange, request, signer, certificate) ?? []);
  if (drafts.length === 0) refuse(key, { kind: 'other-key' });
  const others = requests.filter((request) => !drafts.some((one) => one.request === request));
  const isAgreed = await approve(drafts.map(({ request, facts, issuer }) => ({ request, facts, issuer })));
  if (!isAgreed) return { signed: [], others };
  const made: { request: SigningRequest; facts: CertificateFacts }[] = [];
  for (const draft of drafts) made.push(await signOne(exchange, draft, signer));
  return { signed: made, others };
}

interface Draft extends AskedCertificate {
  readonly csr: Uint8Array;
}

function refuse(path: string, fault: ExchangeFault): never {
  throw new UserError({ kind: 'exchange', path, fault });
}

async function privateKey(options: SignOptions): Promise<PrivateKey> {
  const { key: path } = options;
  const bytes = fileAt(path);
  const plain = isEncryptedKey(bytes) ? openedKey(bytes, await secretFor(options, 'passphrase')) : bytes;
  if (plain === null) return refuse(path, { kind: 'other-passphrase' });
  try {
    return readKey(plain);
  } catch {
    return refuse(path, { kind: 'no-key' });
  }
}

/** Had once, and kept nowhere. */
async function secretFor({ key, passphrase, ask }: SignOptions, what: 'passphrase' | 'PIN'): Promise<string> {
  if (passphrase !== undefined) {
    const secret = Secrets.ofOption(passphrase);
    if (secret.ok) return secret.value;
    const lacks = { source: secretSourceText(passphrase), fault: secret.fault };
    return refuse(key, { kind: 'closed-key', lacks });
  }
  const question = { source: 'prompt', what, entities: [key], isRepeated: false } as const;
  const typed = await ask?.(question);
  return typed ?? refuse(key, { kind: 'closed-key', lacks: null });
}

/** A file that the user names: where it leads is the user's affair. */
function fileAt(path: string): Buffer {
  const real = realOf(path);
  using folder = Exchange.open(dirname(real));
  return folder.read(basename(real));
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return refuse(path, { kind: 'missing' });
  }
}

/** What a file in the folder says. @throws UserError with the words of the reader. */
function readable<T>(exchange: Exchange, name: string, read: (bytes: Buffer) => T): T {
  const bytes = exchange.read(name);
  try {
    return read(bytes);
  } catch (error) {
    return refuse(`${exchange.path}/${name}`, { kind: 'garbage', why: messageOf(error) });
  }
}

function requestsIn(exchange: Exchange): readonly SigningRequest[] {
  return readable(exchange, REQUESTS, (bytes) => {
    const { format, version, requests } = fieldsOf(JSON.parse(bytes.toString('utf8')));
    if (format !== 'pki-request' || version !== 1 || !Array.isArray(requests))
      throw new Error('it is not of a version that is known here');
    return requests.map((one, place) => {
      const request = readSigningRequest(fieldsOf(one));
      if (request === undefined) throw new Error(`request ${place + 1} is not whole`);
      return request;
    });
  });
}

/** `undefined` for what is asked of another key. @throws UserError for what must not be signed. */
function draftOf(
  exchange: Exchange,
  request: SigningRequest,
  { spki }: Pick<PrivateKey, 'spki'>,
  certificate: string | undefined,
): Draft | undefined {
  const issuer =
    certificate === undefined
      ? readable(exchange, `${plainName(request.authority)}.pem`, parseCertificate)
      : certificateAt(certificate);
  if (issuer.keyId !== sha256(spki)) {
    if (certificate !== undefined) refuse(certificate, { kind: 'other-pair' });
    return undefined;
  }
  const name = `${plainName(request.entity)}.csr.pem`;
  const csr = readable(exchange, name, requestDer);
  const { signatureFits } = readable(exchange, name, parseRequest);
  const facts = readable(exchange, REQUESTS, () => preview(request, csr, issuer));
  const faults = signingFaults(facts, issuer, signatureFits);
  if (faults.length > 0) refuse(`${exchange.path}/${name}`, { kind: 'unsignable', faults });
  return { request, facts, issuer, csr };
}

function certificateAt(path: string): CertificateFacts {
  const bytes = fileAt(path);
  try {
    return parseCertificate(bytes);
  } catch (error) {
    return refuse(path, { kind: 'garbage', why: messageOf(error) });
  }
}

/** Read as any other certificate is: what is shown is what verifiers will see. */
function preview(request: SigningRequest, csr: Uint8Array, issuer: CertificateFacts): CertificateFacts {
  const { der, algorithm } = unsignedAnswer(request, csr, issuer, Buffer.of(1));
  return parseCertificate(pem(encodeSigned(der, algorithm, Buffer.alloc(64))));
}

function pem(der: Uint8Array): Buffer {
  return Buffer.from(pemText('CERTIFICATE', der));
}

/** What was made is read back: all of it but the serial number has to be what was shown. */
async function signOne(exchange: Exchange, draft: Draft, key: PrivateKey | SigningToken): Promise<Draft> {
  const { request, csr, issuer } = draft;
  const made = pem(await signed(unsignedAnswer(request, csr, issuer, newSerial()), key));
  const facts = parseCertificate(made);
  const path = `${exchange.path}/${answerName(request.entity)}`;
  if (!signedBy(certificateDer(made), publicKeyObject(key.spki)) || !isSame(facts, draft.facts))
    refuse(path, { kind: 'garbage', why: 'what was made is not what was shown' });
  await exchange.write(answerName(request.entity), made);
  return { ...draft, facts };
}

function isSame(one: CertificateFacts, other: CertificateFacts): boolean {
  const compared = ({ fingerprint: _, serial: __, ...facts }: CertificateFacts): string =>
    JSON.stringify(facts);
  return compared(one) === compared(other);
}
