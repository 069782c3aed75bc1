/** Checks that could not be made, marks and their meaning, and failures by one cause: each line of a proof by itself. */
import { describe, expect, it } from 'vitest';
import type { SkipCause, SkippedCheck } from '../../src/handshake/case.ts';
import { handshakeCases } from '../../src/handshake/cases.ts';
import type { Finding, Outcome, Transcript } from '../../src/handshake/outcome.ts';
import { handshakesText } from '../../src/report/handshakes.ts';
import { PLAIN } from '../../src/report/style.ts';
import { authorityEntity, dns, leafEntity } from '../handshake/pki.ts';

const OPTIONS = { columns: 100, unicode: true, verbose: false, style: PLAIN };
const server = (name: string) => leafEntity('server', name, 'root', { san: [dns(`${name}.test`)] });
const client = (name: string) => leafEntity('client', name, 'root');
const TRIED: Transcript = {
  ...{ server: { kind: 'accepted' }, client: { kind: 'accepted' }, protocol: 'TLSv1.3', resumed: false },
  ...{ received: true, answered: true, timedOut: false },
};

/** What openssl would see of two servers and two clients; the rest is given. */
function outcomes(finding: (id: string) => readonly [Finding, code: string] | undefined): readonly Outcome[] {
  const all = [authorityEntity('root'), server('api'), server('web'), client('app'), client('ops')];
  return handshakeCases(all).cases.map((tried): Outcome => {
    const wrong = finding(tried.id);
    const fine: Finding =
      tried.expect === 'accept'
        ? { kind: 'connected' }
        : { kind: 'refused', side: 'server', code: 'CERT_HAS_EXPIRED' };
    return {
      ...{ case: tried, ok: wrong === undefined, connected: tried.expect === 'accept' },
      ...{ finding: wrong?.[0] ?? fine, code: wrong?.[1] ?? null, transcript: TRIED, milliseconds: 1 },
    };
  });
}

const well = outcomes(() => undefined);

describe('checks that were not made', () => {
  const skip = (name: string, check: SkippedCheck['check'], cause: SkipCause): SkippedCheck => ({
    ...{ server: `servers/${name}`, check, cause },
  });
  const lines = (skipped: readonly SkippedCheck[], verbose = false): readonly string[] => {
    const all = handshakesText(well, skipped, { ...OPTIONS, verbose }).split('\n');
    const from = all.findIndex((line) => line.includes(', not tested: '));
    const length = all.slice(from).indexOf('');
    return from === -1 ? [] : all.slice(from, from + length);
  };
  const asker = (...names: readonly string[]): SkipCause => ({ kind: 'no-asker', names });

  it('are none', () => expect(lines([])).toEqual([]));

  it('of one server stand in one line, by their cause', () => {
    expect(
      lines([
        skip('a', 'other-root', { kind: 'no-client' }),
        skip('a', 'wrong-name', { kind: 'no-client' }),
        skip('a', 'pair', { kind: 'closed-key' }),
      ]),
    ).toEqual([
      '? servers/a, not tested: client that trusts another root, wrong server name',
      '    no client of the manifest connects, so none can be given this fault',
      '? servers/a, not tested: mutual TLS',
      '    the private key is under a passphrase that is not to be had here',
    ]);
  });

  it('of servers with one cause stand together, but not if their checks differ', () => {
    expect(
      lines([
        skip('a', 'other-root', { kind: 'no-client' }),
        skip('b', 'other-root', { kind: 'no-client' }),
        skip('c', 'wrong-name', { kind: 'no-client' }),
      ]),
    ).toEqual([
      '? servers/a, servers/b, not tested: client that trusts another root',
      '    no client of the manifest connects, so none can be given this fault',
      '? servers/c, not tested: wrong server name',
      '    no client of the manifest connects, so none can be given this fault',
    ]);
  });

  it('without a client that asks stand together with all names, each once', () => {
    expect(
      lines([skip('a', 'name', asker('a.test', 'b.test')), skip('b', 'name', asker('b.test', 'c.test'))]),
    ).toEqual([
      '? servers/a, servers/b, not tested: server name',
      '    no client of the manifest connects, so nothing asks for a.test, b.test, c.test',
    ]);
  });

  it('of many servers are all named on request', () => {
    const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) =>
      skip(name, 'pair', { kind: 'closed-key' }),
    );
    expect([lines(many), lines(many, true)]).toEqual([
      [
        '? servers/a, servers/b, servers/c, servers/d, servers/e and 2 more, not tested: mutual TLS',
        '    the private key is under a passphrase that is not to be had here',
      ],
      [
        '? servers/a, servers/b, servers/c, servers/d, servers/e, servers/f, servers/g, not tested: mutual TLS',
        '    the private key is under a passphrase that is not to be had here',
      ],
    ]);
  });
});

describe('what went wrong by one cause', () => {
  const said = (finding: Parameters<typeof outcomes>[0]): readonly string[] => {
    const all = handshakesText(outcomes(finding), [], OPTIONS).split('\n');
    return all.slice(all.findIndex((line) => line.startsWith('✗ ') && line.includes(':')));
  };

  it('is counted, with what helps', () => {
    const chain: Finding = { kind: 'refused', side: 'client', code: 'SELF_SIGNED_CERT_IN_CHAIN' };
    expect(
      said((id) => (/clients\/app .* pair/.test(id) ? [chain, 'SELF_SIGNED_CERT_IN_CHAIN'] : undefined)),
    ).toEqual([
      "✗ clients/app refuses servers/api, servers/web: the server's certificate leads to a root that is not trusted (SELF_SIGNED_CERT_IN_CHAIN)",
      '    4 handshakes went wrong by that, TLS 1.2 and 1.3',
      '    hint: ca.pem of clients/app has to hold the root above the others; "pki plan" shows whether it was changed',
      '',
      '4 of 24 handshakes went wrong',
      '',
    ]);
    const odd: Finding = { kind: 'refused', side: 'client', code: 'NEW_IN_NODE' };
    expect(said((id) => (/clients\/app .* pair/.test(id) ? [odd, 'NEW_IN_NODE'] : undefined))).toEqual([
      '✗ clients/app refuses servers/api, servers/web: the handshake failed (NEW_IN_NODE)',
      '    4 handshakes went wrong by that, TLS 1.2 and 1.3',
      '',
      '4 of 24 handshakes went wrong',
      '',
    ]);
  });
});

describe('what a mark stands for', () => {
  const partner = leafEntity('client', 'partner', 'other');
  const { cases } = handshakeCases([
    ...[authorityEntity('root'), authorityEntity('other'), server('api'), client('app'), partner],
  ]);
  const legendOf = (isRevoked: boolean): string | undefined => {
    const all = cases.map((tried): Outcome => {
      const isHit = isRevoked && tried.check === 'pair' && tried.expect === 'refuse';
      return {
        ...{ case: isHit ? { ...tried, check: 'revoked' } : tried, ok: true, finding: { kind: 'connected' } },
        ...{ connected: tried.expect === 'accept', code: null, transcript: TRIED, milliseconds: 1 },
      } as Outcome;
    });
    return handshakesText(all, [], OPTIONS)
      .split('\n')
      .find((line) => line.startsWith('✓ '));
  };

  it('says of a refusal that certificates may be revoked only where some are', () => {
    expect(legendOf(false)).toBe('✓ as expected   – refused as expected: no shared trust');
    expect(legendOf(true)).toBe('✓ as expected   – refused as expected: no shared trust, or revoked');
  });
});
