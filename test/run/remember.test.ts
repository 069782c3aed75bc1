/** What is recorded of entities that are as they should be: of all that was part of the plan, and of nothing else. */
import { describe, expect, it } from 'vitest';
import { rememberAll, rememberAuthorities, settledIn } from '../../src/run/remember.ts';
import { knownIn } from '../../src/store/observe/known.ts';
import { listedBefore } from '../../src/store/observe/lists.ts';
import { readPlaces } from '../../src/store/observe/places.ts';
import {
  anAuthority,
  anInventory,
  aServer,
  certificateFor,
  DAY,
  keyFacts,
  NOW,
  present,
} from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { through } from '../helpers/output.ts';
import { seeing } from '../helpers/seen.ts';

const layout = (folder: string) => ({ folder, files: {} });
const RENEWAL = { kind: 'share', share: 1 / 3 } as const;
const ROOT = anAuthority({ crl: { url: [], list: { validity: DAY, renewBefore: RENEWAL } } });
const API = aServer({ name: 'api', layout: layout('there') });
const WEB = aServer({ name: 'web', layout: layout('elsewhere') });
const ISSUANCE = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
const KEY = keyFacts('root');
const CERTIFICATE = certificateFor(ROOT, KEY, ISSUANCE, null, '01');
const LIST = { number: 7n, thisUpdate: NOW, entries: [] };
const SEEN = {
  ...seeing([ROOT, { key: present(KEY), cert: present(CERTIFICATE) }]),
  lists: new Map([[ROOT.id, LIST]]),
};

describe('what is settled', () => {
  const settled = (...pinned: readonly string[]) =>
    settledIn(anInventory(ROOT, API, WEB), { pinned: new Set(pinned) }).map(({ id }) => id);

  it('is all that was part of the plan', () => {
    expect(settled()).toEqual([ROOT.id, API.id, WEB.id]);
    expect(settled(API.id)).toEqual([ROOT.id, WEB.id]);
  });
});

/** What is known of a folder in which this was remembered. */
async function remembered(remember: typeof rememberAll) {
  const root = memoryFolder();
  await through(root, (output) => remember(output, [ROOT, API], SEEN));
  const { lists } = listedBefore(root, [ROOT], [], new Map());
  const known = [...knownIn(root, [], new Map())];
  return {
    places: [...readPlaces(root)],
    keys: known.map(([id, { keys, certificates }]) => [id, [...keys], [...certificates]]),
    lists: [...(lists ?? [])],
  };
}

describe('what is remembered', () => {
  const authorities = {
    keys: [[ROOT.id, [KEY.keyId], []]],
    lists: [[ROOT.id, LIST]],
  };

  it('of a folder where all is done, are places, keys of authorities, and their lists', async () => {
    expect(await remembered(rememberAll)).toEqual({ ...authorities, places: [[API.id, layout('there')]] });
  });

  it('before anything is signed, is what is known of authorities alone', async () => {
    expect(await remembered(rememberAuthorities)).toEqual({ ...authorities, places: [] });
  });
});
