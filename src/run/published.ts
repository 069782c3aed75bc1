/** What entities have in their places: issuers that sign and members of bundles, read once. */
import type { Artifact } from '../pki/artifact.ts';
import type { Entity, EntityId } from '../pki/entity.ts';
import { messageOf } from '../pki/errors.ts';
import { filePath } from '../pki/files.ts';
import type { ById } from '../pki/issuers.ts';
import { type Change, crossingOf, keptTrustOf } from '../plan/change.ts';
import type { FileState } from '../plan/observation.ts';
import { Keyring } from '../store/keyring.ts';
import type { OutputFolder } from '../store/output-folder.ts';
import { StepError } from '../store/step-error.ts';
import { readPlaced } from '../store/symlinks/read-placed.ts';
import { certificateSpki } from '../x509/certificate.ts';
import { crlBlocks, listText } from '../x509/crl.ts';
import type { CertificateFacts, Fingerprint } from '../x509/facts.ts';
import { certificateBlocks, certificateDer, certificatesText, parseCertificate } from '../x509/parse.ts';
import { parseKey } from '../x509/parse-key.ts';
import { pemText } from '../x509/pem.ts';
import { sha256 } from '../x509/public-key.ts';
import { signedBy } from '../x509/signature.ts';
import { publicKeyObject, type VerificationKey } from '../x509/verification-key.ts';
import type { Expected, Replacement } from './expected.ts';
import { whole } from './staging.ts';

/** A certificate in its place, ready to be an issuer or a member of a bundle. */
export interface PublishedCertificate {
  readonly facts: CertificateFacts;
  readonly pem: string;
  readonly key: VerificationKey;
}

/** Its methods throw for what the run does not know, or has not published yet. */
export class Published {
  readonly #output: OutputFolder;
  readonly #byId: ById;
  readonly #changes: ReadonlyMap<EntityId, Change>;
  readonly #expected: Expected;
  readonly #keyring: Keyring;
  readonly #known = new Map<EntityId, PublishedCertificate>();

  constructor(
    output: OutputFolder,
    byId: ById,
    changes: ReadonlyMap<EntityId, Change>,
    expected: Expected,
    keyring = new Keyring(),
  ) {
    this.#keyring = keyring;
    this.#output = output;
    this.#byId = byId;
    this.#changes = changes;
    this.#expected = expected;
  }

