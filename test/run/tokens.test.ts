/** Tokens are asked for the keys of a plan that is agreed to, each once in a run. */
import { expect, it } from 'vitest';
import type { Agreement } from '../../src/plan/consent.ts';
import { askTokens } from '../../src/run/tokens.ts';
import { TokenKeys } from '../../src/store/token-keys.ts';
import { aChange, anAuthority, anInventory, aPlan, aServer, keyFacts, NOW } from '../helpers/entities.ts';

const token = (object: string) =>
  ({ uri: `pkcs11:token=t;object=${object}`, pin: { kind: 'prompt', label: null } }) as const;
const ROOT = anAuthority({ name: 'root', token: token('root') });
const SUB = anAuthority({ name: 'sub', issuer: ROOT.id, token: token('sub') });
const API = aServer({ name: 'api', issuer: SUB.id, token: token('api') });
const WEB = aServer({ name: 'web', issuer: SUB.id });
const FREE = aServer({ name: 'free', issuer: 'authorities/files' });
const ALL = anInventory(ROOT, SUB, API, WEB, FREE);
const ISSUANCE = { notBefore: NOW, notAfter: NOW + 1, cappedBy: null, subjectKeyId: null };
const issue = (id: string) => aChange({ id, action: 'issue', issuance: ISSUANCE, writes: ['cert'] });

/** Who is asked, in order, and whether that was anything new. @param known what the run has learnt before. */
async function asked(
  changes: readonly ReturnType<typeof aChange>[],
  known = new TokenKeys(),
  isIdle = false,
) {
  const ids: string[] = [];
  const agreement: Agreement = { possible: aPlan(changes), awaiting: [], withheld: [], isIdle };
  const tokens = {
    ask({ id }: { readonly id: string }) {
      ids.push(id);
      return Promise.resolve();
    },
  };
  const isMore = await askTokens(agreement, ALL, known, tokens as never);
  return { ids, isMore };
}

it.each([
  ['the key of an entity, and what signs for it', [issue(API.id)], [SUB.id, API.id]],
  ['what signs alone, where its own key is in a file', [issue(WEB.id)], [SUB.id]],
  [
    'each once, in the order of the manifest',
    [issue(WEB.id), issue(API.id), issue(SUB.id)],
    [ROOT.id, SUB.id, API.id],
  ],
  ['none where no token is needed', [issue(FREE.id)], []],
  ['none of what stays', [aChange({ id: API.id, action: 'keep' })], []],
])('%s', async (_, changes, ids) => expect(await asked(changes)).toEqual({ ids, isMore: ids.length > 0 }));

it('what was asked before is not asked again, whether or not the key was shown', async () => {
  const known = new TokenKeys();
  known.show(SUB.id, { spki: Buffer.of(1), facts: keyFacts('sub') });
  expect(await asked([issue(API.id)], known)).toEqual({ ids: [API.id], isMore: true });
  known.fail(API.id, { kind: 'no-key' });
  expect(await asked([issue(API.id)], known)).toEqual({ ids: [], isMore: false });
});

it('nothing is asked where nothing is carried out', async () => {
  expect(await asked([issue(API.id)], new TokenKeys(), true)).toEqual({ ids: [], isMore: false });
});
