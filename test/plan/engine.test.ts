/** Which engine makes what is planned: the command line before the manifest, and both before the amount. */
import { expect, it } from 'vitest';
import type { EngineChoice } from '../../src/pki/engine.ts';
import { planInventory } from '../../src/plan/plan.ts';
import { anAuthority, anInventory, aServer, NOW, World } from '../helpers/entities.ts';

const servers = (count: number) => Array.from({ length: count }, (_, i) => aServer({ name: `s${i}` }));

it.each<[certificates: number, manifest: EngineChoice | null, asked: EngineChoice | null, engine: string]>([
  [10, null, null, 'openssl'],
  [11, null, null, 'node'],
  [2, 'node', null, 'node'],
  [40, 'openssl', null, 'openssl'],
  [40, 'auto', null, 'node'],
  [2, 'node', 'openssl', 'openssl'],
  [40, 'openssl', 'auto', 'node'],
  [2, null, 'node', 'node'],
])('%d certificates, manifest %s, command line %s: %s', (certificates, manifest, asked, engine) => {
  const inventory = {
    ...anInventory(anAuthority(), ...servers(certificates - 1)),
    ...(manifest === null ? {} : { engine: manifest }),
  };
  const options = { now: NOW, ...(asked === null ? {} : { engine: asked }) };
  expect(planInventory(inventory, new World().observation(inventory), options).engine).toBe(engine);
});