  /**
   * A certificate in its final place. Issuers are published before anything below them starts, so one read is enough.
   */
  certificate(id: EntityId): PublishedCertificate {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const published = this.current(id);
    if (this.#entity(id).kind === 'authority') this.#known.set(id, published);
    return published;
  }

  /** The same as it is now; publishing the entity may change it. */
  current(id: EntityId): PublishedCertificate {
    const bytes = this.read(id, 'cert');
    const path = filePath(this.#entity(id), 'cert');
    if (bytes.state !== 'present') throw new StepError({ kind: 'unusable', path, state: bytes.state });
    const der = certificateDer(bytes.facts);
    this.#expected.checkCertificate(id, sha256(der), path);
    return {
      facts: parseCertificate(bytes.facts),
      pem: pemText('CERTIFICATE', der),
      key: publicKeyObject(certificateSpki(der)),
    };
  }

  /** The bytes of a private key in its place, as they are there. */
  keyFile(id: EntityId): Buffer {
    return this.#key(id).file;
  }

  /** The same, plain: for this process alone. */
  key(id: EntityId): Buffer {
    return this.#key(id).plain;
  }

  #key(id: EntityId): { readonly file: Buffer; readonly plain: Buffer } {
    const path = filePath(this.#entity(id), 'key');
    const file = whole(this.read(id, 'key'), path);
    const plain = this.#keyring.plain(this.#entity(id), file);
    this.#expected.checkKey(id, readable(path, () => parseKey(plain)).keyId, path);
    return { file, plain };
  }

  /** The same of a certificate. */
  certificateBytes(id: EntityId): Buffer {
    const path = filePath(this.#entity(id), 'cert');
    const bytes = whole(this.read(id, 'cert'), path);
    this.#expected.checkCertificate(id, readable(path, () => parseCertificate(bytes)).fingerprint, path);
    return bytes;
  }

  /** The entity's new files are in their places. */
  replaced(id: EntityId, replacement: Replacement): void {
    this.#expected.replaced(id, replacement);
  }

  /** The bytes of a file in its place, whatever they are. */
  read(id: EntityId, file: Artifact): FileState<Buffer> {
    return readPlaced(this.#output, this.#entity(id), file);
  }

  /**
   * A root's certificates that stay trusted beside its current one, as PEM: the one that this run replaces is still in
   * its place when the root asks, and in the file of previous ones when those that trust it do.
   */
  earlier(id: EntityId): string {
    const { keyPlace } = this.#entity(id);
    if (keyPlace?.kind === 'anchor') return keyPlace.certificates.slice(1).join('');
    return this.#certificates(id, keptTrustOf(this.#change(id)).previous);
  }

  /** What stands behind the certificate of a leaf, in the same file. */
  presented(id: EntityId): string {
    const [, ...others] = certificateBlocks(this.certificateBytes(id));
    return certificatesText(others);
  }

  /** What intermediates had from those, before they are published again. */
  keptRoutes(id: EntityId): string {
    const { routes } = keptTrustOf(this.#change(id));
    const children = [...this.#byId.values()].filter(
      ({ kind, issuer }) => kind === 'authority' && issuer === id,
    );
    return this.#certificates(id, routes, children);
  }

  /** The certificate that chains show instead of an intermediate's own, once its root is published. */
  route(id: EntityId, root: EntityId): string | null {
    const { route } = keptTrustOf(this.#change(id));
    return route === null ? null : this.#certificates(root, [route]);
  }

  /** A root's cross-certificates that stay, before it is published again. */
  keptCross(id: EntityId): string {
    return this.#certificates(id, keptTrustOf(this.#change(id)).cross);
  }

  /** All cross-certificates of a root, once it is published: they come after everything else. */
  cross(id: EntityId): string {
    const change = this.#change(id);
    const made = crossingOf(change) === null ? [] : [known(this.#expected.crossOf(id), `what ${id} crosses`)];
    return this.#certificates(id, [...made, ...keptTrustOf(change).cross]);
  }

  /** The revocation list of an authority, as PEM; empty where there is none that its key signed. */
  list(id: EntityId): string {
    const file = this.read(id, 'crl');
    if (file.state !== 'present') return '';
    const { key } = this.current(id);
    return crlBlocks(file.facts).some((der) => !signedBy(der, key)) ? '' : listText(file.facts);
  }

  /** The last lists of its former keys, as PEM. @param keep which of them; all by default. */
  formerLists(id: EntityId, keep?: readonly Fingerprint[]): string {
    const file = this.read(id, 'former-crls');
    if (file.state !== 'present') return '';
    return listText(file.facts, (der) => keep?.includes(sha256(der)) ?? true);
  }

  #certificates(id: EntityId, wanted: readonly Fingerprint[], others: readonly Entity[] = []): string {
    // Every trust bundle asks, and hardly any root has one, so the file is not read in vain.
    if (wanted.length === 0) return '';
    const places = [
      [id, 'cert'],
      [id, 'previous'],
      ...others.map((one) => [one.id, 'cert'] as const),
    ] as const;
    const files = places.map(([of, file]) => certificatesIn(this.read(of, file)));
    return wanted
      .map((fingerprint) => known(files.flatMap((file) => file.get(fingerprint) ?? [])[0], fingerprint))
      .join('');
  }

  #entity(id: EntityId): Entity {
    return known(this.#byId.get(id), id);
  }

  #change(id: EntityId): Change {
    return known(this.#changes.get(id), id);
  }
}

/** Certificates of a published file by fingerprint, as PEM; empty where there is no such file. */
function certificatesIn(bytes: FileState<Buffer>): ReadonlyMap<Fingerprint, string> {
  if (bytes.state !== 'present') return new Map();
  return new Map(certificateBlocks(bytes.facts).map((der) => [sha256(der), pemText('CERTIFICATE', der)]));
}

/** @throws StepError where it is no longer of the kind that the plan found there. */
function readable<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new StepError({ kind: 'changed', path, detail: messageOf(error) });
  }
}

function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`Internal error: nothing is known of ${what}`);
  return value;
}
