/** A chain of root, intermediate and server, octet by octet: any part of any of them can be what no tool would write. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { certificateReasons } from '../../src/plan/certificate-reasons.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { outlookOf } from '../../src/plan/outlook.ts';
import type { Reason } from '../../src/plan/reason.ts';
import { certificateFacts } from '../../src/x509/certificate.ts';
import { DerError } from '../../src/x509/der.ts';
import { encode } from '../../src/x509/der-write.ts';
import { signedBy } from '../../src/x509/signature.ts';
import { publicKeyObject } from '../../src/x509/verification-key.ts';
import {
  bytes,
  CN,
  certificate,
  extension,
  integer,
  name,
  type Parts,
  pemOf,
  SHA256_ECDSA,
  sequence,
  type TestKey,
  testKey,
  utcTime,
  VERSION_3,
} from '../helpers/certificate-der.ts';
import { anAuthority, aServer, DAY, dns, NOW, observed, present } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const folder = temporaryFolder();

/** Who has the defect. */
export type Who = 'root' | 'inter' | 'leaf';
export const ALL: readonly Who[] = ['root', 'inter', 'leaf'];

const VALIDITY = 100 * DAY;
const ROOT = anAuthority({ name: 'root', subject: [{ type: 'CN', value: 'Root' }], validity: VALIDITY });
const INTER = anAuthority({
  name: 'inter',
  subject: [{ type: 'CN', value: 'Inter' }],
  validity: VALIDITY,
  issuer: ROOT.id,
  trust: [ROOT.id],
});
const LEAF = aServer({
  name: 'leaf',
  subject: [{ type: 'CN', value: 'leaf.test' }],
  san: [dns('leaf.test')],
  validity: VALIDITY,
  issuer: INTER.id,
});
const ENTITIES = { root: ROOT, inter: INTER, leaf: LEAF } as const;

/** The same three keys all through a file of tests. */
export const KEYS: Readonly<Record<Who, TestKey>> = {
  root: newKey(),
  inter: newKey(),
  leaf: newKey(),
};

function newKey(...options: readonly string[]): TestKey {
  const args = options.length > 0 ? options : ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  return testKey(opensslSync(['genpkey', ...args], folder));
}

export const NAMES: Readonly<Record<Who, Buffer>> = {
  root: name([CN, 'Root']),
  inter: name([CN, 'Inter']),
  leaf: name([CN, 'leaf.test']),
};
export const ISSUERS = { root: 'root', inter: 'root', leaf: 'inter' } as const;

/** What stands in its extensions, by a name that a row can replace, take away or add to. */
export type Extensions = Readonly<Record<string, Buffer | null>>;

const keyIdentifier = (hex: string): Buffer => encode(0x04, Buffer.from(hex, 'hex'));
export const akiOf = (hex: string): Buffer => encode(0x80, Buffer.from(hex, 'hex'));

const CA: Extensions = {
  basicConstraints: extension('2.5.29.19', bytes('30030101ff'), true),
  keyUsage: extension('2.5.29.15', bytes('03020106'), true),
};

const GOOD: Readonly<Record<Who, Extensions>> = {
  root: { ...CA, ski: extension('2.5.29.14', keyIdentifier(KEYS.root.ski)) },
  inter: {
    ...CA,
    ski: extension('2.5.29.14', keyIdentifier(KEYS.inter.ski)),
    aki: extension('2.5.29.35', sequence(akiOf(KEYS.root.ski))),
  },
  leaf: {
    basicConstraints: extension('2.5.29.19', bytes('3000'), true),
    keyUsage: extension('2.5.29.15', bytes('03020780'), true),
    purposes: extension('2.5.29.37', sequence(bytes('06082b06010505070301'))),
    san: extension('2.5.29.17', sequence(encode(0x82, Buffer.from('leaf.test')))),
    ski: extension('2.5.29.14', keyIdentifier(KEYS.leaf.ski)),
    aki: extension('2.5.29.35', sequence(akiOf(KEYS.inter.ski))),
  },
};

/** A departure from a good certificate. */
export interface Defective {
  readonly parts?: Partial<Omit<Parts, 'extensions'>>;
  readonly extensions?: Extensions;
  /** The algorithm beside the signature. */
  readonly outer?: Buffer;
  readonly digest?: string;
}

export type Chain = Readonly<Partial<Record<Who, Defective>>>;

