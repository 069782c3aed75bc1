/** What is made, of which files in their places, and which files it leaves: each kind of make, whole. */
import { expect, it } from 'vitest';
import type { Issuance } from '../../src/plan/change.ts';
import { generationOf, isPublicKey, type Make, outputsOf, sourcesOf } from '../../src/plan/make.ts';

const ISSUANCE: Issuance = { notBefore: 0, notAfter: 1, cappedBy: null, subjectKeyId: null };
const OLD = { kind: 'file', of: 'ca', isNew: false } as const;
const NEW = { kind: 'file', of: 'ca', isNew: true } as const;
const TOKEN = { kind: 'token', of: 'ca', isNew: false } as const;
const GIVEN = { kind: 'given', spki: '3000' } as const;
const SHOWN = { kind: 'shown', of: 'other' } as const;
const LIST = { number: '1', thisUpdate: 0, nextUpdate: 1, entries: [] };

const request = (key: typeof OLD | typeof NEW | typeof TOKEN): Make => ({ op: 'request', of: 'ca', key });
const root = (key: typeof OLD | typeof NEW | typeof TOKEN, to: 'cert' | 'cross' = 'cert'): Make => ({
  op: 'sign',
  of: 'ca',
  by: { kind: 'self', key },
  issuance: ISSUANCE,
  to,
});
const below = (key: typeof OLD | typeof TOKEN, given: object = {}): Make => ({
  op: 'sign',
  of: 'leaf',
  by: { kind: 'authority', id: 'ca', key },
  issuance: ISSUANCE,
  to: 'cert',
  ...given,
});
const list = (key: typeof OLD | typeof NEW | typeof TOKEN, given: object = {}): Make => ({
  op: 'crl',
  of: 'ca',
  key,
  isNewCertificate: false,
  list: LIST,
  to: 'crl',
  ...given,
});

const [KEY, CERT] = ['key of ca current', 'cert of ca current'];

it.each<[string, Make, readonly string[], readonly string[]]>([
  ['a request for a new key', request(NEW), [], ['key', 'csr']],
  ['a request for a key that is there', request(OLD), [KEY], ['csr']],
  ['a request for a key on a token', request(TOKEN), [], ['csr']],
  ['a root of a new key', root(NEW), [], ['cert']],
  ['a root of a key that is there', root(OLD), [KEY], ['cert']],
  ['a cross-certificate', root(OLD, 'cross'), ['key of ca former'], ['cross']],
  ['a certificate of an authority', below(OLD), [KEY, CERT], ['cert']],
  ['one of an authority on a token', below(TOKEN), [CERT], ['cert']],
  ['one for a key that was given', below(OLD, { key: GIVEN }), [KEY, CERT], ['cert']],
  [
    'one for a key that another shows',
    below(OLD, { key: SHOWN }),
    [KEY, CERT, 'cert of other current'],
    ['cert'],
  ],
  ['a public half of a new key', { op: 'public', of: 'ca', key: NEW }, [], ['public']],
  ['a public half of a key that is there', { op: 'public', of: 'ca', key: OLD }, [KEY], ['public']],
  ['a public half of a key that was given', { op: 'public', of: 'ca', key: GIVEN }, [], ['public']],
  ['a list', list(OLD), [KEY, CERT], ['crl']],
  ['a list of a new key', list(NEW, { isNewCertificate: true }), [], ['crl']],
  ['a list of a new certificate', list(OLD, { isNewCertificate: true }), [KEY], ['crl']],
  ['a list by a token', list(TOKEN), [CERT], ['crl']],
  [
    'the last list of a key',
    list(OLD, { to: 'former-crl' }),
    ['key of ca former', 'cert of ca former'],
    ['former-crl'],
  ],
  [
    'the last list of a key in the archive',
    list(OLD, { to: 'former-crl', archived: 'set' }),
    ['key of ca archived set', 'cert of ca archived set'],
    ['former-crl'],
  ],
  ['another form', { op: 'convert', of: 'ca', parts: [], format: 'pkcs7', to: 'pkcs7' }, [], ['pkcs7']],
  ['what came from elsewhere', { op: 'take', of: 'ca', files: ['csr', 'cert'] }, [], ['csr', 'cert']],
])('%s', (_, make, sources, outputs) => {
  const shown = sourcesOf(make).map(
    ({ of, file, generation, archived }) =>
      `${file} of ${of} ${generation}${archived === undefined ? '' : ` ${archived}`}`,
  );
  expect({ sources: shown, outputs: outputsOf(make) }).toEqual({ sources, outputs });
});

it('only a cross-certificate and a last list are signed by what is about to go', () => {
  const makes = [request(OLD), root(OLD), list(OLD), list(OLD, { archived: 'set' }), root(OLD, 'cross')];
  expect(makes.map(generationOf)).toEqual(['current', 'current', 'current', 'current', 'former']);
});

it('what was given or is shown signs nothing here', () => {
  expect([OLD, TOKEN, GIVEN, SHOWN].map(isPublicKey)).toEqual([false, false, true, true]);
});
