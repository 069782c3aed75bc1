// The least that Node needs for n servers below a root: what bench/peer does, by the same OpenSSL that the node engine
// has, and nothing of what an engine does. The octets that are signed are of the right length and say nothing.
//
//     node floor.mjs <folder> <n> <bare|careful>
//
// `bare`: a key, a request's and a certificate's signature, five files. `careful`: both signatures checked, files synced in
// a folder beside, read back, looked at, and renamed to their place; still no DER read, no name compared, no ledger.
import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const [folder = '', count = '', level = ''] = process.argv.slice(2);
const isCareful = level === 'careful';
const NEW_KEY = { namedCurve: 'P-256' };
const authority = generateKeyPairSync('ec', NEW_KEY);
/** Octets of a TBSCertificate and of a CertificationRequestInfo, with room for serial number and key. */
const [certificate, request] = [Buffer.alloc(420, 1), Buffer.alloc(250, 1)];

function pem(label, der) {
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

function write(path, text, mode) {
  if (!isCareful) return writeFileSync(path, text, { mode });
  const descriptor = openSync(path, 'wx', mode);
  writeSync(descriptor, text);
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function check(spki, csrSignature, certSignature) {
  const own = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const isGood =
    verify('sha256', request, own, csrSignature) &&
    verify('sha256', certificate, authority.publicKey, certSignature);
  if (!isGood) throw new Error('a signature that was just made is not good');
}

function filesOf() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', NEW_KEY);
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  createHash('sha1').update(spki).digest();
  randomBytes(20).copy(certificate, 10);
  for (const octets of [certificate, request]) spki.copy(octets, 100);
  const csrSignature = sign('sha256', request, privateKey);
  const certSignature = sign('sha256', certificate, authority.privateKey);
  if (isCareful) check(spki, csrSignature, certSignature);
  const cert = pem('CERTIFICATE', Buffer.concat([certificate, certSignature]));
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    csr: pem('CERTIFICATE REQUEST', Buffer.concat([request, csrSignature])),
    ...{ cert, fullchain: cert, ca: cert },
  };
}

function place(name) {
  const made = join(folder, isCareful ? `.${name}` : name);
  const files = Object.entries(filesOf()).map(([file, text]) => [join(made, `${file}.pem`), text]);
  mkdirSync(made);
  for (const [path, text] of files) write(path, text, path.endsWith('key.pem') ? 0o600 : 0o644);
  if (!isCareful) return;
  for (const [path] of files) readFileSync(path);
  for (const [path] of files) lstatSync(path);
  renameSync(made, join(folder, name));
}

mkdirSync(folder, { recursive: true });
for (let i = 0; i < Number(count); i++) place(`s${i}`);
