/** Step → command: the one place that says what each step of a plan runs. */
import { type Entity, type EntityId, unreachable } from '../pki/entity.ts';
import type { Place } from '../pki/paths.ts';
import type { Step } from '../plan/steps.ts';
import type { Command } from './command.ts';
import { publicKeyCommand } from './public-key.ts';
import { requestCommand } from './request.ts';
import { crossCommand, signCommand } from './sign.ts';

/**
 * The openssl call of a step; publishing and removing have none.
 * @param place where an apply has it work; a script, which runs one call at a time, needs none (pki/paths.ts).
 */
export function stepCommand(step: Step, byId: ReadonlyMap<EntityId, Entity>, place?: Place): Command | null {
  switch (step.kind) {
    case 'request':
      return requestCommand(lookUp(byId, step.entity), step, place?.run);
    case 'sign':
      return signCommand(
        lookUp(byId, step.entity),
        lookUp(byId, step.issuer ?? step.entity),
        step.issuance,
        step.newKey,
        place,
      );
    case 'cross':
      return crossCommand(lookUp(byId, step.entity), step.crossing, place);
    case 'public':
      return publicKeyCommand(lookUp(byId, step.entity), step.newKey, place?.run);
    case 'publish':
    case 'remove':
      return null;
    default:
      return unreachable(step);
  }
}

function lookUp(byId: ReadonlyMap<EntityId, Entity>, id: EntityId): Entity {
  const entity = byId.get(id);
  if (entity === undefined) throw new Error(`Internal error: no entity ${id}`);
  return entity;
}
