/**
 * What an authority's folder holds may change while a question waits for its answer. The answer was given to the plan,
 * so a run goes by the keys and certificates that the plan was made from, and by no others.
 */
import { appendFileSync, copyFileSync, cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { parsePieces } from '../../src/x509/parse.ts';
import { anAuthority, anInventory, aServer, dns, NOW } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const work = temporaryFolder();
const [base, other, rolled] = ['base', 'other', 'rolled'].map((name) => join(work, name)) as [
  string,
  string,
  string,
];
let made = 0;

const ROOT = anAuthority();
const OLD = aServer({ name: 'old' });
const NEW = aServer({ name: 'new' });
const BEFORE = anInventory(ROOT, OLD);
const AFTER = anInventory(ROOT, OLD, NEW);

interface Given {
  readonly rekey?: ReadonlySet<string>;
  /** Happens between the plan and the answer. */
  readonly meanwhile?: () => void;
}

function apply(root: string, inventory: Inventory, { meanwhile, ...given }: Given = {}) {
  const review = async (): Promise<ReadonlySet<never>> => {
    meanwhile?.();
    return new Set();
  };
  const consents = new Set(['rekey-ca'] as const);
  return applyInventory(inventory, {
    ...{ root, binary: 'openssl', clock: () => NOW, processes: 2, consents, review },
    ...given,
  });
}

beforeAll(async () => {
  await apply(base, BEFORE);
  // The same names, and other keys.
  await apply(other, BEFORE);
  cpSync(base, rolled, { recursive: true });
  await apply(rolled, BEFORE, { rekey: new Set([ROOT.id]) });
});

function copyOf(folder: string): string {
  const root = join(work, `${++made}`);
  cpSync(folder, root, { recursive: true });
  return root;
}

const at = (root: string, id: string, file: string): string => join(root, id, `${file}.pem`);

describe('between the plan and the answer', () => {
  it.each<readonly [string, readonly string[], string]>([
    ['the certificate of the root', ['cert'], 'cert'],
    ['its key', ['key'], 'key'],
    ['both', ['key', 'cert'], 'key'],
  ])('%s is replaced: nothing is issued by it, and no one trusts it', async (_, files, named) => {
    const root = copyOf(base);
    const lines = readLedger(root).length;
    const result = await apply(root, AFTER, {
      meanwhile: () => {
        for (const file of files) copyFileSync(at(other, ROOT.id, file), at(root, ROOT.id, file));
      },
    });
    expect(result).toMatchObject({
      kind: 'done',
      execution: {
        failures: [
          {
            entity: NEW.id,
            problem: expect.stringContaining(
              `"authorities/root/${named}.pem" is not what it was when the plan was made`,
            ),
          },
        ],
      },
    });
    expect(existsSync(join(root, NEW.id))).toBe(false);
    expect(readLedger(root)).toHaveLength(lines);
  });

  it('the certificate of a root is replaced: bundles that are made again do not trust it', async () => {
    const root = copyOf(base);
    const [ca] = [at(root, OLD.id, 'ca')];
    appendFileSync(ca, '\n');
    appendFileSync(ca, readFileSync(at(root, OLD.id, 'cert')));
    const before = readFileSync(ca);
    const result = await apply(root, BEFORE, {
      meanwhile: () => copyFileSync(at(other, ROOT.id, 'cert'), at(root, ROOT.id, 'cert')),
    });
    expect(result).toMatchObject({ execution: { failures: [{ entity: OLD.id, step: 'publish' }] } });
    expect(readFileSync(ca)).toEqual(before);
  });

  it('a certificate is added to what a root has from before: no chain shows it', async () => {
    const root = copyOf(rolled);
    const result = await apply(root, AFTER, {
      meanwhile: () =>
        appendFileSync(at(root, ROOT.id, 'previous'), readFileSync(at(other, ROOT.id, 'cert'))),
    });
    expect(result).toMatchObject({ kind: 'done', execution: { failures: [] } });
    const [foreign] = parsePieces(readFileSync(at(other, ROOT.id, 'cert')));
    for (const file of ['fullchain', 'ca'])
      expect(parsePieces(readFileSync(at(root, NEW.id, file)))).not.toContain(foreign);
  });

  it('the key of a leaf is replaced: its certificate is for the one that the plan found', async () => {
    const leaf = aServer({ name: 'old', san: [dns('old.example.test'), dns('more.example.test')] });
    const root = copyOf(base);
    const before = readFileSync(at(root, leaf.id, 'cert'));
    const result = await apply(root, anInventory(ROOT, leaf), {
      meanwhile: () => copyFileSync(at(other, leaf.id, 'key'), at(root, leaf.id, 'key')),
    });
    expect(result).toMatchObject({ execution: { failures: [{ entity: leaf.id }] } });
    expect(readFileSync(at(root, leaf.id, 'cert'))).toEqual(before);
  });
});
