/** Steps for what only counts, orders or names them. */
import type { Step, StepKind } from '../../src/plan/step.ts';

/** A step of a kind; where that is to make something, it is the public half of a new key. */
export function aStep(
  kind: StepKind,
  entity: string,
  given: { readonly id?: string; readonly needs?: readonly string[]; readonly weight?: number } = {},
): Step {
  const base = { id: given.id ?? `${kind} ${entity}`, entity, needs: given.needs ?? [] };
  if (kind === 'publish' || kind === 'remove') return { ...base, kind };
  const key = { kind: 'file', of: entity, isNew: true } as const;
  return { ...base, kind, make: { op: 'public', of: entity, key }, weight: given.weight ?? 1 };
}
