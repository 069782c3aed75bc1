/**
 * What must hold of an output folder whatever happened to it, judged by node:crypto and openssl and never by our code:
 * during a run that died (`brokenPromises`), and once the next one has put everything right (`imperfections`).
 */
import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY, runProgram } from '../helpers/cli.ts';
import type { Project } from './project.ts';

const SECTIONS = ['authorities', 'servers', 'clients', 'peers'] as const;

/** Paths of all files below a folder, relative to it. Links to folders are not followed: a run may leave one to itself. */
export function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => statSync(join(folder, path), { throwIfNoEntry: false })?.isFile())
    .sort();
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g;

/** Certificates of a PEM text. Parsing the same one again and again is what takes the time here. */
export function certificatesOf(text: string): readonly X509Certificate[] {
  return (text.match(CERTIFICATE) ?? []).map((pem) => {
    const found = parsed.get(pem) ?? new X509Certificate(pem);
    parsed.set(pem, found);
    return found;
  });
}
const parsed = new Map<string, X509Certificate>();

/** SHA-256 of the SubjectPublicKeyInfo of a private key in PEM. */
export function keyIdOf(pem: string): string {
  const found = keyIds.get(pem) ?? spkiHash(createPublicKey(createPrivateKey(pem)).export(SPKI));
  keyIds.set(pem, found);
  return found;
}
const keyIds = new Map<string, string>();
const SPKI = { type: 'spki', format: 'der' } as const;

export function certificateKeyId(certificate: X509Certificate): string {
  return spkiHash(certificate.publicKey.export(SPKI));
}

function spkiHash(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex');
}

/**
 * Public keys of every private key anywhere below the folder: in place, staged, waiting, archived. No key has any
 * business in the scratch folder, where an openssl that outlives its run may still be changing files.
 */
export function keysAnywhere(out: string, counts = (_path: string) => true): ReadonlySet<string> {
  const found = new Set<string>();
  for (const path of filesBelow(out)) {
    if (path.startsWith('.pki/scratch/') || !counts(path)) continue;
    const text = readFileSync(join(out, path), 'latin1');
    if (!/^-----BEGIN (EC |RSA )?PRIVATE KEY-----\n/.test(text)) continue;
    try {
      found.add(keyIdOf(text));
    } catch {
      // Half a key that openssl was writing in a staging folder is none.
    }
  }
  return found;
}

/**
 * What a dead run may not leave behind, before anybody mends it.
 * @param keysBefore those that were there before the run.
 */
export function brokenPromises(out: string, keysBefore: Iterable<string>): readonly string[] {
  const keys = keysAnywhere(out);
  const problems: string[] = [];
  for (const id of keysBefore) if (!keys.has(id)) problems.push(`key ${id.slice(0, 12)} is lost`);
  for (const path of filesBelow(out)) {
    if (path.startsWith('.pki/') || !path.endsWith('.pem')) continue;
    const text = readFileSync(join(out, path), 'latin1');
    if (!isWhole(text)) {
      problems.push(`${path} is half a file (${text.length} octets)`);
      continue;
    }
    for (const certificate of certificatesOf(text)) {
      if (!keys.has(certificateKeyId(certificate))) problems.push(`${path} needs a key that is nowhere`);
    }
    if (path.endsWith('/key.pem') && (statSync(join(out, path)).mode & 0o777) !== 0o600)
      problems.push(`${path} has another mode than 0600`);
  }
  return problems;
}

function isWhole(text: string): boolean {
  return /^(-----BEGIN ([A-Z ]+)-----\n[A-Za-z0-9+/=\n]+-----END \2-----\n)+$/.test(text);
}

