/**
 * A CA that no entity trusts, with one client of its own. Made for one run in a temporary folder and thrown away:
 * a server that lets this client in lets anybody in.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inTemporaryFolder } from '../store/temporary.ts';
import type { Credentials } from './credentials.ts';

/** One call of openssl: `input` is its stdin, `cwd` holds its files. */
export interface ForeignCommand {
  readonly args: readonly string[];
  readonly input: string;
}

/** Runs one command; `cwd` is absolute. Resolves with its output as text, and rejects where openssl fails. */
export type ForeignRunner = (command: ForeignCommand & { cwd: string }) => Promise<{ stdout: string }>;

const CA_KEY = 'ca-key.pem';
const CA_CERTIFICATE = 'ca.pem';

/** A new P-256 key and a certificate for it in one process; the configuration comes on stdin (OpenSSL 3.0+). */
const REQUEST = [
  'req',
  '-x509',
  '-batch',
  '-config',
  '-',
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:P-256',
];
/** Long, because openssl goes by its own clock, which is another's under faketime: who made it counts, not when. */
const LIFETIME = ['-days', '36500'];
const COMMON = ['-noenc', ...LIFETIME, '-extensions', 'extensions'];

const CA_CONFIG = `[req]
prompt = no
string_mask = utf8only
distinguished_name = name
[name]
CN = pki-apply foreign CA, made for one test
[extensions]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
`;

const CLIENT_CONFIG = `[req]
prompt = no
string_mask = utf8only
distinguished_name = name
[name]
CN = pki-apply foreign client, made for one test
[extensions]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
`;

/** The two openssl calls: the CA into files, then the client's key and certificate onto stdout. */
export function foreignCommands(): { readonly ca: ForeignCommand; readonly client: ForeignCommand } {
  const ca = [...REQUEST, ...COMMON, '-keyout', CA_KEY, '-out', CA_CERTIFICATE];
  const client = [...REQUEST, ...COMMON, '-CA', CA_CERTIFICATE, '-CAkey', CA_KEY, '-keyout', '-'];
  return {
    ca: { args: ca, input: CA_CONFIG },
    client: { args: client, input: CLIENT_CONFIG },
  };
}

/** Makes the foreign client with openssl. Its folder is private (mkdtemp: 0700) and gone afterwards. */
export function makeForeign(run: ForeignRunner): Promise<Credentials> {
  return inTemporaryFolder('pki-foreign-', async (cwd) => {
    const commands = foreignCommands();
    await run({ ...commands.ca, cwd });
    const { stdout } = await run({ ...commands.client, cwd });
    return checked(stdout, await readFile(join(cwd, CA_CERTIFICATE), 'utf8'));
  });
}

/** openssl exits 0 on a full disk too, so what it made is read back and checked. */
function checked(made: string, ca: string): Credentials {
  const key = block(made, 'PRIVATE KEY');
  const fullchain = block(made, 'CERTIFICATE');
  const leaf = new X509Certificate(fullchain);
  const matches = leaf.checkPrivateKey(createPrivateKey(key));
  if (!matches || !leaf.checkIssued(new X509Certificate(ca)))
    throw new Error('openssl made no usable foreign client');
  return { key, fullchain, ca };
}

function block(text: string, label: string): string {
  const found = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----\n`).exec(text);
  if (found === null) throw new Error(`openssl printed no ${label.toLowerCase()} for the foreign client`);
  return found[0];
}
