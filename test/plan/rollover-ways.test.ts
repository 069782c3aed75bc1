/** Which leaves are refused by holders of a former root while a rollover lasts, by how many authorities are between. */
import { expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import type { Outlook } from '../../src/plan/outlook.ts';
import { rolloverRemarks } from '../../src/plan/rollover-remarks.ts';
import {
  aChange,
  aClient,
  anAuthority,
  aServer,
  certificateFor,
  changed,
  critical,
  DAY,
  keyFacts,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';

const ROOT = anAuthority({ name: 'root' });
const ONE = anAuthority({ name: 'one', issuer: ROOT.id, trust: [ROOT.id] });
const TWO = anAuthority({ name: 'two', issuer: ONE.id, trust: [ROOT.id] });
const LEAVES = [
  aClient({ name: 'direct', issuer: ROOT.id }),
  aClient({ name: 'below', issuer: ONE.id }),
  aClient({ name: 'deep', issuer: TWO.id }),
] as const;
const DATES = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
const made = certificateFor(ROOT, keyFacts('old'), DATES, null, '01');
const limited = (pathLength: number | null) =>
  changed(made, { extensions: { basicConstraints: critical({ ca: true, pathLength }) } as never });

interface Given {
  readonly pathLength?: number | null;
  readonly keepsName?: boolean;
  readonly isCrossed?: boolean;
  readonly route?: string | null;
  readonly reasons?: readonly object[];
  readonly leaves?: readonly Entity[];
}

function remarks(given: Given = {}) {
  const { pathLength = null, keepsName = true, isCrossed = true, route = null, leaves = LEAVES } = given;
  const { reasons = [{ kind: 'keeps-trust', notAfter: NOW, signsNew: true }] } = given;
  const cert = limited(pathLength);
  const rekey = aChange({
    id: ROOT.id,
    action: 'rekey',
    previous: [cert.fingerprint],
    crossing: isCrossed ? { issuance: DATES, signedWith: 'x' } : null,
    reasons: reasons as never,
  });
  const one = aChange({ id: ONE.id, action: 'issue', route });
  const subjectDer = keepsName ? cert.subjectDer : '3000';
  const entities = [ROOT, ONE, TWO, ...leaves];
  const seen = new Map([[ROOT.id, observed({ cert: present(cert) })]]);
  const outlooks = new Map([[ROOT.id, { subjectDer } as Outlook]]);
  return rolloverRemarks(entities, { entities: seen, orphans: [] }, [rekey, one], outlooks);
}

const ways = (given: Given) =>
  remarks(given).flatMap((remark) =>
    remark.kind === 'no-way'
      ? [`${remark.by}: ${remark.refused.map((id) => id.slice('clients/'.length)).join()}`]
      : [],
  );

it.each<[string, Given, readonly string[]]>([
  ['none without a limit', {}, []],
  ['all where no cross-certificate is made', { isCrossed: false }, ['all: direct,below,deep']],
  // What has the name of its issuer is not counted by OpenSSL, and is by others.
  ['a limit of 2 that keeps the name', { pathLength: 2 }, ['strict: deep']],
  ['a limit of 1 that keeps the name', { pathLength: 1 }, ['all: deep', 'strict: below']],
  ['a limit of 0 that keeps the name', { pathLength: 0 }, ['all: below,deep', 'strict: direct']],
  ['a limit of 3', { pathLength: 3 }, []],
  ['a limit of 2 with another name', { pathLength: 2, keepsName: false }, ['all: deep']],
  ['a limit of 3 with another name', { pathLength: 3, keepsName: false }, []],
  ['those whose chain shows a route are not lost', { isCrossed: false, route: 'f' }, ['all: direct']],
  ['none where nothing of it is kept', { isCrossed: false, reasons: [] }, []],
])('%s', (_, given, expected) => expect(ways(given)).toEqual(expected));

it('of authorities alone nothing is refused', () => {
  expect(remarks({ isCrossed: false, leaves: [] })).toEqual([]);
});

it('files without a chain or roots are named, and programs that know roots by their names', () => {
  const bare = aClient({ name: 'bare', issuer: ONE.id, outputs: ['key', 'cert'] });
  const trusting = aClient({ name: 'trusting', issuer: ONE.id, outputs: ['key', 'cert', 'fullchain'] });
  const server = aServer({ name: 'vpn', issuer: ONE.id });
  const kinds = (given: Given) => remarks(given).map(({ kind }) => kind);
  expect(remarks({ leaves: [bare, trusting] })).toEqual([
    {
      kind: 'unbrought',
      entity: ROOT.id,
      path: 'authorities/root/previous.pem',
      trusting: ['clients/bare', 'clients/trusting'],
      presented: ['clients/bare'],
    },
  ]);
  expect(kinds({ leaves: [server] })).toEqual(['same-name']);
  expect(kinds({ leaves: [server], keepsName: false })).toEqual([]);
  expect(kinds({ leaves: [aServer({ issuer: ONE.id, outputs: ['key', 'ca-chain', 'fullchain'] })] })).toEqual(
    [],
  );
});
