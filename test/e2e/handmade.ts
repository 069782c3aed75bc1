/** Keys and certificates as people make them by hand and as other tools lay them out, with plain openssl. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';

export interface Files {
  readonly key: string;
  readonly cert: string;
  readonly csr?: string;
}

export interface Making {
  readonly subject: string;
  /** Lines of an extension section; none for a certificate of version 1. */
  readonly extensions?: readonly string[];
  readonly days?: number;
  /** Of `openssl genpkey`. */
  readonly algorithm?: readonly string[];
  /** Of `openssl x509 -req`: the digest and how it is signed. */
  readonly signing?: readonly string[];
  /** With the key that is there already. */
  readonly sameKey?: boolean;
}

const EC = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
export const RSA = ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'];

/** A CA as RFC 5280 wants it. */
export const CA = [
  'basicConstraints = critical,CA:TRUE',
  'keyUsage = critical,keyCertSign,cRLSign',
  'subjectKeyIdentifier = hash',
];

/** An end entity as this program would make it. */
export function leaf(usage: string, san?: string): readonly string[] {
  return [
    'basicConstraints = critical,CA:FALSE',
    'keyUsage = critical,digitalSignature',
    `extendedKeyUsage = ${usage}`,
    'subjectKeyIdentifier = hash',
    'authorityKeyIdentifier = keyid:always',
    ...(san === undefined ? [] : [`subjectAltName = ${san}`]),
  ];
}

/** A folder `certs` to adopt, in a folder of its own for the manifest. */
export class Workshop {
  readonly folder = temporaryFolder();
  readonly certs = join(this.folder, 'certs');

  constructor() {
    mkdirSync(this.certs);
    writeFileSync(
      join(this.folder, 'req.cnf'),
      '[req]\ndistinguished_name = dn\nstring_mask = utf8only\n[dn]\n',
    );
  }

  path(name: string): string {
    const path = join(this.certs, name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  put(name: string, content: string): void {
    writeFileSync(this.path(name), content);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'latin1');
  }

  async key(name: string, { algorithm = EC }: Making): Promise<void> {
    await openssl(['genpkey', ...algorithm, '-out', this.path(name)]);
  }

  async root(files: Files, making: Making): Promise<void> {
    await this.key(files.key, making);
    const config = this.#config(
      '[req]\ndistinguished_name = dn\nx509_extensions = ext\nstring_mask = utf8only\n[dn]\n',
      making,
    );
    const days = ['-days', String(making.days ?? 3650)];
    const paths = ['-key', this.path(files.key), '-out', this.path(files.cert)];
    await openssl(['req', '-x509', '-new', '-config', config, '-subj', making.subject, ...days, ...paths]);
  }

  async signed(files: Files, making: Making, issuer: Files): Promise<void> {
    if (making.sameKey !== true) await this.key(files.key, making);
    const csr = files.csr === undefined ? join(this.folder, 'last.csr') : this.path(files.csr);
    const config = join(this.folder, 'req.cnf');
    await openssl([
      'req',
      '-new',
      '-config',
      config,
      '-key',
      this.path(files.key),
      '-subj',
      making.subject,
      '-out',
      csr,
    ]);
    const by = [
      ...(making.signing ?? []),
      '-CA',
      this.path(issuer.cert),
      '-CAkey',
      this.path(issuer.key),
      '-set_serial',
      String(serial++),
    ];
    const extensions = making.extensions ? ['-extfile', this.#config('', making), '-extensions', 'ext'] : [];
    const days = ['-days', String(making.days ?? 90)];
    await openssl(['x509', '-req', '-in', csr, ...by, ...extensions, ...days, '-out', this.path(files.cert)]);
  }

  #config(head: string, { extensions = [] }: Making): string {
    const path = join(this.folder, 'extensions.cnf');
    writeFileSync(path, `${head}[ext]\n${extensions.join('\n')}\n`);
    return path;
  }
}

let serial = 1_000_000;
