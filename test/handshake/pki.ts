/** A small PKI made by the real openssl in a temporary folder, and the entities that a manifest would give for it. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../../src/handshake/credentials.ts';
import { type ForeignRunner, makeForeign } from '../../src/handshake/foreign.ts';
import type { Authority, EndEntity, EntityId, LeafKind } from '../../src/pki/entity.ts';
import { entityId } from '../../src/pki/entity.ts';
import type { San } from '../../src/pki/san.ts';
import { openssl } from '../helpers/openssl.ts';

export type TestKey = 'rsa:2048' | 'rsa:1024' | 'P-256' | 'P-384' | 'P-521' | 'ed25519' | 'ed448';

/** What a certificate is made of; the defaults make a good one. */
export interface Recipe {
  readonly name: string;
  readonly key?: TestKey;
  readonly issuer?: Signer;
  readonly san?: readonly San[];
  readonly usage?: 'serverAuth' | 'clientAuth' | 'serverAuth,clientAuth';
  readonly expired?: boolean;
}

/** An authority with its files: `chain` is itself and its issuers below the root. */
export interface Signer {
  readonly name: string;
  readonly keyFile: string;
  readonly certFile: string;
  readonly chain: string;
  readonly root: string;
}

export interface Leaf {
  readonly key: string;
  readonly cert: string;
}

export const runOpenssl: ForeignRunner = async ({ args, input, cwd }) => ({
  stdout: await openssl(args, { cwd, input }),
});

/** A workshop for certificates; `remove` it when done. */
export class Pki {
  readonly folder: string;
  readonly foreign: Credentials;
  #made = 0;

  private constructor(folder: string, foreign: Credentials) {
    this.folder = folder;
    this.foreign = foreign;
  }

  static async open(): Promise<Pki> {
    return new Pki(await mkdtemp(join(tmpdir(), 'pki-test-')), await makeForeign(runOpenssl));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async authority(name: string, options: { key?: TestKey; issuer?: Signer } = {}): Promise<Signer> {
    const { keyFile, certFile } = await this.#issue({ name, ...options }, AUTHORITY);
    const cert = await this.read(certFile);
    const { issuer } = options;
    if (issuer === undefined) return { name, keyFile, certFile, chain: '', root: cert };
    return { name, keyFile, certFile, chain: cert + issuer.chain, root: issuer.root };
  }

  async leaf(recipe: Recipe): Promise<Leaf> {
    const { keyFile, certFile } = await this.#issue(recipe, leafExtensions(recipe));
    return { key: await this.read(keyFile), cert: await this.read(certFile) };
  }

  /** A leaf as an entity's files: with its chain, trusting the given roots (its own by default). */
  async credentials(recipe: Recipe & { issuer: Signer; trust?: readonly Signer[] }): Promise<Credentials> {
    const { key, cert } = await this.leaf(recipe);
    const ca = (recipe.trust ?? [recipe.issuer]).map(({ root }) => root).join('');
    return { key, fullchain: cert + recipe.issuer.chain, ca };
  }

  read(file: string): Promise<string> {
    return readFile(join(this.folder, file), 'utf8');
  }

  async #issue(recipe: Recipe, extensions: string): Promise<{ keyFile: string; certFile: string }> {
    const stem = `${++this.#made}`;
    const files = { keyFile: `${stem}-key.pem`, certFile: `${stem}-cert.pem` };
    if (recipe.expired) await this.#issueExpired(recipe, stem, extensions);
    else
      await openssl([...NEW, ...keyArgs(recipe), ...signArgs(recipe), ...outArgs(stem)], {
        cwd: this.folder,
        input: config(recipe, extensions),
      });
    return files;
  }

