/** What the steps of a run share: what is planned for an entity, and which files that brings. */
import { describe, expect, it } from 'vitest';
import { entityOf, placedBy, workOf, worksOf } from '../../src/run/run.ts';
import { take } from '../../src/run/take.ts';
import { aChange, anAuthority, aServer } from '../helpers/entities.ts';

const ACTIONS = [
  'keep',
  'refuse',
  'wait',
  'remove',
  'revoke',
  'refresh',
  'issue',
  'rekey',
  'create',
] as const;
const CHANGES = ACTIONS.map((action) => aChange({ id: `servers/${action}`, action }));
const run = { changes: new Map(CHANGES.map((change) => [change.id, change])) };

describe('work is what puts files in place', () => {
  const WORKS = ['refresh', 'issue', 'rekey', 'create'];

  it('in the order of the plan', () => {
    expect(worksOf(run).map(({ action }) => action)).toEqual(WORKS);
  });

  it.each(ACTIONS)('%s', (action) => {
    const id = `servers/${action}`;
    if (WORKS.includes(action)) expect(workOf(run, id)).toBe(run.changes.get(id));
    else expect(() => workOf(run, id)).toThrow(new Error(`Internal error: nothing is to be done for ${id}`));
  });

  it('and nothing is planned for an entity that no one knows', () => {
    expect(() => workOf(run, 'servers/x')).toThrow('Internal error: nothing is to be done for servers/x');
    const api = aServer({ name: 'api' });
    const byId = new Map([[api.id, api]]);
    expect(entityOf({ byId }, api.id)).toBe(api);
    expect(() => entityOf({ byId }, 'servers/x')).toThrow(
      new Error('Internal error: nothing is known of servers/x'),
    );
  });
});

it('files come into a folder where they are written, or from where they were before', () => {
  const relocation = { file: 'cert', from: 'a/cert.pem', to: 'b/cert.pem', digest: 'aa' } as const;
  const change = { writes: ['key', 'chain'], deletes: ['public'], relocations: [relocation] };
  expect(placedBy(change as never)).toEqual({ writes: ['key', 'chain', 'cert'], deletes: ['public'] });
});

describe('what comes from elsewhere', () => {
  const API = aServer({ name: 'api' });
  const ANCHOR = anAuthority({
    name: 'partner',
    keyPlace: { kind: 'anchor', path: 'partner.pem', certificates: ['one\n', 'two\n'] },
  });
  const ANSWER = {
    key: Buffer.from('the key'),
    csr: Buffer.from('the request'),
    cert: Buffer.from('the certificate'),
    newKey: true,
    notBefore: 0,
    notAfter: 1,
  };

  function taken(of: string, files: readonly ('key' | 'csr' | 'cert')[], key: Buffer | null = ANSWER.key) {
    const written: unknown[] = [];
    const staging = {
      write: (...[id, file, text, mode]: readonly [string, string, string | Buffer, number]) =>
        written.push([id, file, String(text), mode.toString(8)]),
    };
    const byId = new Map([API, ANCHOR].map((entity) => [entity.id, entity]));
    const answers = new Map([[API.id, { ...ANSWER, key }]]);
    take({ staging, byId, answers } as never, { op: 'take', of, files });
    return written;
  }

  it('is staged as it came, each file with its mode', () => {
    expect(taken(API.id, ['key', 'csr', 'cert'])).toEqual([
      [API.id, 'key', 'the key', '600'],
      [API.id, 'csr', 'the request', '644'],
      [API.id, 'cert', 'the certificate', '644'],
    ]);
    expect(taken(API.id, ['cert'], null)).toEqual([[API.id, 'cert', 'the certificate', '644']]);
  });

  it('is the first certificate of an anchor, whatever is asked for', () => {
    expect(taken(ANCHOR.id, ['cert'])).toEqual([[ANCHOR.id, 'cert', 'one\n', '644']]);
  });

  it('is nothing where nothing came', () => {
    expect(() => taken('servers/x', ['cert'])).toThrow(
      new Error('Internal error: no answer is there for servers/x'),
    );
    expect(() => taken(API.id, ['key'], null)).toThrow(
      new Error('Internal error: the key in its place stays'),
    );
  });
});