/** Everything that is not as it has to be once an apply has gone through. */
export async function imperfections(project: Project): Promise<readonly string[]> {
  const { out } = project;
  const problems: string[] = [];
  const due = await project.due();
  if (due.length > 0) problems.push(`still due: ${JSON.stringify(due)}`);
  const serials = ledgerSerials(out, problems);
  for (const id of entitiesIn(out)) {
    const read = (name: string): string => {
      const path = join(out, id, name);
      return existsSync(path) ? readFileSync(path, 'latin1') : '';
    };
    const [cert, ...more] = certificatesOf(read('cert.pem'));
    if (cert === undefined || more.length > 0) {
      problems.push(`${id} has ${more.length === 0 ? 'no' : 'several'} certificates`);
      continue;
    }
    if (keyIdOf(read('key.pem')) !== certificateKeyId(cert)) problems.push(`${id}: key and certificate`);
    const [own, ...above] = certificatesOf(read('fullchain.pem'));
    if (own?.fingerprint256 !== cert.fingerprint256) problems.push(`${id}: fullchain begins with another`);
    if (read('chain.pem') !== '' && fingerprints(certificatesOf(read('chain.pem'))) !== fingerprints(above))
      problems.push(`${id}: chain and fullchain`);
    if (!serials.has(cert.serialNumber.toUpperCase().replace(/^0+/, '')))
      problems.push(`${id}: serial ${cert.serialNumber} is not in the ledger`);
    problems.push(...(await complaints(out, id)));
  }
  return [...problems, ...litterIn(out)];
}

function fingerprints(certificates: readonly X509Certificate[]): string {
  return certificates.map(({ fingerprint256 }) => fingerprint256).join();
}

/** `servers/api`, … that have a folder. */
export function entitiesIn(out: string): readonly string[] {
  return SECTIONS.flatMap((section) =>
    existsSync(join(out, section)) ? readdirSync(join(out, section)).map((name) => `${section}/${name}`) : [],
  );
}

const judged = new Map<string, readonly string[]>();

/** openssl's own view of an entity with the files that it has; the same content is judged once. */
async function complaints(out: string, id: string): Promise<readonly string[]> {
  const folder = join(out, id);
  const files = ['ca.pem', 'chain.pem', 'cert.pem'].filter((name) => existsSync(join(folder, name)));
  const content = files.map((name) => readFileSync(join(folder, name), 'latin1')).join('|');
  const known = judged.get(content);
  if (known !== undefined) return known;
  const untrusted = files.includes('chain.pem') ? ['-untrusted', 'chain.pem'] : [];
  const args = ['verify', '-x509_strict', '-CAfile', 'ca.pem', ...untrusted, 'cert.pem'];
  const run = await runProgram('openssl', args, { cwd: folder });
  const found = run.code === 0 ? [] : [`${id}: ${run.stderr}`];
  judged.set(content, found);
  return found;
}

/** Serial numbers in upper case without leading zeros. */
export function ledgerSerials(out: string, problems: string[] = []): ReadonlySet<string> {
  const path = join(out, '.pki/ledger.jsonl');
  if (!existsSync(path)) return new Set();
  const text = readFileSync(path, 'utf8');
  if (!text.endsWith('\n')) problems.push('the ledger ends in the middle of a line');
  const serials = new Set<string>();
  for (const line of text.trimEnd().split('\n')) {
    try {
      serials.add(String(JSON.parse(line).serial).toUpperCase().replace(/^0+/, ''));
    } catch {
      problems.push(`a line of the ledger is not JSON: ${line.slice(0, 60)}`);
    }
  }
  return serials;
}

/** What does not belong below `.pki`, or anywhere else, between runs. */
function litterIn(out: string): readonly string[] {
  const own = readdirSync(join(out, '.pki')).filter(
    (name) => !['ledger.jsonl', 'archive', 'commit', 'cache.json', 'places.json'].includes(name),
  );
  const pending = existsSync(join(out, '.pki/commit')) ? readdirSync(join(out, '.pki/commit')) : [];
  const drafts = filesBelow(out).filter((path) => /\.(draft|tmp|new)$/.test(path) && !own.includes(path));
  return [...own, ...pending, ...drafts].map((name) => `litter: ${name}`);
}

/** Environment of a run in which a file operation goes wrong: helpers/fault.mjs. */
export function withFault(fault: Readonly<Record<string, string | number>>): Record<string, string> {
  const preload = pathToFileURL(join(REPOSITORY, 'test/helpers/fault.mjs')).href;
  const settings = Object.entries(fault).map(([name, value]) => [`PKI_FAULT_${name}`, String(value)]);
  return { NODE_OPTIONS: `--import=${preload}`, ...Object.fromEntries(settings) };
}

/** mulberry32: the same numbers from the same seed, on every machine. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
