/** Maps with a key that is missing, unknown or of another type: which of them is named, where, and once for each cause. */
import { expect, it } from 'vitest';
import { diagnosticsOf } from '../helpers/said.ts';

type Row = readonly [setting: string, ...findings: readonly string[]];

/** `culprit | message | hint` of what is said of the sixth line. */
function said(text: string): readonly string[] {
  const lines = text.split('\n');
  return diagnosticsOf(text).map(({ line, col, length, message, hint }) =>
    [line === 6 ? lines[5]?.slice(col - 1, col - 1 + length) : `line ${line}`, message, hint ?? '-'].join(
      ' | ',
    ),
  );
}

const SOURCES =
  'write "env:NAME" for a variable of the environment, "file:PATH" for a file below the folder of the manifest, "{ command: [pass, show, NAME] }" for what a command prints, or "prompt" for what is typed';
const KIND = 'must be a key such as "ecdsa-p256" or { algorithm: rsa, size: 3072 }, not';
const LENGTH = 'write a number and a unit: m (minutes), h, d, w or y (365 days)';

it.each<Row>([
  ['key: {}', 'key | "key" has no algorithm | add "algorithm: …"'],
  [
    'key: { alg: rsa, bits: 2048 }',
    'alg | unknown key "alg" | did you mean "algorithm"?',
    'bits | unknown key "bits" | did you mean "size"?',
  ],
  ['key: { type: ECDSA }', 'type | unknown key "type" | did you mean "algorithm"?'],
  ['key: { size: 3072 }', 'key | "key" has no algorithm | add "algorithm: …"'],
  [
    'key: { curve: P-256, type: dsa }',
    'key | "key" has no algorithm | add "algorithm: …"',
    'type | unknown key "type" | known keys here are algorithm, size, curve',
  ],
  ['key: { algorithm: ed25519, bits: 256 }', 'bits | unknown key "bits" | the only key here is "algorithm"'],
  [
    'key: { algorithm: ecdsa, curve: P-256, type: rsa }',
    'type | unknown key "type" | known keys here are algorithm, curve',
  ],
  ['key: { algorithm: rsa }', 'key | "key" has no size | add "size: …"'],
  ['key: { algorithm: rsa-pss, sise: 3072 }', 'sise | unknown key "sise" | did you mean "size"?'],
  ['key: { algorithm: ecdsa, crve: P-256 }', 'crve | unknown key "crve" | did you mean "curve"?'],
  [
    'key: { algorithm: ecdsa, size: 256 }',
    'key | "key" has no curve | add "curve: …"',
    'size | unknown key "size" | known keys here are algorithm, curve',
  ],
  [
    'key: { algorithm: rsa, size: 3072, curve: P-256 }',
    'curve | unknown key "curve" | known keys here are algorithm, size',
  ],
  [
    'key: { algorithm: rsa-pss, size: 3072, x: 1 }',
    'x | unknown key "x" | known keys here are algorithm, size',
  ],
  ['key: { algorithm: ed448, x: 1 }', 'x | unknown key "x" | the only key here is "algorithm"'],
  [
    'key: { algorithm: 5 }',
    '5 | "algorithm" must be rsa, rsa-pss, ecdsa, ed25519, ed448 or ml-dsa-65, not the number 5 | -',
  ],
  [
    'key: { kind: rsa-3072 }',
    'key | "key" has no pkcs11 | add "pkcs11: …"',
    'key | "key" has no pin | add "pin: …"',
  ],
  [
    'key: { pkcs11: "pkcs11:token=a;object=b", pni: prompt, kind: rsa-3072 }',
    'pni | unknown key "pni" | did you mean "pin"?',
  ],
  [
    'key: { pkcs11: "pkcs11:token=a;object=b", pin: prompt, kind: 5 }',
    `5 | "kind" ${KIND} the number 5 | for RSA write "rsa-3072"`,
  ],
  [
    'key: { pkcs11: "pkcs11:token=a;object=b", pin: prompt, kind: { algorithm: rsa, sise: 1 } }',
    'sise | unknown key "sise" | did you mean "size"?',
  ],
  ['key: [rsa-3072]', `[rsa-3072] | "key" ${KIND} a list | for RSA write "rsa-3072"`],
  ['passphrase: {}', 'passphrase | "passphrase" has no command | add "command: …"'],
  [
    'passphrase: { command: a }',
    'a | "command" must be a list of words, not "a" | write it as a list: ["a"]',
  ],
  ['passphrase: { env: A }', 'env | unknown key "env" | write it as a text: "env:NAME"'],
  ['passphrase: { file: A }', 'file | unknown key "file" | write it as a text: "file:PATH"'],
  ['passphrase: { prompt: A }', 'prompt | unknown key "prompt" | write it as a text: "prompt"'],
  ['passphrase: { file: a, command: [x] }', 'file | unknown key "file" | write it as a text: "file:PATH"'],
  [
    'passphrase: 5',
    `5 | "passphrase" must be a source of a password such as "env:P12_PASSWORD", not the number 5 | ${SOURCES}`,
  ],
  ['outputs: [default, { pkcs12: {} }]', 'pkcs12 | "pkcs12" has no password | add "password: …"'],
  [
    'outputs: [default, { pkcs12: { pasword: env:A } }]',
    'pasword | unknown key "pasword" | did you mean "password"?',
  ],
  [
    'outputs: [default, { keystore: { password: { env: A } } }]',
    'env | unknown key "env" | write it as a text: "env:NAME"',
  ],
  [
    'outputs: [default, { pcks12: { password: env:A } }]',
    'pcks12 | unknown key "pcks12" | did you mean "pkcs12"?',
  ],
  [
    'outputs: [default, {}]',
    '{} | an output is a word or a map of one key | begin each with a "-" of its own',
  ],
  [
    'outputs: [default, { pkcs12: { password: env:A }, keystore: { password: env:A } }]',
    '{ pkcs12: { password: env:A }, keystore: { password: env:A } } | an output is a word or a map of one key | begin each with a "-" of its own',
  ],
  [
    'outputs: [default, { pkcs12: { x: 1, password: env:A } }, {}]',
    'x | unknown key "x" | known keys here are password, name, encryption, format',
    '{} | an output is a word or a map of one key | begin each with a "-" of its own',
  ],
  [
    'outputs: [default, { secret: 5 }]',
    '5 | "secret" must be a map such as { name: api-tls }, not the number 5 | -',
  ],
  ['revoked: { raeson: superseded }', 'raeson | unknown key "raeson" | did you mean "reason"?'],
  ['revoked: { x: 1 }', 'x | unknown key "x" | known keys here are reason, at'],
  [
    'revoked: { serial: "4f" }',
    'serial | unknown key "serial" | serial numbers stand in a list of the authority that signed them: "revoked: [{ serial: … }]"',
  ],
  [
    'revoked: 5',
    '5 | "revoked" must be true, or a reason such as keyCompromise, not the number 5 | write it in quotes: "5"',
  ],
  ['policies: [{}]', '{} | an item of "policies" has no policy | add "policy: …"'],
  ['policies: [{ polcy: 1.2.3 }]', 'polcy | unknown key "polcy" | did you mean "policy"?'],
  [
    'policies: [5.5]',
    '5.5 | "policies" must be an OID such as 1.3.6.1.4.1.99999.1, not the number 5.5 | write it in quotes: "5.5"',
  ],
  [
    'subject: 5',
    '5 | "subject" must be a map of attributes such as { organization: Example Org }, or a text such as "CN=Alice,O=Acme", not the number 5 | write it in quotes: "5"',
  ],
  [
    'subject: { organization: [A, 5] }',
    '5 | "organization" must be text, not the number 5 | write it in quotes: "5"',
  ],
  [
    'subject: { organization: { a: b } }',
    '{ a: b } | "organization" must be text, not a map | write it in quotes: "a:b"',
  ],
  ['onChange: {}', 'onChange | "onChange" has no run | add "run: …"'],
  [
    'onChange: { command: [a], timeout: 5 }',
    'onChange | "onChange" has no run | add "run: …"',
    'command | unknown key "command" | "onChange: { run: [systemctl, reload, nginx] }" runs a command once files have changed',
    '5 | "timeout" must be a length of time such as "30s", not the number 5 | write seconds or minutes, such as "30s" or "5m", an hour at most',
  ],
  [
    'validity: { days: 90 }',
    `{ days: 90 } | "validity" must be a length of time such as "90d", not a map | ${LENGTH}`,
  ],
  [
    'files: { cert: 5 }',
    '5 | "cert" must be a path below the output folder, not the number 5 | write it in quotes: "5"',
  ],
  ['files: { crt: a.crt }', 'crt | unknown key "crt" | did you mean "cert"?'],
  [
    'trust: root',
    'root | "trust" must be a list of root authorities, not "root" | write it as a list: ["root"]',
  ],
])('of a server: %s', (setting, ...findings) => {
  const text = `version: 1
authorities: { root: { commonName: Root, crl: true } }
servers:
  a:
    commonName: a.test
    ${setting}
`;
  expect(said(text)).toEqual(findings);
});

