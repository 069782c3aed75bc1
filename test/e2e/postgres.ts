/** A PostgreSQL server whose clients are known by their certificates. */
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../helpers/folders.ts';
import { startUntil } from './daemon.ts';
import { freePort, pathOf } from './project.ts';

/** It refuses to be root's: its files are then those of the user that has nothing. */
export const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** One cluster, which can be served again with other files. */
export class Database {
  readonly #folder = temporaryFolder();
  readonly #uid = isRoot ? NOBODY : undefined;

  private constructor() {}

  /** @param user the only one there is. @param map a line of pg_ident.conf; absent: the common name is the user. */
  static async create({ user, map }: { readonly user: string; readonly map?: string }): Promise<Database> {
    const database = new Database();
    await database.#make(user, map);
    return database;
  }

  async #make(user: string, map: string | undefined): Promise<void> {
    const data = `${this.#folder}/data`;
    this.#own(this.#folder);
    const as = this.#uid === undefined ? {} : { uid: this.#uid, gid: this.#uid };
    const args = ['-D', data, '--no-sync', '-A', 'trust', '-U', user];
    const made = spawn(pathOf('initdb') ?? 'initdb', args, { stdio: 'ignore', ...as });
    const code = await new Promise((done) => made.once('exit', done));
    if (code !== 0) throw new Error(`initdb ended with ${code}`);
    writeFileSync(
      `${data}/pg_hba.conf`,
      `hostssl all all 127.0.0.1/32 cert${map === undefined ? '' : ' map=clients'}\n`,
    );
    if (map !== undefined) writeFileSync(`${data}/pg_ident.conf`, `clients ${map}\n`);
  }

  #own(path: string): void {
    if (this.#uid !== undefined) chownSync(path, this.#uid, this.#uid);
  }

  /** @param from the folder of a server. @returns the port. */
  async serve(from: string, { crls = false } = {}): Promise<number> {
    const port = await freePort();
    const own = (name: string): string => {
      const path = `${this.#folder}/${name}.pem`;
      copyFileSync(join(from, `${name}.pem`), path);
      chmodSync(path, 0o600);
      this.#own(path);
      return path;
    };
    const settings = {
      ...{ listen_addresses: '127.0.0.1', port, unix_socket_directories: '', fsync: 'off', ssl: 'on' },
      ...{ ssl_cert_file: own('fullchain'), ssl_key_file: own('key'), ssl_ca_file: own('ca') },
      ...(crls ? { ssl_crl_file: own('crls') } : {}),
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const isReady = (said: string): boolean => said.includes('ready to accept connections');
    await startUntil('postgres', ['-D', `${this.#folder}/data`, ...args], isReady, this.#uid);
    return port;
  }
}
