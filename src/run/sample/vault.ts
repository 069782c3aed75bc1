/** A sample from OpenBao or Vault: each role of our export is asked as a machine that has its policy asks. */
import { issuingAuthorities } from '../../export/authority.ts';
import type { LeafPolicy } from '../../export/leaf.ts';
import { mountOf } from '../../export/vault/mount.ts';
import { requestData } from '../../export/vault/role.ts';
import { callApi } from '../../live/api.ts';
import type { Inventory } from '../../pki/entity.ts';
import { fieldsOf } from '../../store/json.ts';
import { type Asked, chainIn, type KeyMaker, refusalIn } from './asked.ts';

/** Whom to ask, and as whom. */
export interface VaultAccess {
  readonly url: URL;
  readonly token: string;
  /** Roots that its certificate may lead to, PEM. */
  readonly roots: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** What the engine gives for these leaves, one after the other. */
export async function askVault(
  inventory: Inventory,
  leaves: readonly LeafPolicy[],
  keys: KeyMaker,
  access: VaultAccess,
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const authority of issuingAuthorities(inventory, leaves))
    for (const leaf of authority.leaves)
      asked.push(await askOne(leaf, `${mountOf(authority)}/sign/${leaf.slug}`, keys, access));
  return asked;
}

async function askOne(
  leaf: LeafPolicy,
  path: string,
  keys: KeyMaker,
  { url, token, roots, signal }: VaultAccess,
): Promise<Asked> {
  const { csr, keyId } = await keys.requestFor(leaf.entity);
  const base = { entity: leaf.entity.id, from: path };
  const answer = await callApi({
    url: new URL(`/v1/${path}`, url),
    headers: { 'X-Vault-Token': token },
    body: { ...requestData(leaf), csr },
    roots,
    signal,
  });
  if (!answer.ok) return { ...base, detail: answer.detail };
  if (answer.status !== 200) return { ...base, detail: refusalIn(answer.status, answer.body) };
  const { certificate, ca_chain: chain } = fieldsOf(fieldsOf(answer.body)['data']);
  return { ...base, ...chainIn([certificate, ...(Array.isArray(chain) ? chain : [])]), keyId };
}
