/** Entries of a manifest: the sections that they are in, and what they are called. */
import { describe, expect, it } from 'vitest';
import {
  bridgeName,
  entityId,
  isSection,
  kindOf,
  SECTIONS,
  unreachable,
  withoutRevoked,
  writtenKey,
} from '../../src/pki/entity.ts';
import { PURPOSES_OF } from '../../src/pki/purposes.ts';
import { aClient, anAuthority, anInventory, aServer } from '../helpers/entities.ts';

describe('a section', () => {
  it('comes in this order, authorities before what they sign', () => {
    expect(SECTIONS).toEqual(['authorities', 'servers', 'clients', 'peers', 'certificates']);
  });

  it.each([
    ['authorities', 'authority', []],
    ['servers', 'server', ['serverAuth']],
    ['clients', 'client', ['clientAuth']],
    ['peers', 'peer', ['serverAuth', 'clientAuth']],
    ['certificates', 'certificate', []],
  ] as const)('%s has entities of the kind %s', (section, kind, purposes) => {
    expect(isSection(section)).toBe(true);
    expect(kindOf(entityId(section, 'api'))).toBe(kind);
    expect(PURPOSES_OF[kind]).toEqual(purposes);
  });

  it.each(['server', 'Servers', 'defaults', '', 'constructor', '__proto__', 'toString'])(
    'is not "%s"',
    (text) => {
      expect([isSection(text), kindOf(`${text}/api`)]).toEqual([false, undefined]);
    },
  );
});

it('an id is that of an entity where a section is in front of the slash', () => {
  expect(entityId('servers', 'api')).toBe('servers/api');
  expect(['servers', 'serversapi/x', 'x/servers/api', ' servers/api'].map(kindOf)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(bridgeName('services', 'partner')).toBe('services@partner');
});

it('places of settings are kept by entity and setting', () => {
  expect(writtenKey('servers/api', 'owner')).not.toBe(writtenKey('servers/api', 'group'));
  expect(writtenKey('servers/api', 'owner')).not.toBe(writtenKey('servers/web', 'owner'));
});

it('what is revoked is left out, and all else stays', () => {
  const gone = aServer({ name: 'gone', revoked: { reason: null } });
  const inventory = { ...anInventory(anAuthority(), gone, aClient()), archiveFor: 60 };
  expect(withoutRevoked(inventory)).toEqual({ ...inventory, entities: [anAuthority(), aClient()] });
  expect(inventory.entities).toHaveLength(3);
});

it('a member of a union that no branch knows is named', () => {
  expect(() => unreachable('new' as never)).toThrow(/"new"/);
});
