/** FreeRADIUS as a server of EAP-TLS, and the supplicant of Wi-Fi that meets it. */
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { startUntil } from './daemon.ts';
import { freePort, put } from './project.ts';

/** Files of one server. */
export interface RadiusFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  /** A directive of its `tls-config`. */
  readonly more?: string;
}

/** One process for all of them. @returns their ports. */
export async function startRadius(servers: readonly RadiusFiles[]): Promise<readonly number[]> {
  const [ports, folder] = [await Promise.all(servers.map(() => freePort())), temporaryFolder()];
  put(
    `${folder}/radiusd.conf`,
    `prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = ${folder}
radacctdir = ${folder}
run_dir = ${folder}
logdir = ${folder}
db_dir = ${folder}
log {
  destination = stdout
}
security {
  allow_vulnerable_openssl = yes
}
client localhost {
  ipaddr = 127.0.0.1
  secret = testing123
}
modules {
${servers.map(moduleOf).join('')}}
${ports.map(serverOf).join('')}`,
  );
  const isReady = (said: string): boolean => said.includes('Ready to process requests');
  await startUntil('freeradius', ['-f', '-l', 'stdout', '-d', folder], isReady);
  return ports;
}

function moduleOf({ cert, key, ca, more = '' }: RadiusFiles, index: number): string {
  return `  eap eap_${index} {
    default_eap_type = tls
    tls-config common {
      private_key_file = ${key}
      certificate_file = ${cert}
      ca_file = ${ca}
      ${more}
      tls_min_version = "1.2"
      tls_max_version = "1.2"
      ecdh_curve = ""
    }
    tls {
      tls = common
    }
  }
`;
}

function serverOf(port: number, index: number): string {
  return `server server_${index} {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${port}
  }
  authorize {
    eap_${index}
  }
  authenticate {
    eap_${index}
  }
}
`;
}

/** Files of a supplicant, and the end of the name that it demands of the server. */
export interface Supplicant {
  readonly identity: string;
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
  readonly suffix?: string;
}

/** @returns all that it says, with `SUCCESS` or `FAILURE` at the end. */
export async function meetRadius(
  port: number,
  { identity, cert, key, ca, suffix }: Supplicant,
): Promise<string> {
  const config = `${temporaryFolder()}/eap.conf`;
  const demanded = suffix === undefined ? '' : `  domain_suffix_match="${suffix}"\n`;
  put(
    config,
    `network={
  key_mgmt=WPA-EAP
  eap=TLS
  identity="${identity}"
  ca_cert="${ca}"
  client_cert="${cert}"
  private_key="${key}"
${demanded}}
`,
  );
  const asked = ['-a', '127.0.0.1', '-p', `${port}`, '-s', 'testing123', '-n'];
  return (await runProgram('eapol_test', ['-c', config, ...asked])).stdout;
}
