/** The encryption of a file with a password: of PKCS#12 one may be chosen, of JKS there is none to choose from. */
import { expect, it } from 'vitest';
import { loadManifest } from '../../src/resolve/load.ts';

/** What is said of an output with these options. */
function said(kind: string, options: string): readonly string[] {
  const output = `{ ${kind}: { password: "env:PIN"${options} } }`;
  const manifest = `version: 1
authorities: { root: { commonName: Root } }
servers: { api: { commonName: api.test, issuer: root, outputs: [default, ${output}] } }
`;
  const loaded = loadManifest(manifest, 'pki.yaml');
  return loaded.ok ? [] : loaded.diagnostics.map(({ message }) => message);
}

it.each(['keystore', 'truststore'])('%s', (kind) => {
  for (const options of ['', ', format: jks', ', format: pkcs12', ', encryption: modern'])
    expect(said(kind, options)).toEqual([]);
  expect(said(kind, ', format: pkcs12, encryption: modern')).toEqual([]);
  expect(said(kind, ', format: jks, encryption: modern')).toEqual(['JKS has no "encryption" to choose from']);
});
