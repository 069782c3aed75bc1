/** What each engine leaves out, as a table of texts. */
import { expect } from 'vitest';
import { certManagerExport } from '../../src/export/cert-manager/cert-manager.ts';
import type { Exported } from '../../src/export/file.ts';
import { omissionCauseText } from '../../src/export/omission.ts';
import { stepCaExport } from '../../src/export/step-ca/step-ca.ts';
import { vaultExport } from '../../src/export/vault/vault.ts';
import type { Authority, EndEntity, Inventory } from '../../src/pki/entity.ts';
import { anAuthority, anInventory, aServer } from '../helpers/entities.ts';

const PLACE = { output: '../pki' };
/** By engine. */
export const EXPORTS: Readonly<Record<string, (inventory: Inventory) => Exported>> = {
  'OpenBao or Vault': (inventory) => vaultExport(inventory, PLACE),
  'step-ca': (inventory) => stepCaExport(inventory, PLACE),
  'cert-manager': (inventory) => certManagerExport(inventory, PLACE),
  'cert-manager by Vault': (inventory) => certManagerExport(inventory, PLACE, 'https://vault.test'),
};

/** `step-ca: it is revoked`, for each engine that leaves it out. */
export function leftOut(given: Partial<EndEntity>, by: Partial<Authority> = {}): readonly string[] {
  const issuer = anAuthority({ name: 'services', issuer: 'authorities/root', ...by });
  const leaf = { ...aServer({ name: 'odd', issuer: issuer.id }), ...given };
  return Object.entries(EXPORTS).flatMap(([engine, made]) => {
    const { omissions } = made(anInventory(anAuthority(), issuer, leaf));
    return omissions.map(({ entity, cause }) => {
      expect(entity).toBe('servers/odd');
      return `${engine}: ${omissionCauseText(cause, 'it')}`;
    });
  });
}

/** A paragraph for each row; what is left out by all four is one line. */
export function table(rows: Readonly<Record<string, readonly string[]>>): string {
  const lines = Object.entries(rows).map(([title, causes]) => {
    const texts = new Set(causes.map((cause) => cause.replace(/^.*?: /, '')));
    if (causes.length === 4 && texts.size === 1) return `${title}\n  all: ${[...texts].join()}`;
    return [title, ...causes.map((cause) => `  ${cause}`)].join('\n');
  });
  return `\n${lines.join('\n')}\n`;
}
