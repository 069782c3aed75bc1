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

it('a mistake in what a file under a password says is shown where it stands', () => {
  const at = (seal: string): readonly unknown[] => {
    const text = `version: 1\nauthorities: { root: { commonName: Root } }\nclients:\n  x: { commonName: x, outputs: [default, ${seal}] }\n`;
    const loaded = loadManifest(text, 'pki.yaml');
    const line = text.split('\n')[3] ?? '';
    return (loaded.ok ? [] : loaded.diagnostics).map(({ message, hint, col }) => [
      message,
      hint,
      line.slice(col - 1).split(/[ ,}]/)[0],
    ]);
  };
  const jks = 'format: jks, encryption: modern';
  expect(at(`keystore: { password: "env:A", ${jks} }`)).toEqual([
    ['JKS has no "encryption" to choose from', 'leave it out, or write "format: pkcs12"', 'modern'],
  ]);
});