it.each<Row>([
  ['crl: { urll: x }', 'urll | unknown key "urll" | did you mean "url"?'],
  [
    'crl: { url: "http://a.test/", validity: x, foo: 1 }',
    'x | "x" is not a length of time | units are m (minutes), h, d, w and y (365 days)',
    'foo | unknown key "foo" | known keys here are url, validity, renewBefore',
  ],
  [
    'crl: 5',
    '5 | "crl" must be true, or a map such as { validity: 7d, renewBefore: 2d }, not the number 5 | -',
  ],
  ['ocsp: { ulr: x }', 'ulr | unknown key "ulr" | did you mean "url"?'],
  [
    'caIssuers: [5]',
    '[5] | "caIssuers" must be a map such as { url: "http://pki.example.test/ca.cer" }, not a list | -',
  ],
  [
    'crossSignedBy: [5]',
    '5 | "crossSignedBy" must be the name of an authority, not the number 5 | write it in quotes: "5"',
  ],
  ['crossSignedBy: [{}]', '{} | an item of "crossSignedBy" has no issuer | add "issuer: …"'],
  ['crossSignedBy: [{ isuer: other }]', 'isuer | unknown key "isuer" | did you mean "issuer"?'],
  [
    'crossSignedBy: [{ issuer: other, validty: 1y }]',
    'validty | unknown key "validty" | did you mean "validity"?',
  ],
  ['revoked: [{}]', '{} | an item of "revoked" has no serial | add "serial: …"'],
  ['revoked: [{ seral: "4f" }]', 'seral | unknown key "seral" | did you mean "serial"?'],
  ['revoked: [{ serial: "4f", x: 1 }]', 'x | unknown key "x" | known keys here are serial, reason, at'],
  [
    'revoked: { serial: "4f" }',
    'serial | unknown key "serial" | serial numbers stand in a list of the authority that signed them: "revoked: [{ serial: … }]"',
  ],
  [
    'policyConstraints: { requireExplicitPolicy: x }',
    'x | "requireExplicitPolicy" must be a whole number from 0 to 100, not "x" | how many further certificates may stand between',
  ],
  ['key: [offline]', `[offline] | "key" ${KIND} a list | for RSA write "rsa-3072"`],
  [
    'commonName:',
    'commonName | "commonName" must be text, not an empty value | write a value, or leave the key out',
  ],
  ['pathLength: 0', 'line 5 | authority "root" has an empty subject | add "commonName: …"'],
])('of an authority: %s', (setting, ...findings) => {
  const name = /^(commonName|pathLength)/.test(setting) ? '' : 'commonName: Root';
  const text = `version: 1
authorities:
  other: { commonName: Other }
  ${name === '' ? 'unused: { commonName: Unused }\n  root:' : `root:\n    ${name}`}
    ${setting}
`;
  expect(said(text)).toEqual(findings);
});

const ROOT = 'authorities: { root: { commonName: Root } }';

it.each<readonly [text: string, ...findings: readonly string[]]>([
  [
    'version: 1\nauthorities: { root: }\n',
    'line 2 | authority "root" has no commonName | add "commonName: …"',
  ],
  [
    'version: 1\nauthorities: { root: { comonName: Root } }\n',
    'line 2 | unknown key "comonName" | did you mean "commonName"?',
  ],
  [`version: two\n${ROOT}\n`, 'line 1 | "version" must be 1, not "two" | -'],
  [`verson: 1\n${ROOT}\n`, 'line 1 | unknown key "verson" | did you mean "version"?'],
  [`${ROOT}\n`, 'line 1 | manifest has no version | begin the manifest with "version: 1"'],
])('of a manifest: %j', (text, ...findings) => expect(said(text)).toEqual(findings));
