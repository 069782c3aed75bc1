/** What the files of an anchor will say: what the file beside the manifest has, whatever is in the output folder now. */
import { expect, it } from 'vitest';
import { anchored, anchorFacts } from '../../src/plan/anchored.ts';
import { parseCertificate } from '../../src/x509/parse.ts';
import { anAuthority, aServer, keyFacts, observed, present } from '../helpers/entities.ts';
import { smallCertificate } from '../helpers/small-certificates.ts';

const MADE = [smallCertificate('one'), smallCertificate('two'), smallCertificate('three')];
const FACTS = MADE.map(({ pem }) => parseCertificate(Buffer.from(pem)));
const anchorOf = (count: number) =>
  anAuthority({
    keyPlace: {
      kind: 'anchor',
      path: 'theirs.pem',
      certificates: MADE.slice(0, count).map(({ pem }) => pem),
    },
  });
const FOUND = observed({ key: present(keyFacts('key')), cert: { state: 'missing' } });

it.each([
  ['no file', observed()],
  ['other files', observed({ cert: present(FACTS[2] as never), previous: present([]) })],
  ['a key', FOUND],
])('over %s, are all its certificates, the first by itself', (_, files) => {
  expect(anchored(anchorOf(1), files)).toEqual({
    ...files,
    cert: present(FACTS[0], 0o644),
    previous: { state: 'missing' },
  });
  const others = FACTS.slice(1).map((facts) => ({ ...facts, signedBy: facts.keyId }));
  expect(anchored(anchorOf(3), files)).toEqual({
    ...files,
    cert: present(FACTS[0], 0o644),
    previous: present(others, 0o644),
  });
});

it('are in the order of the file', () => {
  expect(anchorFacts(anchorOf(3))).toEqual(FACTS);
});

it.each([
  ['an authority of its own', anAuthority()],
  ['one whose key is elsewhere', anAuthority({ keyPlace: { kind: 'offline' } as never })],
  ['a server', aServer()],
])('of %s, are those that were found', (_, entity) => {
  expect(anchored(entity, FOUND)).toBe(FOUND);
  expect(anchorFacts(entity)).toEqual([]);
});
