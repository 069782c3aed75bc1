// Every file of an export, as a whole: expected/*.txt has them one after the other, each below its mode and path.
// After a deliberate change: `npx vitest run test/export/whole -u`, and read the difference.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { certManagerExport } from '../../src/export/cert-manager/cert-manager.ts';
import type { Exported } from '../../src/export/file.ts';
import { omissionText } from '../../src/export/omission.ts';
import { stepCaExport } from '../../src/export/step-ca/step-ca.ts';
import { vaultExport } from '../../src/export/vault/vault.ts';
import { anAuthority, anInventory } from '../helpers/entities.ts';
import { SHOP } from './shop.ts';

const PLACE = { output: '../../the pki' };
const NONE = anInventory(anAuthority());

function wholeText({ files, omissions }: Exported): string {
  const parts = files.map(({ mode, path, text }) => `=== ${mode.toString(8)} ${path}\n${text}`);
  const left = omissions.map((one) => `${omissionText(one, 'it')}\n`);
  return `${parts.join('')}=== left out\n${left.join('')}`;
}

describe('an export consists of these files, for', () => {
  it.each<readonly [string, () => Exported]>([
    ['vault', () => vaultExport(SHOP, PLACE)],
    ['step-ca', () => stepCaExport(SHOP, PLACE)],
    ['cert-manager', () => certManagerExport(SHOP, PLACE)],
    ['cert-manager-vault', () => certManagerExport(SHOP, PLACE, 'https://vault.test:8200')],
    ['cert-manager-plain', () => certManagerExport(SHOP, { output: '-pki' }, 'http://vault.test:8200')],
    ['vault-none', () => vaultExport(NONE, PLACE)],
    ['step-ca-none', () => stepCaExport(NONE, PLACE)],
    ['cert-manager-none', () => certManagerExport(NONE, PLACE)],
  ])('%s', async (name, made) => {
    await expect(wholeText(made())).toMatchFileSnapshot(join(import.meta.dirname, `expected/${name}.txt`));
  });
});
