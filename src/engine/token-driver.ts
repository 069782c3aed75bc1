/** What gives an installed openssl keys of tokens, for a script of a plan, which is made without a look at any token. */
import { join } from 'node:path';
import { ENVIRONMENT } from '../openssl/command.ts';
import { driversFor, PROVIDER_CONFIG, probeOf } from '../openssl/token.ts';
import type { TokenDriver } from '../pki/token.ts';
import { OutputFolder } from '../store/output-folder.ts';
import { inTemporaryFolder } from '../store/temporary.ts';
import { type Openssl, opensslIn } from './openssl-call.ts';
import { probeOpenssl } from './probe.ts';

/**
 * The first that is there; of none, the one that its version is made for. @param environment of this process without what is
 * secret: places of modules are in it.
 */
export async function tokenDriverOf(
  binary: string,
  environment: Readonly<Record<string, string>>,
): Promise<TokenDriver> {
  const found = await probeOpenssl(binary);
  const drivers = driversFor(found.ok ? found.version : binary);
  for (const driver of drivers) if (await isThere(driver, binary, environment)) return driver;
  return drivers[0];
}

async function isThere(
  driver: TokenDriver,
  binary: string,
  environment: Readonly<Record<string, string>>,
): Promise<boolean> {
  // Standard input is no file that it could be read from: node connects it by a socket.
  return inTemporaryFolder('pki-openssl-', async (path) => {
    const configuration = driver === 'provider' ? { OPENSSL_CONF: join(path, 'openssl.cnf') } : {};
    using output = await OutputFolder.open(path);
    output.root.writeNew('openssl.cnf', PROVIDER_CONFIG, 0o600);
    const env = { ...environment, ...ENVIRONMENT, ...configuration };
    return await hasDriver(driver, opensslIn(path, binary, { env }));
  });
}

/** Whether openssl finds it. @param openssl in the environment that the driver takes. */
export async function hasDriver(driver: TokenDriver, openssl: Openssl): Promise<boolean> {
  const { args, prints } = probeOf(driver);
  return prints.test(await openssl.run({ args, input: null }).catch(() => ''));
}
