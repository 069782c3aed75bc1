// Which handshakes failed by one cause: tables of who refused whom.
import { describe, expect, test } from 'vitest';
import { untried } from '../../src/handshake/assess.ts';
import type { HandshakeCase, Side } from '../../src/handshake/case.ts';
import { handshakeCases } from '../../src/handshake/cases.ts';
import type { Outcome } from '../../src/handshake/outcome.ts';
import { type Cause, causesOf } from '../../src/report/handshakes-causes.ts';
import { authorityEntity, dns, leafEntity } from '../handshake/pki.ts';

const server = (name: string) => leafEntity('server', name, 'root', { san: [dns(`${name}.test`)] });
const client = (name: string) => leafEntity('client', name, 'root');
const { cases } = handshakeCases([
  authorityEntity('root'),
  server('api'),
  server('web'),
  client('app'),
  client('ops'),
  client('job'),
]);

/** Refused by a side with a code, where the case is one of those. */
function refused(is: (tried: HandshakeCase) => boolean, side: Side, code: string): readonly Outcome[] {
  return cases.filter(is).map((tried) => ({
    case: tried,
    ok: false,
    connected: false,
    finding: { kind: 'refused', side, code },
    code,
    transcript: null,
    milliseconds: 1,
  }));
}

const brief = ({ role, party, others, outcomes }: Cause): unknown => [role, party, others, outcomes.length];

describe('a cause', () => {
  test('is a bundle without the root: one client refuses every server', () => {
    const failed = refused(({ client: who }) => who === 'clients/app', 'client', 'SELF_SIGNED_CERT_IN_CHAIN');
    const { causes, rest } = causesOf(failed);
    expect(causes.map(brief)).toEqual([
      ['refuser', 'clients/app', ['servers/api', 'servers/web'], failed.length],
    ]);
    expect(rest).toEqual([]);
  });

  test('is a chain that leads nowhere: every client refuses one server', () => {
    const failed = refused(
      ({ server: who, check }) => who === 'servers/web' && check === 'pair',
      'client',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
    const { causes } = causesOf(failed);
    expect(causes.map(brief)).toEqual([
      ['refused', 'servers/web', ['clients/app', 'clients/ops', 'clients/job'], 6],
    ]);
  });

  test('is one, whichever of its codes OpenSSL chose', () => {
    const by = (check: string, code: string) =>
      refused((tried) => tried.server === 'servers/api' && tried.check === check, 'server', code);
    const failed = [
      ...by('pair', 'SELF_SIGNED_CERT_IN_CHAIN'),
      ...by('other-root', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    ];
    const { causes, rest } = causesOf(failed);
    expect(causes.map(({ party, role }) => `${role} ${party}`)).toEqual(['refuser servers/api']);
    expect(rest).toEqual([]);
  });

  test('is not another one with another code, or of the other side', () => {
    const failed = [
      ...refused(
        ({ client: who, check }) => who === 'clients/app' && check === 'pair',
        'client',
        'CERT_HAS_EXPIRED',
      ),
      ...refused(
        ({ client: who, check }) => who === 'clients/ops' && check === 'pair',
        'server',
        'CERT_HAS_EXPIRED',
      ),
    ];
    expect(causesOf(failed).causes.map(brief)).toEqual([
      ['refuser', 'clients/app', ['servers/api', 'servers/web'], 4],
      ['refused', 'clients/ops', ['servers/api', 'servers/web'], 4],
    ]);
  });

  test('explains what it can, and leaves the rest', () => {
    const [lone] = refused(
      ({ server: to, client: who, check }) =>
        to === 'servers/web' && who === 'clients/job' && check === 'pair',
      'client',
      'INVALID_PURPOSE',
    );
    if (lone === undefined) throw new Error('no such case');
    const problem = { party: 'servers/api', fault: 'no-files', code: 'X' } as const;
    const unready = untried(lone.case, problem);
    const failed = refused(({ client: who }) => who === 'clients/app', 'client', 'SELF_SIGNED_CERT_IN_CHAIN');
    const { causes, rest } = causesOf([lone, ...failed, unready]);
    expect(causes.map(({ party }) => party)).toEqual(['clients/app']);
    expect(rest).toEqual([lone, unready]);
  });

  test('there is none where nothing failed', () => {
    expect(causesOf([])).toEqual({ causes: [], rest: [] });
  });
});
