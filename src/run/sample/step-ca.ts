/** A sample from step-ca: each leaf of our export is asked for with a token of its provisioner, as `request.sh` does. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { type IssuingAuthority, issuingAuthorities } from '../../export/authority.ts';
import type { LeafPolicy } from '../../export/leaf.ts';
import { type Provisioner, provisionersOf } from '../../export/step-ca/provisioner.ts';
import { tokenData } from '../../export/step-ca/scripts.ts';
import { tokenSubject } from '../../export/step-ca/template.ts';
import { callApi } from '../../live/api.ts';
import type { Inventory } from '../../pki/entity.ts';
import { errorCode } from '../../pki/errors.ts';
import { fieldsOf } from '../../store/json.ts';
import { OpenFile } from '../../store/open-file.ts';
import { UserError } from '../../words/user-error.ts';
import { type Asked, chainIn, type KeyMaker, refusalIn } from './asked.ts';

/** Whom to ask, and with which keys. */
export interface StepCaAccess {
  readonly url: URL;
  /** The folder of keys of provisioners (`servers.key`), as `setup.sh` makes it for each authority. */
  readonly keys: (authority: string) => string;
  /** Roots that its certificate may lead to, PEM. */
  readonly roots: readonly string[];
  /** Seconds since 1970. */
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
}

/** What the engine gives for these leaves, one after the other; one step-ca has one authority. */
export async function askStepCa(
  inventory: Inventory,
  leaves: readonly LeafPolicy[],
  maker: KeyMaker,
  access: StepCaAccess,
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const authority of issuingAuthorities(inventory, leaves))
    for (const provisioner of provisionersOf(authority))
      asked.push(...(await askProvisioner(authority, provisioner, maker, access)));
  return asked;
}

async function askProvisioner(
  { slug }: IssuingAuthority,
  provisioner: Provisioner,
  maker: KeyMaker,
  access: StepCaAccess,
): Promise<readonly Asked[]> {
  const { name, leaves } = provisioner;
  const path = `${access.keys(slug)}/${name}.key`;
  const key = keyAt(path);
  const asked: Asked[] = [];
  for (const leaf of leaves) {
    const base = { entity: leaf.entity.id, from: `${slug}/${name}` };
    if (key === undefined) asked.push({ ...base, detail: `the key of its provisioner is not in "${path}"` });
    else asked.push({ ...base, ...(await askOne(leaf, provisioner, key, maker, access)) });
  }
  return asked;
}

async function askOne(
  leaf: LeafPolicy,
  { name, leaves }: Provisioner,
  key: KeyObject,
  maker: KeyMaker,
  { url, roots, now, signal }: StepCaAccess,
) {
  const { csr, keyId } = await maker.requestFor(leaf.entity);
  const to = new URL('/1.0/sign', url);
  const times = { iat: now, nbf: now - 60, exp: now + 300 };
  const claims = { iss: name, aud: to.href, jti: randomBytes(16).toString('hex'), ...times };
  const ott = token(key, { ...claims, ...tokenData(leaf, tokenSubject(leaf, leaves)) });
  const answer = await callApi({ url: to, body: { csr, ott }, roots, signal });
  if (!answer.ok) return { detail: answer.detail };
  if (answer.status !== 201) return { detail: refusalIn(answer.status, answer.body) };
  const { certChain } = fieldsOf(answer.body);
  return { ...chainIn(Array.isArray(certChain) ? certChain : []), keyId };
}

/** A JWT by ES256 (RFC 7518 §3.4), whose key id is a thumbprint (RFC 7638). */
function token(key: KeyObject, claims: object): string {
  const { crv, kty, x, y } = createPublicKey(key).export({ format: 'jwk' });
  const thumbprint = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  const head = { alg: 'ES256', typ: 'JWT', kid: thumbprint };
  const body = [head, claims].map((part) => base64url(Buffer.from(JSON.stringify(part)))).join('.');
  return `${body}.${base64url(sign('sha256', Buffer.from(body), { key, dsaEncoding: 'ieee-p1363' }))}`;
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/** Absent where there is none of that kind. */
function keyAt(path: string): KeyObject | undefined {
  try {
    using file = new OpenFile(path, path);
    const key = createPrivateKey(file.read());
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch (error) {
    // What is wrong with a key says more of it than anyone should read.
    if (error instanceof UserError || errorCode(error) !== '') return undefined;
    throw error;
  }
}
