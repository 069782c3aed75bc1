/** The certificate of an authority by another one: what it has of the one, what of the other, and what is stated for it alone. */
import { expect, it } from 'vitest';
import { formatDiagnostics } from '../../src/manifest/diagnostic.ts';
import { loadManifest } from '../../src/resolve/load.ts';

const YEAR = 365 * 86_400;

/** The bridge of `root` by `partner`. */
function bridgeOf(bridge: string, root = '', partner = '') {
  const loaded = loadManifest(
    `version: 1
authorities:
  root: { commonName: Root, crossSignedBy: [{ issuer: partner${bridge} }]${root} }
  above: { commonName: Above }
  partner: { commonName: Partner, issuer: above${partner} }
`,
    'pki.yaml',
  );
  if (!loaded.ok) throw new Error(formatDiagnostics(loaded.diagnostics));
  const [own, found] = ['root', 'root@partner'].map((name) =>
    loaded.inventory.entities.find(({ id }) => id === `authorities/${name}`),
  );
  if (own === undefined || found === undefined) throw new Error('no bridge');
  return { own, found };
}

it('has the key and the name of the one, and its issuer and trust of the other', () => {
  const { own, found } = bridgeOf('', ', rotateKey: true, onChange: { run: [x] }');
  expect(found).toMatchObject({
    ...{ kind: 'authority', name: 'root@partner', issuer: 'authorities/partner', rotateKey: false },
    ...{ trust: ['authorities/above'], keyPlace: { kind: 'bridge', of: 'authorities/root' } },
    ...{ subject: own.subject, key: own.key },
  });
  expect(found).not.toHaveProperty('onChange');
  expect(found).not.toHaveProperty('layout');
});

it.each<[what: string, bridge: string, root: string, outputs: readonly string[]]>([
  ['the usual ones', '', '', ['cert', 'chain', 'fullchain', 'ca']],
  [
    'the usual ones, whatever its authority has',
    '',
    ', outputs: [key, cert]',
    ['cert', 'chain', 'fullchain', 'ca'],
  ],
  [
    'more, where its authority has them',
    '',
    ', outputs: [default, der, pkcs7, public]',
    ['cert', 'chain', 'fullchain', 'ca', 'der', 'pkcs7'],
  ],
  ['those that are stated alone', ', outputs: [cert, der]', ', outputs: [default, pkcs7]', ['cert', 'der']],
])('has files: %s', (_, bridge, root, outputs) => {
  expect(bridgeOf(bridge, root).found.outputs).toEqual(outputs);
});

it.each<[what: string, bridge: string, root: string, terms: object]>([
  ['those of its authority', '', ', validity: 7y, pathLength: 3', { validity: 7 * YEAR, pathLength: 3 }],
  [
    'its own',
    ', validity: 2y, pathLength: 1',
    ', validity: 7y, pathLength: 3',
    { validity: 2 * YEAR, pathLength: 1 },
  ],
  ['none, which it states', ', pathLength: null', ', pathLength: 3', { pathLength: null }],
  [
    'constraints of its authority',
    '',
    ', nameConstraints: { permitted: [a.test] }',
    { nameConstraints: { permitted: ['dns:a.test'], excluded: [] } },
  ],
  [
    'constraints of its own',
    ', nameConstraints: { excluded: [b.test] }',
    ', nameConstraints: { permitted: [a.test] }',
    { nameConstraints: { permitted: [], excluded: ['dns:b.test'] } },
  ],
])('has terms: %s', (_, bridge, root, terms) => expect(bridgeOf(bridge, root).found).toMatchObject(terms));

it('has no constraints where it takes those of its authority away', () => {
  const { found } = bridgeOf(', nameConstraints: null', ', nameConstraints: { permitted: [a.test] }');
  expect(found).not.toHaveProperty('nameConstraints');
});

it.each<[bridge: string, layout: object]>([
  [', folder: "x/{section}/{name}"', { folder: 'x/authorities/root@partner', files: {} }],
  [
    ', files: { cert: "{name}.crt" }',
    { folder: 'authorities/root@partner', files: { cert: 'root@partner.crt' } },
  ],
  [
    ', folder: both, files: { cert: a.crt, chain: "{name}/{name}.pem" }',
    { folder: 'both', files: { cert: 'a.crt', chain: 'root@partner/root@partner.pem' } },
  ],
])('stands where it is said: %s', (bridge, layout) => {
  expect(bridgeOf(bridge).found.layout).toEqual(layout);
});

it('says where its signer publishes, and how that signs', () => {
  const root = ', crl: { url: "http://root.test/" }, digest: sha512';
  const partner = ', crl: { url: "http://partner.test/" }, digest: sha384';
  const { found } = bridgeOf('', root, partner);
  expect(found).toMatchObject({
    locations: { crl: ['http://partner.test/'] },
    signing: { digest: 'sha384' },
  });
  expect(found).not.toHaveProperty('crl');
});
