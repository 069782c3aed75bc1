/** A sample out of files: which certificates are judged, each once, and where there are none. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { samplesIn } from '../../../src/run/sample/files.ts';
import { UserError } from '../../../src/words/user-error.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { keyPem, type SmallCertificate, smallCertificate } from '../../helpers/small-certificates.ts';

const CA = smallCertificate('ca');
const SUB = smallCertificate('sub', { issuer: CA });
const leaf = (common: string) => smallCertificate(common, { issuer: SUB, isAuthority: false });
const [API, WEB] = [leaf('api'), leaf('web')];

type Content = string | Buffer;

function folderWith(files: Readonly<Record<string, Content>>): string {
  const root = memoryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

const NAMES = new Map([CA, SUB, API, WEB].map(({ der, common }) => [der.toString('hex'), common]));

/** Chains by where they come from, or why there are none. */
function sampled(path: string, input: Content | null = null): unknown {
  try {
    const { certificates, missing } = samplesIn(path, input === null ? null : Buffer.from(input));
    expect(missing).toEqual([]);
    return certificates.map(({ from, chain }) => [
      from,
      ...chain.map((der) => NAMES.get(Buffer.from(der).toString('hex'))),
    ]);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.cause;
  }
}

const none = (path: string) => ({ kind: 'sample', fault: { kind: 'none', path } });
const chain = (...all: readonly SmallCertificate[]) => all.map(({ pem }) => pem).join('');

describe('one file', () => {
  it.each<[what: string, content: Content, expected: readonly string[]]>([
    ['PEM', API.pem, ['api']],
    ['PEM with a chain', chain(API, SUB, CA), ['api', 'sub', 'ca']],
    ['PEM behind a key', `${keyPem(API.key)}${API.pem}`, ['api']],
    ['DER', API.der, ['api']],
  ])('of %s', (_, content, expected) => {
    for (const name of ['a.pem', 'a.txt', 'a']) {
      const path = join(folderWith({ [name]: content }), name);
      expect(sampled(path)).toEqual([[path, ...expected]]);
    }
    expect(sampled('standard input', content)).toEqual([['standard input', ...expected]]);
  });

  it.each<[what: string, content: Content]>([
    ['nothing', ''],
    ['a text', 'hello'],
    ['a key', keyPem(API.key)],
    ['an authority', CA.pem],
    ['an authority in DER', CA.der],
    ['half a certificate', API.pem.slice(0, 90)],
    ['half a certificate in DER', API.der.subarray(0, 90)],
  ])('of %s is no sample', (_, content) => {
    const path = join(folderWith({ 'a.pem': content }), 'a.pem');
    expect(sampled(path)).toEqual(none(path));
    expect(sampled('standard input', content)).toEqual(none('standard input'));
  });

  it('that is not there is no sample', () => {
    const path = join(memoryFolder(), 'none');
    expect(sampled(path)).toEqual(none(path));
  });
});

describe('a folder', () => {
  it('has each certificate once, from the file that says most', () => {
    const folder = folderWith({
      'api/cert.pem': API.pem,
      'api/fullchain.pem': chain(API, SUB),
      'api/key.pem': keyPem(API.key),
      'api/z.crt': API.der,
      'ca.pem': CA.pem,
      'ca.crt': CA.der,
      'note.txt': 'hello',
      'web.der': WEB.der,
    });
    expect(sampled(folder)).toEqual([
      ['api/fullchain.pem', 'api', 'sub'],
      ['web.der', 'web'],
    ]);
  });

  it('is not followed out of itself', () => {
    const folder = folderWith({ 'a.pem': API.pem });
    symlinkSync(join(folderWith({ 'web.pem': WEB.pem }), 'web.pem'), join(folder, 'web.pem'));
    expect(sampled(folder)).toEqual([['a.pem', 'api']]);
  });

  it('without a certificate of a leaf is no sample', () => {
    const folder = folderWith({ 'ca.pem': CA.pem, 'key.pem': keyPem(API.key) });
    expect(sampled(folder)).toEqual(none(folder));
    expect(sampled(memoryFolder())).toMatchObject({ kind: 'sample' });
  });
});