function made(who: Who, { parts = {}, extensions = {}, outer, digest }: Defective): Buffer {
  const issuer = ISSUERS[who];
  const content: Parts = {
    version: VERSION_3,
    serial: integer(`7${ALL.indexOf(who)}${'5a'.repeat(15)}`),
    algorithm: SHA256_ECDSA,
    issuer: NAMES[issuer],
    validity: sequence(utcTime(NOW - DAY), utcTime(NOW - DAY + VALIDITY - 1)),
    subject: NAMES[who],
    spki: KEYS[who].spki,
    between: Buffer.of(),
    ...parts,
    extensions: Object.values({ ...GOOD[who], ...extensions }).filter((one) => one !== null),
  };
  return certificate(content, KEYS[issuer], outer, digest);
}

/** What openssl and the plan make of each certificate of a chain. */
export interface Verdicts {
  readonly refused: readonly Who[];
  readonly reasons: Readonly<Record<Who, readonly Reason[]>>;
}

export function judge(chain: Chain): Verdicts {
  const ders = chainOf(chain);
  for (const who of ALL) writeFileSync(join(folder, `${who}.pem`), pemOf(ders[who]));
  return { refused: ALL.filter((who) => !isVerified(who)), reasons: planned(ders) };
}

/** What the plan alone makes of it, without a call of openssl. */
export function reasonsIn(chain: Chain): Verdicts['reasons'] {
  return planned(chainOf(chain));
}

function chainOf({ root = {}, inter = {}, leaf = {} }: Chain): Readonly<Record<Who, Buffer>> {
  return { root: made('root', root), inter: made('inter', inter), leaf: made('leaf', leaf) };
}

function isVerified(who: Who): boolean {
  const purpose = who === 'leaf' ? 'sslserver' : 'any';
  const at = ['-attime', String(NOW), '-CAfile', 'root.pem', '-untrusted', 'inter.pem'];
  try {
    opensslSync(
      [
        'verify',
        '-x509_strict',
        '-policy_check',
        '-policy',
        'anyPolicy',
        '-purpose',
        purpose,
        ...at,
        `${who}.pem`,
      ],
      folder,
    );
    return true;
  } catch {
    return false;
  }
}

function planned(ders: Readonly<Record<Who, Buffer>>): Verdicts['reasons'] {
  const seen = {
    root: observation('root', ders.root),
    inter: observation('inter', ders.inter),
    leaf: observation('leaf', ders.leaf),
  };
  const outlook = (who: 'root' | 'inter') =>
    outlookOf(
      ENTITIES[who],
      seen[who],
      {
        id: ENTITIES[who].id,
        kind: 'authority',
        affects: [],
        action: 'keep',
        previous: [],
        routes: [],
        route: null,
        cross: [],
      },
      [],
      NOW,
    );
  return {
    root: certificateReasons(ROOT, seen.root, null, NOW),
    inter: certificateReasons(INTER, seen.inter, outlook('root'), NOW),
    leaf: certificateReasons(LEAF, seen.leaf, outlook('inter'), NOW),
  };
}

/** As store/observe has it. */
function observation(who: Who, der: Buffer): EntityObservation {
  const { spki, ski } = KEYS[who];
  const issuer = KEYS[ISSUERS[who]];
  const keyId = (key: TestKey): string => certificateFacts(certificate(plain(key), key)).keyId;
  const key = present(
    { keyId: keyId({ ...KEYS[who], spki }), spec: 'ecdsa-p256', keyIdentifier: ski },
    0o600,
  );
  try {
    const isSigned = signedBy(der, publicKeyObject(issuer.spki));
    return observed({ key, cert: present(certificateFacts(der)), signedBy: isSigned ? keyId(issuer) : null });
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return observed({ key, cert: { state: 'garbage', detail: error.message } });
  }
}

function plain({ spki }: TestKey): Parts {
  const nobody = name([CN, 'x']);
  return {
    version: VERSION_3,
    serial: integer('01'),
    algorithm: SHA256_ECDSA,
    issuer: nobody,
    validity: sequence(utcTime(NOW), utcTime(NOW)),
    subject: nobody,
    spki,
    between: Buffer.of(),
    extensions: [],
  };
}

/** In a word or two: `defect unknown-critical`, `differs san`, `unreadable`. */
export function brief(reason: Reason): string {
  if (reason.kind === 'defect') return reason.defect;
  return reason.kind === 'differs' ? `differs ${reason.field}` : reason.kind;
}
