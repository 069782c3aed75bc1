/** A token in a folder, by SoftHSM: keys that no process but its module can read. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './folders.ts';

/** Where Debian, Fedora and others have its module. */
const MODULES = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib64/pkcs11/libsofthsm2.so'];

/** Its module; `undefined`: it is not installed. */
const MODULE = MODULES.find((path) => existsSync(path));

function answers(program: string, ...args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Why there is no token to test with: the Debian package that is missing; `undefined` where there is one. */
export const NO_TOKEN =
  MODULE === undefined || !answers('softhsm2-util', '--version')
    ? 'softhsm2'
    : !answers('sh', '-c', 'command -v pkcs11-tool')
      ? 'opensc'
      : !answers('openssl', 'engine', 'pkcs11')
        ? 'libengine-pkcs11-openssl'
        : undefined;

/** What an openssl of the matrix (.ci/openssl) has pkcs11-provider and SoftHSM by. */
export interface ProviderPlace {
  readonly PKI_OPENSSL: string;
  readonly OPENSSL_MODULES: string;
  readonly PKCS11_MODULE_PATH: string;
}

/** The first that has both. */
export function providerPlace(): ProviderPlace | undefined {
  for (const program of (process.env['PKI_OPENSSL_MATRIX'] ?? '').split(':').filter(Boolean)) {
    const libraries = join(dirname(program), 'root/usr/lib/x86_64-linux-gnu');
    const [modules, module] = [join(libraries, 'ossl-modules'), join(libraries, 'softhsm/libsofthsm2.so')];
    if (existsSync(join(modules, 'pkcs11.so')) && existsSync(module))
      return { PKI_OPENSSL: program, OPENSSL_MODULES: modules, PKCS11_MODULE_PATH: module };
  }
  return undefined;
}

/** One token called `pki`. */
export class Token {
  readonly pin: string;
  /** What openssl and pkcs11-tool find it by. */
  readonly env: { readonly SOFTHSM2_CONF: string; readonly PKCS11_MODULE_PATH: string };

  constructor(pin: string) {
    const folder = temporaryFolder();
    const tokens = join(folder, 'tokens');
    mkdirSync(tokens);
    const configuration = join(folder, 'softhsm2.conf');
    writeFileSync(configuration, `directories.tokendir = ${tokens}\nlog.level = ERROR\n`);
    this.pin = pin;
    this.env = { SOFTHSM2_CONF: configuration, PKCS11_MODULE_PATH: MODULE ?? '' };
    const pins = ['--so-pin', '12345678', '--pin', pin];
    this.#run('softhsm2-util', ['--init-token', '--free', '--label', 'pki', ...pins]);
  }

  /** Makes a key pair. @param type as pkcs11-tool names it, such as `EC:prime256v1`. */
  make(label: string, type: string, id: string): void {
    const key = ['--keypairgen', '--key-type', type, '--label', label, '--id', id];
    this.tool(['--token-label', 'pki', '--login', ...key]);
  }

  tool(args: readonly string[]): void {
    this.#run('pkcs11-tool', ['--module', MODULE ?? '', '--pin', this.pin, ...args]);
  }

  #run(program: string, args: readonly string[]): void {
    execFileSync(program, [...args], { env: { ...process.env, ...this.env }, stdio: 'ignore' });
  }
}
