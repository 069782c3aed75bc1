// Every file of an export to Kubernetes, as a whole (expected/kubernetes*.txt), and what of a sealed one shows what is in it.
// After a deliberate change: `npx vitest run test/export/kubernetes-whole -u`, and read the difference.
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kubernetesExport } from '../../src/export/kubernetes/kubernetes.ts';
import type { LeafFiles } from '../../src/export/kubernetes/leaf-files.ts';
import { markIn, sealMark } from '../../src/export/kubernetes/sealed.ts';
import { omissionText } from '../../src/export/omission.ts';
import type { EndEntity } from '../../src/pki/entity.ts';
import { sha256 } from '../../src/x509/public-key.ts';
import {
  CN,
  certificate,
  integer,
  name,
  pemOf,
  SHA256_ECDSA,
  sequence,
  testKey,
  utcTime,
  VERSION_3,
} from '../helpers/certificate-der.ts';
import { aClient, anAuthority, anInventory, aServer, NOW } from '../helpers/entities.ts';

function pairOf(title: string): LeafFiles {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const signer = testKey(key);
  const named = name([CN, title]);
  const der = certificate(
    {
      version: VERSION_3,
      serial: integer('01'),
      algorithm: SHA256_ECDSA,
      issuer: named,
      validity: sequence(utcTime(NOW), utcTime(NOW + 60)),
      subject: named,
      spki: signer.spki,
      between: Buffer.of(),
      extensions: [],
    },
    signer,
  );
  return { key, fullchain: pemOf(der), ca: `roots of ${title}\n` };
}

const [ONE, TWO] = [pairOf('one'), pairOf('two')];
const SECRET = { name: 'api-tls', namespace: 'shop', labels: { app: 'api' }, annotations: { note: 'a: b' } };
const given = { outputs: ['key', 'cert', 'secret'] } as const;
const LEAVES: readonly (readonly [EndEntity, LeafFiles | undefined])[] = [
  [aServer({ ...given, name: 'api', objects: { secret: SECRET } }), ONE],
  [aServer({ ...given, name: 'web', trust: ['authorities/Other_Root', 'authorities/root'] }), TWO],
  [aServer({ ...given, name: 'next', objects: { secret: { ...SECRET, name: 'next' } } }), TWO],
  [aClient({ name: 'bare' }), TWO],
  [aClient({ name: 'alone', trust: [] }), TWO],
  [aClient({ ...given, name: 'clash', objects: { secret: { ...SECRET, labels: {} } } }), ONE],
  [aClient({ name: 'absent' }), undefined],
  [aClient({ name: 'swapped' }), { ...ONE, key: TWO.key }],
  [aClient({ name: 'broken' }), { ...ONE, fullchain: 'x' }],
  [aClient({ name: 'empty' }), { ...ONE, fullchain: '' }],
  [aClient({ name: 'closed', passphrase: { kind: 'env', name: 'X' } }), ONE],
  [aClient({ name: 'token', token: { uri: 'pkcs11:object=a', pin: { kind: 'env', name: 'X' } } }), ONE],
  [aClient({ name: 'gone', revoked: { reason: null } }), ONE],
  [aClient({ name: 'other', elsewhere: true }), ONE],
];
const FILES = new Map(LEAVES.map(([{ id }, files]) => [id, files]));

function exported(leaves: readonly EndEntity[], sealed: boolean) {
  const roots = [anAuthority(), anAuthority({ name: 'Other_Root' })];
  return kubernetesExport(anInventory(...roots, ...leaves), ({ id }) => FILES.get(id), { sealed });
}

const CONTENTS = Object.entries({ one: ONE, two: TWO }).flatMap(([title, files]) =>
  Object.entries(files).map(([kind, text]) => [
    Buffer.from(text).toString('base64'),
    `(${kind} of ${title})`,
  ]),
);

/** Keys are others each time: files have their names instead, and digests none at all. */
function wholeText({ files, secrets, omissions }: ReturnType<typeof exported>): string {
  const shown = CONTENTS.reduce(
    (all, [base64 = '', title = '']) => all.replaceAll(base64, title),
    [
      ...files.map(({ mode, path, text }) => `=== ${mode.toString(8)} ${path}\n${text}`),
      ...secrets.map(({ path, text }) => `=== to be sealed: ${path}\n${text}`),
    ].join(''),
  );
  const left = omissions.map((one) => `${omissionText(one, 'it')}\n`);
  return `${shown.replace(/\b[0-9a-f]{64}\b/g, '(digest)')}=== left out\n${left.join('')}`;
}

describe('an export consists of these files, for Kubernetes', () => {
  const all = LEAVES.map(([leaf]) => leaf);
  it.each([
    ['kubernetes', all, false],
    ['kubernetes-sealed', all, true],
    ['kubernetes-none', [], false],
    ['kubernetes-sealed-none', [], true],
  ] as const)('%s', async (title, leaves, sealed) => {
    const text = wholeText(exported(leaves, sealed));
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, `expected/${title}.txt`));
  });

  it.each([true, false])('with one file of roots, which is applied as well (sealed: %s)', (sealed) => {
    const [[leaf] = []] = LEAVES;
    const { files } = exported(leaf === undefined ? [] : [leaf], sealed);
    expect(files.filter(({ path }) => path.startsWith('trust/'))).toHaveLength(1);
    expect(files.find(({ path }) => path === 'README.md')?.text).toContain(' --filename=trust');
  });

  it('where what is to be sealed says what it would be in the open', () => {
    const open = new Map(exported(all, false).files.map(({ path, text }) => [path, text]));
    for (const { path, text } of exported(all, true).secrets)
      expect(markIn(text)).toBe(sha256(Buffer.from(open.get(path.replace('.sops', '')) ?? '')));
  });
});

it('only of a Secret that is sealed it is known what was in it', () => {
  const mark = 'metadata: { annotations: { pki-apply/sha256: abc } }';
  const rows = {
    sealed: `${mark}\ndata: { a: 'ENC[x]', b: 'ENC[y]' }\nsops: {}`,
    'without a mark': `metadata: {}\ndata: { a: 'ENC[x]' }\nsops: {}`,
    'with a mark that is no text': `${mark.replace('abc', '7')}\ndata: { a: 'ENC[x]' }\nsops: {}`,
    'not all of it': `${mark}\ndata: { a: 'ENC[x]', b: x }\nsops: {}`,
    'closed otherwise': `${mark}\ndata: { a: 'x ENC[' }\nsops: {}`,
    'of nothing': `${mark}\ndata: {}\nsops: {}`,
    'without data': `${mark}\nsops: {}`,
    'with data of nothing': `${mark}\ndata:\nsops: {}`,
    'without the part of SOPS': `${mark}\ndata: { a: 'ENC[x]' }`,
    'with nothing in that part': `${mark}\ndata: { a: 'ENC[x]' }\nsops:`,
    'no YAML': ': [',
    'no object': '[]',
  };
  expect(Object.entries(rows).map(([title, text]) => [title, sealMark(text), markIn(text)])).toEqual([
    ['sealed', 'abc', 'abc'],
    ['without a mark', undefined, undefined],
    ['with a mark that is no text', undefined, undefined],
    ['not all of it', undefined, 'abc'],
    ['closed otherwise', undefined, 'abc'],
    ['of nothing', undefined, 'abc'],
    ['without data', undefined, 'abc'],
    ['with data of nothing', undefined, 'abc'],
    ['without the part of SOPS', undefined, 'abc'],
    ['with nothing in that part', undefined, 'abc'],
    ['no YAML', undefined, undefined],
    ['no object', undefined, undefined],
  ]);
});
