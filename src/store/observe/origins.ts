/**
 * Whose a file in the place of one of ours is. What cannot be read there is repaired where it is ours, damaged; but by
 * `folder` and `files` any file can be in such a place, a program's source or a repository's hook among them.
 */
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact, type FileForm } from '../../pki/artifact.ts';
import type { Entity, EntityId } from '../../pki/entity.ts';
import type { ArtifactStates, FileState } from '../../plan/observation.ts';
import { UserError } from '../../words/user-error.ts';
import { LIST_LABEL } from '../../x509/pem.ts';
import { readLedger } from '../ledger.ts';
import type { FormerLocations } from './places.ts';
import { blockedBy } from './read.ts';

/** How damaged files of ours differ from files of others, in one output folder. */
export class Origins {
  readonly #root: string;
  readonly #places: FormerLocations;
  #issued: ReadonlySet<EntityId> | undefined;

  constructor(root: string, places: FormerLocations) {
    this.#root = root;
    this.#places = places;
  }

  /** The same states, in which a file that is not ours to replace is blocked. */
  judged(entity: Entity, states: ArtifactStates, bytes: Contents): ArtifactStates {
    const foreign = ALL_ARTIFACTS.filter((artifact) => this.#isForeign(entity, artifact, states, bytes));
    if (foreign.length === 0) return states;
    const blocked = foreign.map((artifact) => [artifact, blockedBy({ kind: 'foreign', artifact })]);
    return { ...states, ...Object.fromEntries(blocked) };
  }

  #isForeign(entity: Entity, artifact: Artifact, states: ArtifactStates, bytes: Contents): boolean {
    const file = bytes[artifact];
    if (states[artifact].state !== 'garbage' || file.state !== 'present') return false;
    return !isOfKind(artifact, file.facts) && !this.#wasWritten(entity, artifact, states);
  }

  /** By the ledger; where that is lost, by what else is in the folder, if that has the entity's own name. */
  #wasWritten(entity: Entity, artifact: Artifact, states: ArtifactStates): boolean {
    if (!this.#places.isUnchanged(entity, artifact)) return false;
    const hasOthers = ALL_ARTIFACTS.some((other) => states[other].state === 'present');
    if (entity.layout === undefined && hasOthers) return true;
    this.#issued ??= issuedTo(this.#root);
    return this.#issued.has(entity.id);
  }
}

type Contents = Readonly<Record<Artifact, FileState<Buffer>>>;

/** A ledger that cannot be read, or is not ours to read, proves nothing. */
function issuedTo(root: string): ReadonlySet<EntityId> {
  try {
    return new Set(readLedger(root).map(({ entity }) => entity));
  } catch (error) {
    if (error instanceof UserError) return new Set();
    throw error;
  }
}

/** The labels of PEM, of which the first is how we write it; where DER is a form, how the content of its SEQUENCE begins. */
interface Form {
  readonly labels: readonly string[];
  /** Hex. */
  readonly der?: string;
  /** Other text that it begins with. */
  readonly start?: string;
}

const CERTIFICATE: Form = { labels: ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'] };
const PRIVATE_KEY: Form = {
  labels: ['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'],
};
const FORMS: Readonly<Record<FileForm, Form>> = {
  key: PRIVATE_KEY,
  // A version.
  pkcs8: { ...PRIVATE_KEY, der: '0201' },
  request: { labels: ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'] },
  cert: CERTIFICATE,
  // What is signed, a SEQUENCE of hundreds of octets.
  der: { ...CERTIFICATE, der: '3082' },
  public: { labels: ['PUBLIC KEY', 'RSA PUBLIC KEY'] },
  // signedData.
  pkcs7: { labels: ['PKCS7', 'CMS'], der: '06092a864886f70d0107' },
  pem: { labels: [...PRIVATE_KEY.labels, ...CERTIFICATE.labels] },
  // A version.
  pkcs12: { labels: [], der: '020103' },
  jks: { labels: [], start: '\xfe\xed\xfe\xed' },
  secret: { labels: [], start: 'apiVersion: v1\nkind: Secret\n' },
  'config-map': { labels: [], start: 'apiVersion: v1\nkind: ConfigMap\n' },
  crl: { labels: [LIST_LABEL], der: '3082' },
  'roots-and-crls': { labels: [...CERTIFICATE.labels, LIST_LABEL] },
};

/**
 * Whether it is, or was, a file of that kind: its first octets, or a boundary of its PEM, survive most damage. Nothing at
 * all, or one octet over and over, is what interrupted writes and broken disks leave.
 */
function isOfKind(artifact: Artifact, bytes: Buffer): boolean {
  const text = bytes.toString('latin1').trim();
  const isEmpty = text === '' || bytes.every((octet) => octet === bytes[0]);
  const { labels, der, start } = FORMS[ARTIFACTS[artifact].form];
  const isDer = der !== undefined && sequenceStart(bytes).startsWith(der);
  const isStart = start !== undefined && (text.startsWith(start) || start.startsWith(text));
  return isEmpty || isDer || isStart || labels.some((label) => hasBoundary(text, `-----BEGIN ${label}-----`));
}

/** The first octets of what is in the SEQUENCE that a file is, in hex; empty where it is none. */
function sequenceStart(bytes: Buffer): string {
  const [tag, length = 0] = bytes;
  if (tag !== 0x30 || length > 0x83) return '';
  const start = length < 0x80 ? 2 : 2 + (length & 0x7f);
  return bytes.toString('hex', start, start + 16);
}

function hasBoundary(text: string, boundary: string): boolean {
  return text.includes(boundary) || boundary.startsWith(text);
}
