/** By which driver a script has keys of tokens: the one that is there, else the one that its openssl is made for. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tokenDriverOf } from '../../src/engine/token-driver.ts';
import { PROVIDER_CONFIG } from '../../src/openssl/token.ts';
import { temporaryFolder } from '../helpers/folders.ts';

/** An openssl that says it is of this version, has these drivers, and keeps a record of what it was asked. */
function program(version: string, drivers: string): { readonly path: string; readonly asked: () => string } {
  const folder = temporaryFolder();
  const [path, log, seen] = ['openssl', 'log', 'seen'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const text = `#!/bin/sh
printf '%s %s\\n' "$1" "$MODULE" >>${log}
case $1 in
  version) echo 'OpenSSL ${version} 1 Jan 2026' ;;
  engine) case '${drivers}' in *engine*) echo '(pkcs11) engine' ;; *) exit 1 ;; esac ;;
  list) cat "$OPENSSL_CONF" >${seen}; case '${drivers}' in *provider*) echo '  pkcs11' ;; esac ;;
esac
`;
  writeFileSync(path, text, { mode: 0o755 });
  return {
    path,
    asked: () => {
      if (existsSync(seen)) expect(readFileSync(seen, 'utf8')).toBe(PROVIDER_CONFIG);
      return readFileSync(log, 'utf8').trim().split('\n').join(', ');
    },
  };
}

it.each([
  ['3.0.13', 'engine', 'engine', 'version , engine m'],
  ['3.0.13', 'provider', 'provider', 'version , engine m, list m'],
  ['3.0.13', 'neither', 'engine', 'version , engine m, list m'],
  ['3.5.0', 'engine provider', 'provider', 'version , list m'],
  ['3.5.0', 'engine', 'engine', 'version , list m, engine m'],
  ['3.5.0', 'neither', 'provider', 'version , list m, engine m'],
])('OpenSSL %s with %s has them by the %s', async (version, drivers, driver, asked) => {
  const openssl = program(version, drivers);
  expect(await tokenDriverOf(openssl.path, { MODULE: 'm' })).toBe(driver);
  expect(openssl.asked()).toBe(asked);
});
