/** Keys on tokens: of what kind they are, where the manifest says so and where it does not. */
import { expect, it } from 'vitest';
import { keySpecText } from '../../src/pki/key-spec.ts';
import { loadManifest } from '../../src/resolve/load.ts';

const TOKEN = 'pkcs11: "pkcs11:token=t;object=o", pin: "env:PIN"';

it.each([
  [`authorities: { a: { commonName: A, key: { ${TOKEN} } } }`, 'ecdsa-p384'],
  [`authorities: { a: { commonName: A, key: { ${TOKEN}, kind: ecdsa-p256 } } }`, 'ecdsa-p256'],
  [`authorities: { a: { commonName: A, key: { ${TOKEN}, kind: rsa-3072 } } }`, 'rsa-3072'],
  ['authorities: { a: { commonName: A, key: offline } }', 'ecdsa-p384'],
])('%s has a key of kind %s', (text, kind) => {
  const loaded = loadManifest(`version: 1\n${text}\n`, 'pki.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const [authority] = loaded.inventory.entities;
  expect(authority && keySpecText(authority.key)).toBe(kind);
});
