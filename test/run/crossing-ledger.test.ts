/** What the ledger says of a new key for a root: two certificates, each with the reasons that are its own. */
import { expect, it } from 'vitest';
import { applyInventory } from '../../src/run/apply.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { anAuthority, anInventory, aServer, NOW } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';

it('a cross-certificate is there because trust is kept, and for no other reason', async () => {
  const root = temporaryFolder();
  const apply = (inventory: ReturnType<typeof anInventory>) => {
    const consents = new Set(['rekey-ca'] as const);
    const options = { root, binary: 'openssl', clock: () => NOW, processes: 2, consents };
    return applyInventory(inventory, options);
  };
  await apply(anInventory(anAuthority(), aServer()));
  const before = readLedger(root);
  await apply(anInventory(anAuthority({ key: { algorithm: 'ecdsa', curve: 'P-384' } }), aServer()));
  const added = readLedger(root).slice(before.length);
  const kindsOf = added.map(({ entity, reasons }) => [entity, reasons.map(({ kind }) => kind).sort()]);
  expect(kindsOf).toEqual(
    expect.arrayContaining([
      ['authorities/root', ['differs', 'keeps-trust']],
      ['authorities/root', ['keeps-trust']],
      ['servers/server', ['issuer-changes']],
    ]),
  );
  expect(added).toHaveLength(3);
  // Both are for the new key, and the old one signed one of them.
  const [one, other] = added.filter(({ entity }) => entity === 'authorities/root');
  expect(one?.keyId).toBe(other?.keyId);
  expect(one?.keyId).not.toBe(before[0]?.keyId);
});
