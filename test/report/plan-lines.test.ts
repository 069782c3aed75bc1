/** Single lines of a plan that are there only in one case each: what is pending, lost, replaced, left or pruned. */
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import { planText } from '../../src/report/plan.ts';
import { COLOURED, PLAIN } from '../../src/report/style.ts';
import { aChange, aPlan, NOW } from '../helpers/entities.ts';

type Given = Parameters<typeof aChange>[0];

function textOf(changes: readonly Given[], given: Partial<Plan> = {}): string {
  return planText(aPlan(changes.map(aChange), { now: NOW, ...given }), { style: PLAIN, verbose: false });
}

const ISSUANCE = { notBefore: NOW, notAfter: NOW + 86399, cappedBy: null, subjectKeyId: null };
const UNTIL = 'valid until 2026-11-24T11:59:59Z';
const LOST: Given = {
  id: 'a',
  action: 'rekey',
  issuance: ISSUANCE,
  consent: 'rekey-ca',
  reasons: [{ kind: 'missing', artifact: 'key' }],
};

it.each<[what: string, Given, lines: readonly string[]]>([
  [
    'the key of an authority is lost',
    LOST,
    [
      '± a  rekey    key.pem is missing',
      `              ${UNTIL}`,
      '              hint: put key.pem back, or declare it offline ("key: offline"); only if it is lost, a new one is made',
      '              needs consent: --allow rekey-ca',
    ],
  ],
  [
    'several consents',
    { ...LOST, reasons: [{ kind: 'requested' }], consents: ['rekey-ca', 'trust'] },
    [
      '± a  rekey    requested',
      `              ${UNTIL}`,
      '              needs consent: --allow rekey-ca,trust',
    ],
  ],
  [
    'the end of its issuer is its own',
    {
      id: 'a',
      action: 'issue',
      issuance: { ...ISSUANCE, cappedBy: 'authorities/r' },
      reasons: [{ kind: 'requested' }],
    },
    ['~ a  issue    requested', `              ${UNTIL}, the end of authorities/r`],
  ],
  [
    'what is revoked loses its files',
    { id: 'a', action: 'revoke', deletes: ['key'], reasons: [{ kind: 'revoked', reason: null }] },
    ['- a  revoke   revoked', '              its files go to the archive'],
  ],
  [
    'what is revoked and has none',
    { id: 'a', action: 'revoke', reasons: [{ kind: 'revoked', reason: 'superseded' }] },
    ['- a  revoke   revoked: superseded'],
  ],
  [
    'what leaves has files, which is said by its reason',
    { id: 'a', action: 'refresh', deletes: ['csr'], reasons: [{ kind: 'unwanted', artifact: 'csr' }] },
    ['* a  refresh  csr.pem is no longer needed'],
  ],
])('%s', (_, change, lines) => {
  const text = textOf([change]);
  expect(text.split('\n').slice(0, lines.length)).toEqual(lines);
  expect(text.split('\n')[lines.length]).toBe('');
});

describe('around the changes', () => {
  const keep: Given = { id: 'a', action: 'keep' };

  it('what an interrupted run left comes first', () => {
    expect(textOf([keep], { pending: ['servers/a', 'servers/b'] }).split('\n')[0]).toBe(
      'an interrupted apply is not finished: the next one begins with servers/a, servers/b, and looks again',
    );
  });

  it('what is due beside what was asked for comes last', () => {
    expect(textOf([keep], { left: ['servers/a', 'servers/b'] })).toBe(
      'plan: 1 unchanged, nothing to do\nstill due, and not part of this: servers/a, servers/b\n',
    );
  });

  it.each<[what: string, readonly Given[], given: Partial<Plan>, summary: string]>([
    [
      'an engine that is not the usual one',
      [LOST],
      { engine: 'node' },
      'plan: 1 to re-key; by the OpenSSL inside node (--engine)',
    ],
    [
      'the same beside what needs no certificate',
      [LOST, { id: 'b', action: 'keep' }],
      { engine: 'node' },
      'plan: 1 to re-key, 1 unchanged; by the OpenSSL inside node (--engine)',
    ],
    ['the usual one', [LOST], {}, 'plan: 1 to re-key'],
    [
      'one that the archive has kept long enough',
      [LOST],
      { prunes: [{ entity: 'servers/b', folder: '1', time: 0, holdsKey: false }] },
      'plan: 1 to re-key, 1 to prune',
    ],
    [
      'an engine that makes no certificate',
      [{ id: 'a', action: 'refresh', reasons: [{ kind: 'stale', artifact: 'ca' }] }],
      { engine: 'node' },
      'plan: 1 to refresh',
    ],
    [
      'each action by its verb',
      (['refuse', 'wait', 'remove', 'revoke', 'refresh', 'create'] as const).map((action, at) => ({
        ...{ id: `${at}`, action, issuance: ISSUANCE },
        refusal: { kind: 'unfinished', entity: '0', why: 'x' },
        waitsFor: null,
      })),
      {},
      'plan: 1 to create, 1 to refresh, 1 to revoke, 1 to remove, 1 waiting, 1 refused',
    ],
  ])('%s', (_, changes, given, summary) =>
    expect(textOf(changes, given).trimEnd().split('\n').at(-1)).toBe(summary),
  );

  it.each([
    ['create', '32'],
    ['issue', '33'],
    ['refresh', '33'],
    ['remove', '31'],
    ['revoke', '31'],
    ['refuse', '31'],
  ] as const)('%s has its colour', (action, colour) => {
    const change = aChange({
      ...{ id: 'a', action, issuance: ISSUANCE },
      refusal: { kind: 'unfinished', entity: 'a', why: 'x' },
    });
    const text = planText(aPlan([change]), { style: COLOURED, verbose: true });
    expect(text.slice(0, 5)).toBe(`\u001b[${colour}m`);
  });
});