  /** Dates in the past exist only in `openssl ca` on 3.0. */
  async #issueExpired(recipe: Recipe, stem: string, extensions: string): Promise<void> {
    const { issuer } = recipe;
    if (issuer === undefined) throw new Error('an expired certificate needs an issuer');
    const request = ['req', '-new', '-batch', '-config', '-', ...keyArgs(recipe), '-noenc'];
    const csr = ['-keyout', `${stem}-key.pem`, '-out', `${stem}.csr`];
    await openssl([...request, ...csr], { cwd: this.folder, input: config(recipe, extensions) });
    await mkdir(join(this.folder, stem));
    await writeFile(join(this.folder, stem, 'index.txt'), '');
    await writeFile(join(this.folder, `${stem}.cnf`), caConfig(stem) + config(recipe, extensions));
    const dates = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
    const signer = [
      '-cert',
      issuer.certFile,
      '-keyfile',
      issuer.keyFile,
      '-in',
      `${stem}.csr`,
      '-out',
      `${stem}-cert.pem`,
    ];
    await openssl(['ca', '-batch', '-notext', '-config', `${stem}.cnf`, ...dates, ...signer], {
      cwd: this.folder,
    });
  }
}

const NEW = ['req', '-x509', '-batch', '-config', '-', '-noenc', '-days', '2', '-extensions', 'extensions'];

const AUTHORITY = `basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
`;

function keyArgs({ key = 'P-256' }: Recipe): readonly string[] {
  return key.startsWith('P-') ? ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${key}`] : ['-newkey', key];
}

function signArgs({ issuer }: Recipe): readonly string[] {
  return issuer === undefined ? [] : ['-CA', issuer.certFile, '-CAkey', issuer.keyFile];
}

function outArgs(stem: string): readonly string[] {
  return ['-keyout', `${stem}-key.pem`, '-out', `${stem}-cert.pem`];
}

const CONFIG: Readonly<Record<string, string>> = { dns: 'DNS', ip: 'IP', uri: 'URI' };

function leafExtensions({ san = [], usage = 'serverAuth,clientAuth' }: Recipe): string {
  const names = san.map(({ kind, value }, index) => `${CONFIG[kind] ?? kind}.${index} = ${value}\n`);
  const sanLine = san.length === 0 ? '' : 'subjectAltName = @names\n';
  const keyIds = 'subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n';
  const base = `basicConstraints = critical,CA:FALSE\nkeyUsage = critical,digitalSignature\nextendedKeyUsage = ${usage}\n`;
  return `${base}${keyIds}${sanLine}[names]\n${names.join('')}`;
}

function config({ name }: Recipe, extensions: string): string {
  const request = '[req]\nprompt = no\nstring_mask = utf8only\ndistinguished_name = name\n';
  return `${request}[name]\nCN = ${name}\n[extensions]\n${extensions}`;
}

function caConfig(stem: string): string {
  const files = `database = ${stem}/index.txt\nnew_certs_dir = ${stem}\nrand_serial = yes\ndefault_md = sha256\n`;
  return `[ca]\ndefault_ca = scratch\n[scratch]\n${files}policy = policy\nx509_extensions = extensions\n[policy]\nCN = supplied\n`;
}

const BASE = {
  subject: [],
  san: [],
  key: { algorithm: 'ecdsa', curve: 'P-256' },
  validity: 86400,
  outputs: ['key', 'cert', 'fullchain', 'ca'],
  renewBefore: { kind: 'share', share: 1 / 3 },
  rotateKey: false,
  backdate: 300,
} as const;

/** A root, or an intermediate below `issuer`. */
export function authorityEntity(name: string, issuer: EntityId | null = null): Authority {
  const id = entityId('authorities', name);
  return { ...BASE, kind: 'authority', id, name, issuer, trust: [], pathLength: null };
}

/** An end entity of `issuer` (a name) that trusts the named roots: by default only that issuer. */
export function leafEntity(
  kind: LeafKind,
  name: string,
  issuer: string,
  options: { trust?: readonly string[]; san?: readonly San[]; commonName?: string } = {},
): EndEntity {
  const trust = (options.trust ?? [issuer]).map((root) => entityId('authorities', root));
  const subject = [{ type: 'CN', value: options.commonName ?? name }] as const;
  const base = {
    ...BASE,
    kind,
    id: entityId(`${kind}s`, name),
    name,
    subject,
    trust,
    san: options.san ?? [],
  };
  return { ...base, issuer: entityId('authorities', issuer) };
}

export const dns = (value: string): San => ({ kind: 'dns', value });
export const ip = (value: string): San => ({ kind: 'ip', value });
