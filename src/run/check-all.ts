/** Every server of an inventory that has an address, asked a few at a time. */
import { eachAtMost } from '../handshake/pool.ts';
import type { Address } from '../pki/address.ts';
import type { EntityId, Inventory } from '../pki/entity.ts';
import { type CheckOptions, type CheckResult, type Compared, checkServer } from './check.ts';

/** So many at once: each waits for connections, which end by their timeouts. */
const AT_ONCE = 8;

/** What all of them have in common. */
export type CommonOptions = Pick<CheckOptions, 'with' | 'timeout' | 'signal'>;

/** In the order of the manifest; one that cannot be reached is a result. Nothing where none has an address. */
export async function checkAddressed(
  known: Compared,
  options: CommonOptions & { readonly binary: string; readonly now: number },
): Promise<readonly CheckResult[]> {
  const places = addressed(known.inventory);
  const results = new Map<EntityId, CheckResult>();
  await eachAtMost(AT_ONCE, places, async ({ id, address: { endpoint, starttls } }) => {
    const own = { as: id, isTolerant: true, ...(starttls === null ? {} : { starttls }) } as const;
    results.set(id, await checkServer(endpoint, known, { ...options, ...own }));
  });
  return places.flatMap(({ id }) => results.get(id) ?? []);
}

function addressed({ entities }: Inventory): readonly { readonly id: EntityId; readonly address: Address }[] {
  return entities.flatMap(({ id, address, revoked }) =>
    address === undefined || revoked !== undefined ? [] : [{ id, address }],
  );
}
