/** Keys that stay closed for want of a passphrase are said once, of all entities together. */
import { describe, expect, it } from 'vitest';
import type { Entity, EntityId } from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { SecretSource } from '../../src/pki/secret-source.ts';
import type { EntityObservation, KeyState } from '../../src/plan/observation.ts';
import { sealedRemarks } from '../../src/plan/sealed-remarks.ts';
import {
  aChange,
  anAuthority,
  anInventory,
  aServer,
  keyFacts,
  observed,
  present,
} from '../helpers/entities.ts';

const env = (name: string): SecretSource => ({ kind: 'env', name });
const API: Entity = { ...aServer({ name: 'api' }), passphrase: env('ONE'), previousPassphrase: env('TWO') };
const WEB: Entity = { ...aServer({ name: 'web' }), passphrase: env('ONE') };
const ASSUMED = { ...present(keyFacts('k')), lock: 'assumed' } as const;
const WHY = { kind: 'no-secret', source: env('ONE'), fault: { kind: 'waits' } } as never;

interface Case {
  readonly key?: KeyState;
  readonly closed?: readonly string[];
  readonly actions?: readonly ('keep' | 'refresh' | 'refuse')[];
  readonly entities?: readonly Entity[];
  readonly pinned?: readonly EntityId[];
}

/** Of which entities nothing is known. */
function unknown({
  key = ASSUMED,
  closed = ['env:ONE'],
  actions = ['keep'],
  entities = [API],
  pinned = [],
}: Case): readonly EntityId[] {
  const seen = new Map(entities.map(({ id }) => [id, observed({ key })]));
  const changes = actions.flatMap((action, i) => {
    const entity = entities[i];
    return entity === undefined ? [] : [aChange({ id: entity.id, action })];
  });
  const remarks = sealedRemarks(
    entities,
    { entities: seen, orphans: [], closed: new Map(closed.map((source) => [source, 'x'])) } as never,
    changes,
    {} as never,
    new Set(pinned),
  );
  expect(remarks.length).toBeLessThan(2);
  return remarks.flatMap((one) => (one.kind === 'unknown' ? one.entities : []));
}

it.each<[string, Case, readonly EntityId[]]>([
  ['one that counts as that of its certificate', {}, [API.id]],
  ['one whose earlier passphrase alone is lacking', { closed: ['env:TWO'] }, [API.id]],
  ['one that is not known at all, and why', { key: { state: 'unknown', why: WHY } }, [API.id]],
  ['one that changes', { actions: ['refresh'] }, [API.id]],
  ['all in one', { entities: [API, WEB], actions: ['keep', 'keep'] }, [API.id, WEB.id]],
  ['not one of which no passphrase is lacking', { closed: [] }, []],
  ['not one of another passphrase', { closed: ['env:OTHER'] }, []],
  ['not one that is out of sight', { key: { state: 'unknown' } }, []],
  ['not one that was opened', { key: { ...ASSUMED, lock: 'stated' } }, []],
  ['not one that is plain', { key: present(keyFacts('k')) }, []],
  ['not one that was not looked at', { key: { ...ASSUMED, lock: 'unseen' } }, []],
  ['not one of what is refused', { actions: ['refuse'] }, []],
  ['not one of what is left out', { pinned: [API.id] }, []],
  ['not one of what is not planned', { actions: [] }, []],
])('%s', (_, given, expected) => expect(unknown(given)).toEqual(expected));

describe('a file under a password', () => {
  const SEAL = { password: { kind: 'file', path: 'secret' }, encryption: 'modern' } as const;
  const SEALED: Entity = {
    ...aServer({ name: 'api', outputs: ['key', 'cert', 'keystore', 'truststore'] }),
    seals: { keystore: SEAL, truststore: SEAL },
  };
  const closed = present({ mark: 'other', content: 'closed' as const });
  const open = present({ mark: '', content: ['x'] });
  const ROOT = anAuthority({ name: 'root' });
  const MEMBER = { fingerprint: 'r', keyId: 'k', previous: [], routes: [], route: null, cross: [] };
  const FOLDER = anInventory(ROOT, SEALED);

  /** Whether nothing is known of the server's files. */
  function isUnknown(
    files: Partial<EntityObservation>,
    change: object = { action: 'keep' },
    entity: Entity = SEALED,
  ): boolean {
    const remarks = sealedRemarks(
      [entity],
      { entities: new Map([[entity.id, observed(files)]]), orphans: [] },
      [aChange({ id: entity.id, action: 'keep', ...change })],
      { byId: byIdOf(FOLDER.entities), outlooks: new Map([[ROOT.id, MEMBER]]), anchors: new Map() } as never,
      new Set(),
    );
    return remarks.length > 0;
  }

  it.each<[string, boolean, boolean]>([
    ['that cannot be opened, and does not say itself what it holds', isUnknown({ keystore: closed }), true],
    ['one of two', isUnknown({ keystore: open, truststore: closed }), true],
    ['that was opened', isUnknown({ keystore: open }), false],
    ['that is not there', isUnknown({}), false],
    [
      'that is written now',
      isUnknown({ keystore: closed }, { action: 'refresh', writes: ['keystore'] }),
      false,
    ],
    [
      'beside one that is written',
      isUnknown({ keystore: closed, truststore: closed }, { action: 'refresh', writes: ['keystore'] }),
      true,
    ],
    ['that is not wanted', isUnknown({ 'truststore-jks': closed }), false],
    ['of what is refused', isUnknown({ keystore: closed }, { action: 'refuse' }), false],
    [
      'of what states no password',
      isUnknown({ keystore: closed }, {}, aServer({ name: 'api', outputs: ['keystore'] })),
      false,
    ],
  ])('%s', (_, found, expected) => expect(found).toBe(expected));
});
