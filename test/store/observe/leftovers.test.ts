/** Files that an entity no longer has, in a folder that may hold those of others: which of them are its own. */
import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../../src/pki/artifact.ts';
import type { Entity } from '../../../src/pki/entity.ts';
import { Leftovers } from '../../../src/store/observe/leftovers.ts';
import type { Place } from '../../../src/store/observe/places.ts';
import { anAuthority, aServer, observed } from '../../helpers/entities.ts';

const FILES = { key: 'tls.key', cert: 'tls.crt' };
const HERE = { folder: 'etc', files: FILES };
const api = (given: Parameters<typeof aServer>[0] = {}): Entity =>
  aServer({ name: 'api', outputs: ['key', 'cert'], layout: HERE, ...given });

function leftOf(
  entity: Entity,
  place: Place | undefined,
  seen: Parameters<typeof observed>[0] = {},
  others: readonly Entity[] = [],
): unknown {
  const places = new Map(place === undefined ? [] : [[entity.id, place]]);
  return new Leftovers([entity, ...others], places).of(entity, observed(seen));
}

describe('where it is', () => {
  const place = { ...HERE, outputs: ['key', 'cert', 'chain', 'combined'] as const };

  it('is what apply has put there and no output asks for', () => {
    expect(leftOf(api(), place)).toEqual({ leftovers: ['chain', 'combined'] });
    expect(leftOf(api({ outputs: ['key', 'cert', 'chain'] }), place)).toEqual({ leftovers: ['combined'] });
    expect(leftOf(api({ outputs: ['key', 'cert', 'chain', 'combined'] }), place)).toEqual({});
  });

  it('is nothing where that is not known, or where the folder is its own', () => {
    expect(leftOf(api(), undefined)).toEqual({});
    expect(leftOf(api(), HERE)).toEqual({});
    const usual = aServer({ name: 'api', outputs: ['key', 'cert'] });
    for (const folder of ['etc', 'servers/api'])
      expect(leftOf(usual, { ...place, folder, files: {} })).toEqual({});
  });

  it('is nothing that was elsewhere, or had another name', () => {
    expect(leftOf(api(), { ...place, folder: 'opt' })).toEqual({});
    expect(leftOf(api(), { ...place, files: { ...FILES, chain: 'between.pem' } })).toEqual({
      leftovers: ['combined'],
    });
  });

  it('is nothing that another entity has by now, also where they differ in letter case alone', () => {
    const other = (file: string): Entity =>
      aServer({ name: 'web', outputs: ['key', 'cert'], layout: { folder: 'etc', files: { cert: file } } });
    expect(leftOf(api(), place, {}, [other('chain.pem')])).toEqual({ leftovers: ['combined'] });
    expect(leftOf(api(), place, {}, [other('Combined.PEM')])).toEqual({ leftovers: ['chain'] });
    expect(leftOf(api(), place, {}, [other('web.pem'), anAuthority()])).toEqual({
      leftovers: ['chain', 'combined'],
    });
  });
});

describe('where it was', () => {
  const moved = (...files: readonly (readonly [Artifact, string])[]) => ({
    formerLocation: { folder: 'old', files: files.map(([file, from]) => ({ file, from, digest: '' })) },
  });
  const present = { state: 'present', facts: [], mode: 0o644 } as const;
  const garbage = { state: 'garbage', detail: '' } as const;
  const SEEN = moved(['cert', 'old/tls.crt'], ['chain', 'old/chain.pem'], ['combined', 'old/combined.pem']);

  it('is what apply has put there, and is there, and no output asks for', () => {
    const place = { folder: 'old', files: FILES, outputs: ['cert', 'chain', 'fullchain'] as const };
    expect(leftOf(api(), place, SEEN)).toEqual({ leftBehind: ['old/chain.pem'] });
    expect(leftOf(api({ outputs: ['key', 'cert', 'chain'] }), place, SEEN)).toEqual({});
    expect(leftOf(api(), { folder: 'old', files: FILES }, SEEN)).toEqual({});
    expect(leftOf(api(), place)).toEqual({});
  });

  it('is all of that kind where it was in its own folder', () => {
    expect(leftOf(api(), undefined, SEEN)).toEqual({ leftBehind: ['old/chain.pem', 'old/combined.pem'] });
  });

  it('is nothing that another entity has by now', () => {
    const web = aServer({ name: 'web', layout: { folder: 'old', files: { cert: 'Chain.pem' } } });
    expect(leftOf(api(), undefined, SEEN, [web])).toEqual({ leftBehind: ['old/combined.pem'] });
  });

  it('is also what has not moved, under the usual name in its own folder', () => {
    const own = (files: Partial<Record<Artifact, string>> = {}): Entity =>
      api({ layout: { folder: 'servers/api', files: { ...FILES, ...files } } });
    const seen = { ...moved(['cert', 'servers/api/cert.pem']), chain: present, ca: garbage };
    expect(leftOf(own(), undefined, seen)).toEqual({ leftBehind: ['servers/api/chain.pem'] });
    expect(leftOf(own({ chain: 'between.pem' }), undefined, seen)).toEqual({});
    expect(leftOf(api(), undefined, seen)).toEqual({});
    expect(leftOf(own(), { folder: 'old', files: FILES, outputs: ['chain'] }, seen)).toEqual({});
    expect(leftOf(own(), undefined, { chain: present })).toEqual({});
  });
});
