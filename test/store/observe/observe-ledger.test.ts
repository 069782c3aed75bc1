/** What a look knows beside the files: which certificates the ledger has of authorities, and which serial numbers are taken. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { applyInventory } from '../../../src/run/apply.ts';
import { knownOf, observe } from '../../../src/store/observe/observe.ts';
import { Reader } from '../../../src/store/observe/reader.ts';
import { anAuthority, anInventory, aServer, DAY, NOW } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';

const KEY = { key: { algorithm: 'ed25519' } } as const;
const LIST = {
  url: [],
  list: { validity: 2 * DAY, renewBefore: { kind: 'seconds', seconds: DAY } },
} as const;
const ROOT = anAuthority({ name: 'root', ...KEY, crl: LIST });
const API = aServer({ name: 'api', ...KEY });
const ALL = anInventory(ROOT, API);
const made = memoryFolder();

beforeAll(async () => {
  const options = { binary: 'openssl', clock: () => NOW, processes: 1, engine: 'node' } as const;
  await applyInventory(ALL, { root: made, ...options, consents: new Set() });
});

const LEDGER = '.pki/ledger.jsonl';

/** What is known, with another ledger. */
function seen(change: (text: string) => string | null = (text) => text) {
  const root = memoryFolder();
  cpSync(made, root, { recursive: true });
  const text = change(readFileSync(join(root, LEDGER), 'utf8'));
  if (text === null) rmSync(join(root, LEDGER));
  else writeFileSync(join(root, LEDGER), text);
  const { known, issued, lists, entities } = observe(root, ALL);
  return { root, known, issued, lists, entities };
}

const keyId = ({ entities }: ReturnType<typeof seen>) => {
  const key = entities.get(ROOT.id)?.key;
  return key?.state === 'present' ? key.facts.keyId : undefined;
};

it('authorities are known by the ledger, with their keys', () => {
  const found = seen();
  expect([...(found.known ?? [])].map(([id, { keys }]) => [id, [...keys]])).toEqual([
    [ROOT.id, [keyId(found)]],
  ]);
  expect(found.issued).toBeUndefined();
  expect(found.lists?.size).toBe(1);
  expect(knownOf(found.root, ALL.entities, found.entities)).toMatchObject({ known: found.known });
});

it('without a ledger nothing is', () => {
  expect(seen(() => null).known).toBeUndefined();
  expect(seen(() => 'no entry\n').known).toBeUndefined();
});

it('a serial number that another certificate has as well is found', () => {
  const other = 'f'.repeat(64);
  const found = seen((text) => {
    const line = text.split('\n').find((one) => one.includes(`"${API.id}"`)) ?? '';
    return `${text}${line.replace(/"fingerprint":"[^"]*"/, `"fingerprint":"${other}"`)}\n`;
  });
  expect(found.issued).toMatchObject([{ entity: API.id, fingerprint: other }]);
});

it('what tokens said is known, where any said something', () => {
  const reader = new Reader();
  expect(observe(made, ALL, undefined, reader).tokens).toBeUndefined();
  reader.tokens.fail(API.id, { kind: 'no-key' });
  expect([...(observe(made, ALL, undefined, reader).tokens ?? [])]).toEqual([[API.id, { kind: 'no-key' }]]);
});
