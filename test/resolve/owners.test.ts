/** Whom the files of an authority are given to, what is warned of that; and what of an issuer its certificates point to. */
import { describe, expect, it } from 'vitest';
import { loadManifest } from '../../src/resolve/load.ts';

function loaded(text: string) {
  const found = loadManifest(`version: 1\n${text}\n`, 'pki.yaml');
  if (!found.ok) throw new Error(JSON.stringify(found.diagnostics));
  return found;
}

const warnings = (text: string) => loaded(text).warnings.map(({ message }) => message);

describe('the key of an authority', () => {
  const root = (rest: string) => warnings(`authorities: { root: { commonName: Root, ${rest} } }`);
  const given = (who: string) => [
    `authority "root" gives its key to ${who}, who can then sign anything in its name`,
  ];
  it.each<[name: string, found: readonly string[], expected: readonly string[]]>([
    ['of a user', root('owner: ann'), given('user "ann"')],
    ['of a user by number', root('owner: 1000'), given('user "1000"')],
    ['of a group', root('group: ops'), given('group "ops"')],
    ['of a group that may read it', root('group: ops, mode: "0640"'), given('group "ops"')],
    ['of a group that may not', root('group: ops, mode: "0600"'), []],
    ['of a user, whatever the mode', root('owner: ann, mode: "0600"'), given('user "ann"')],
    ['of root', root('owner: root, group: root'), []],
    ['of root by number', root('owner: 0, group: 0'), []],
    ['of the group of root where that is called so', root('group: wheel'), []],
    ['of both', root('owner: ann, group: ops'), [...given('user "ann"'), ...given('group "ops"')]],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  it('is no matter of other entries', () => {
    const ROOT = 'authorities: { root: { commonName: Root } }';
    expect(warnings(`${ROOT}\nservers: { api: { commonName: a.test, owner: ann, group: ops } }`)).toEqual([]);
  });
});

describe('whose files', () => {
  it.each<[rest: string, ownership: object | undefined]>([
    ['', undefined],
    ['owner: ann', { owner: 'ann' }],
    ['owner: 0', { owner: '0' }],
    ['group: ops, mode: "0640"', { group: 'ops', mode: 0o640 }],
    ['owner: ann, group: ops, mode: "0600"', { owner: 'ann', group: 'ops', mode: 0o600 }],
  ])('of an entry with: %s', (rest, ownership) => {
    const ROOT = 'authorities: { root: { commonName: Root } }';
    const { inventory } = loaded(`${ROOT}\nservers: { api: { commonName: a.test, ${rest} } }`);
    const [root, api] = inventory.entities;
    expect(root).not.toHaveProperty('ownership');
    if (ownership === undefined) expect(api).not.toHaveProperty('ownership');
    else expect(api?.ownership).toEqual(ownership);
  });
});

describe('where that is written which only a run can look up', () => {
  it.each<[rest: string, written: object | undefined]>([
    ['validity: 30d', undefined],
    ['owner: ann, group: ops', { owner: 'pki.yaml:3:46', group: 'pki.yaml:3:58' }],
    ['passphrase: env:A', { passphrase: 'pki.yaml:3:51' }],
    ['outputs: [default, der]', undefined],
    ['outputs: [default, { pkcs12: { password: "env:A" } }]', { outputs: 'pki.yaml:3:48' }],
  ])('of an entry with: %s', (rest, written) => {
    const ROOT = 'authorities: { root: { commonName: Root } }';
    const { inventory } = loaded(`${ROOT}\nservers: { api: { commonName: a.test, ${rest} } }`);
    const found = inventory.written && Object.fromEntries(inventory.written);
    const keys = Object.entries(written ?? {}).map(([field, at]) => [`servers/api ${field}`, at]);
    expect(found).toEqual(written && Object.fromEntries(keys));
  });
});

describe('what an issuer publishes', () => {
  const locations = (rest: string) => {
    const { inventory } = loaded(
      `authorities: { root: { commonName: Root, ${rest} } }\nclients: { app: { commonName: app } }`,
    );
    const [root, app] = inventory.entities;
    expect(root).not.toHaveProperty('locations');
    return app?.locations;
  };
  const [CRL, OCSP, AIA] = ['http://a.test/l.crl', 'http://a.test/ocsp', 'http://a.test/ca.der'];
  it.each<[rest: string, expected: object | undefined]>([
    ['pathLength: 0', undefined],
    ['crl: true', { crl: [], ocsp: [], caIssuers: [] }],
    [`crl: { url: "${CRL}" }`, { crl: [CRL], ocsp: [], caIssuers: [] }],
    [`ocsp: { url: "${OCSP}" }`, { crl: [], ocsp: [OCSP], caIssuers: [] }],
    [`caIssuers: { url: "${AIA}" }`, { crl: [], ocsp: [], caIssuers: [AIA] }],
    [
      `crl: { url: ["${CRL}", "${AIA}"] }, ocsp: { url: "${OCSP}" }`,
      { crl: [CRL, AIA], ocsp: [OCSP], caIssuers: [] },
    ],
  ])('with %s', (rest, expected) => {
    expect(locations(rest)).toEqual(expected);
  });
});
