/** Answers to OCSP requests as they come: by what the output folder says at that moment, signed by openssl. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Inventory } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import { PRIVATE_FOLDER } from '../pki/paths.ts';
import { answersOcsp, respondersOf } from '../plan/ocsp.ts';
import { LEDGER } from '../store/ledger.ts';
import { LISTS } from '../store/observe/lists.ts';
import type { OcspFault } from '../words/ocsp.ts';
import { unlessDamaged } from '../x509/der.ts';
import { type CertificateId, isOfIssuer, requestedIds } from '../x509/ocsp-request.ts';
import { ocspError } from '../x509/ocsp-response.ts';
import { type AuthorityAnswers, ocspAuthorities } from './ocsp-answers.ts';
import { respondAbout, respondTo, signingFault } from './ocsp-respond.ts';
import { OcspSigner, type SignerOptions } from './ocsp-signer.ts';

/** Where the files are, and what is notified. */
export interface DeskOptions extends SignerOptions {
  /** The output folder, absolute. */
  readonly root: string;
  /** Reads the clock, in seconds since 1970. */
  readonly clock: () => number;
  /** Called where a question stays without an answer, or the files cannot be read again. */
  readonly onFault: (fault: OcspFault) => void;
}

interface Post extends AuthorityAnswers {
  readonly signing: OcspSigner;
}

/** What the files said, as long as they are the same. */
interface Loaded {
  readonly posts: readonly Post[];
  readonly witness: string;
}

/** All authorities that can answer, or why some cannot. */
export type OpenedDesk =
  | { readonly ok: true; readonly desk: OcspDesk }
  | { readonly ok: false; readonly faults: readonly OcspFault[] };

/** To be closed: it holds copies of private keys, as they are in their files. */
export class OcspDesk {
  readonly #inventory: Inventory;
  readonly #options: DeskOptions;
  #loaded: Loaded;
  #loading: Promise<void> = Promise.resolve();

  private constructor(inventory: Inventory, options: DeskOptions, loaded: Loaded) {
    this.#inventory = inventory;
    this.#options = options;
    this.#loaded = loaded;
  }

  /** Every authority signs once before anything is asked: what cannot work is found out at once. */
  static async open(inventory: Inventory, options: DeskOptions): Promise<OpenedDesk> {
    const loaded = await load(inventory, options);
    if ('faults' in loaded) return { ok: false, faults: loaded.faults };
    return { ok: true, desk: new OcspDesk(inventory, options, loaded) };
  }

  /** The authorities that answer. */
  get answers(): readonly AuthorityAnswers[] {
    return this.#loaded.posts;
  }

  /** The answer to a request, or an error, in DER. @throws an Error where it is interrupted. */
  async answer(request: Uint8Array): Promise<Buffer> {
    const ids = idsIn(request);
    if (ids === undefined) return ocspError('malformedRequest');
    await this.#refresh();
    const post = this.#loaded.posts.find(({ signer }) => ids.some((id) => isOfIssuer(id, signer.issuer)));
    return post === undefined ? ocspError('unauthorized') : this.#answerBy(post, ids, request);
  }

  async #answerBy(post: Post, ids: readonly CertificateId[], request: Uint8Array): Promise<Buffer> {
    const { clock, onFault } = this.#options;
    const known = new Map(post.answers.map(({ serial, status }) => [serial, status] as const));
    const statuses = [...new Set(ids.map(({ serial }) => serial))].map((serial) => {
      return { serial, status: known.get(serial) ?? ({ kind: 'unknown' } as const) };
    });
    try {
      return await respondTo(post.signing, request, statuses, clock());
    } catch (error) {
      const fault = signingFault(error, post.signer);
      onFault(fault);
      return ocspError(fault.kind === 'ended' ? 'tryLater' : 'internalError');
    }
  }

  /** One request after the other looks whether the files are others than before. */
  #refresh(): Promise<void> {
    this.#loading = this.#loading.then(() => this.#reload());
    return this.#loading;
  }

  async #reload(): Promise<void> {
    if (witnessOf(this.#inventory, this.#options.root) === this.#loaded.witness) return;
    const before = this.#loaded;
    const loaded = await load(this.#inventory, this.#options);
    if ('faults' in loaded) {
      for (const fault of loaded.faults) this.#options.onFault(fault);
      // What was read before goes on until the files change once more: an apply may be at work on them.
      this.#loaded = { ...before, witness: loaded.witness };
      return;
    }
    this.#loaded = loaded;
    await closeAll(before.posts);
  }

  /** Takes the copies away. */
  async close(): Promise<void> {
    await this.#loading;
    await closeAll(this.#loaded.posts);
  }
}

async function load(
  inventory: Inventory,
  options: DeskOptions,
): Promise<Loaded | { readonly faults: readonly OcspFault[]; readonly witness: string }> {
  const { root, clock } = options;
  // Before the files are read: what changes meanwhile is read again.
  const witness = witnessOf(inventory, root);
  const posts: Post[] = [];
  const faults: OcspFault[] = [];
  for (const found of ocspAuthorities(root, inventory, clock())) {
    const post = found.ok ? await manned(found, options) : found;
    if ('fault' in post) faults.push(post.fault);
    else posts.push(post);
  }
  if (faults.length === 0) return { posts, witness };
  await closeAll(posts);
  return { faults, witness };
}

/** No certificate has this number: what signs that it is unknown can sign the rest. */
const NO_SERIAL = '00';

async function manned(
  found: AuthorityAnswers,
  options: DeskOptions,
): Promise<Post | { readonly fault: OcspFault }> {
  const signing = await OcspSigner.open(found.signer, options);
  try {
    await respondAbout(signing, { serial: NO_SERIAL, status: { kind: 'unknown' } }, options.clock());
    return { ...found, signing };
  } catch (error) {
    await signing.close();
    return { fault: signingFault(error, found.signer) };
  }
}

/** `undefined`: it is no request. */
function idsIn(request: Uint8Array): readonly CertificateId[] | undefined {
  const ids = unlessDamaged(() => requestedIds(request)) ?? [];
  return ids.length === 0 ? undefined : ids;
}

async function closeAll(posts: readonly Post[]): Promise<void> {
  await Promise.all(posts.map(({ signing }) => signing.close()));
}

/** Changes with whatever the answers follow from: what was issued, what is listed, and who signs. */
function witnessOf({ entities }: Inventory, root: string): string {
  const signers = entities
    .filter(answersOcsp)
    .flatMap((authority) => [authority, ...respondersOf(authority, entities)]);
  const files = [
    ...[LEDGER, LISTS].map((name) => `${PRIVATE_FOLDER}/${name}`),
    ...signers.flatMap((entity) => [filePath(entity, 'cert'), filePath(entity, 'key')]),
  ];
  return files.map((path) => stampOf(join(root, path))).join();
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}`;
}
