/** The one description of a manifest: parsed with, typed by, and published as JSON Schema. */
import * as z from 'zod';
import { ENGINE_CHOICES } from '../pki/engine.ts';
import { ADDRESS_KEYS } from './address.ts';
import { CRL_KEYS } from './crl.ts';
import { CROSS_SIGNER_KEYS } from './cross-signed.ts';
import { DELIVER_KEYS } from './deliver.ts';
import * as field from './fields.ts';
import { NAME_PATTERN, OUTPUT_PATTERN, PATH_LIMIT, parseOutput } from './folder.ts';
import { archive, files } from './layout-fields.ts';
import { nameConstraints } from './name-constraints.ts';
import { OCSP_KEYS } from './ocsp.ts';
import { HOOK_KEYS } from './on-change.ts';
import { POLICY_CONSTRAINT_KEYS, POLICY_KEYS } from './policies.ts';
import { EXTENSION_KEYS } from './private-extensions.ts';
import { using, wanted } from './problem.ts';
import { REVOKED_SERIAL_KEYS } from './revoked.ts';
import { SHAPES, SHARED_SHAPES } from './shapes.ts';
import { ATTRIBUTES } from './subject.ts';
import { LOCATION_KEYS } from './url.ts';

// Compiling a parser for one manifest costs more than it saves, and some hosts forbid making code from strings.
z.config({ jitless: true });

const entry = 'a map of settings such as { commonName: … }';
const authority = z.strictObject(SHAPES.authority, wanted(entry));
const leaf = z.strictObject(SHAPES.leaf, wanted(entry)).meta({ id: 'leaf' });
const bag = wanted('a map of settings');

/** What is left empty (`billing:`) is null in YAML: the same as a map without settings. */
function emptiable<T extends z.ZodObject>(map: T) {
  return map.nullable().transform((value) => value ?? {});
}

const leafEntry = emptiable(leaf);
const ofAuthorities = z.strictObject(SHARED_SHAPES.authority, bag);
const ofLeaves = z.strictObject(SHARED_SHAPES.leaf, bag).meta({ id: 'leafDefaults' });

function ofSection<T extends z.ZodObject>(map: T, description: string) {
  return emptiable(map).optional().meta({ description });
}

/** `defaults`: for all entries, and for those of one section. */
const defaults = z.strictObject(
  {
    ...SHAPES.defaults,
    authorities: ofSection(ofAuthorities, 'Settings of every authority that does not set them itself.'),
    servers: ofSection(ofLeaves, 'Settings of every server that does not set them itself.'),
    clients: ofSection(ofLeaves, 'Settings of every client that does not set them itself.'),
    peers: ofSection(ofLeaves, 'Settings of every peer that does not set them itself.'),
    certificates: ofSection(ofLeaves, 'Settings of every certificate that does not set them itself.'),
  },
  bag,
);

// a profile takes over another one by `extends`
const { profile: _, ...inherited } = { ...ofAuthorities.shape, ...ofLeaves.shape };

/** A named bag of what authorities or leaves can inherit; what fits none of its users is for resolve/ to say. */
const profile = z
  .strictObject(
    {
      extends: field.profile.optional().meta({
        description: 'Another profile, own or built in, which says what this one does not.',
        examples: ['server'],
      }),
      ...inherited,
    },
    bag,
  )
  .meta({ id: 'profile' });

/** Names are checked apart (names.ts), so that what is under a bad name is checked too. */
const name = z.string().meta({ pattern: NAME_PATTERN });

const sectionOf = wanted(
  'a map of entries by name',
  'write each entry under its name, as in "api: { commonName: … }"',
);

function section<T extends z.ZodType>(value: T, description: string) {
  return z.record(name, value, sectionOf).nullable().optional().meta({ description });
}

/** Strict throughout: an unknown key is a mistake. */
export const manifestSchema = z
  .strictObject(
    {
      version: z.literal(1, wanted('1')).meta({ description: 'Version of this format.' }),
      output: z
        .string(wanted('a folder such as "pki"'))
        .meta({
          pattern: OUTPUT_PATTERN,
          maxLength: PATH_LIMIT,
          description: 'Folder for everything that is made, relative to the manifest and below its folder.',
          default: 'pki',
        })
        .transform(using(parseOutput))
        .optional(),
      archive: archive.optional(),
      engine: z
        .enum(ENGINE_CHOICES, wanted(`one of ${ENGINE_CHOICES.join(', ')}`))
        .meta({
          description: 'Who makes keys and certificates: openssl, node, or node where there are many.',
          default: 'auto',
        })
        .optional(),
      defaults: defaults
        .nullable()
        .optional()
        .meta({ description: 'Settings of every entry that does not set them itself.' }),
      profiles: z
        .record(name, emptiable(profile), wanted('a map of profiles by name'))
        .nullable()
        .optional()
        .meta({ description: 'Named bags of settings, which entries take over by "profile".' }),
      authorities: section(
        authority,
        'Certificate authorities: roots, and those that an "issuer" signs, to any depth.',
      ),
      servers: section(leafEntry, 'Servers: TLS server certificates.'),
      clients: section(leafEntry, 'Clients: TLS client certificates.'),
      peers: section(leafEntry, 'Peers: both server and client, such as brokers or members of a cluster.'),
      certificates: section(
        leafEntry,
        'Certificates for anything but TLS, such as code signing: what for, "profile" or "extendedKeyUsage" says.',
      ),
    },
    wanted('a map'),
  )
  .meta({
    title: 'pki-apply manifest',
    description: 'Declarative PKI: authorities and the certificates that they sign.',
  });

/** A manifest as written, each value parsed; what is left out is still left out. */
export type Manifest = z.output<typeof manifestSchema>;
/** Keys that each kind of map may have, for suggestions; these are those of the manifest itself. */
export const TOP_KEYS: readonly string[] = Object.keys(manifestSchema.shape);
/** Those of `defaults`. */
export const SETTING_KEYS: readonly string[] = Object.keys(defaults.shape);
/** Those of `defaults.authorities`. */
export const AUTHORITY_DEFAULT_KEYS: readonly string[] = Object.keys(ofAuthorities.shape);
/** Those of the defaults of another section. */
export const LEAF_DEFAULT_KEYS: readonly string[] = Object.keys(ofLeaves.shape);
/** Those of a profile. */
export const PROFILE_KEYS: readonly string[] = Object.keys(profile.shape);
/** Those of an entry of `authorities`. */
export const AUTHORITY_KEYS: readonly string[] = Object.keys(authority.shape);
/** Those of an entry of `servers`, `clients` or `peers`. */
export const LEAF_KEYS: readonly string[] = Object.keys(leaf.shape);
/** Those of `archive`. */
export const ARCHIVE_KEYS: readonly string[] = Object.keys(archive.shape);
const CONSTRAINT_KEYS: readonly string[] = Object.keys(nameConstraints.shape);
/** Those of maps inside an entry, by the setting that has them, beside those above and below. */
export const MAP_KEYS: Readonly<Record<string, readonly string[]>> = {
  nameConstraints: CONSTRAINT_KEYS,
  policyConstraints: POLICY_CONSTRAINT_KEYS,
  policies: POLICY_KEYS,
  crossSignedBy: CROSS_SIGNER_KEYS,
  crl: CRL_KEYS,
  revoked: REVOKED_SERIAL_KEYS,
  ocsp: OCSP_KEYS,
  caIssuers: LOCATION_KEYS,
  extensions: EXTENSION_KEYS,
  onChange: HOOK_KEYS,
  address: ADDRESS_KEYS,
  deliver: DELIVER_KEYS,
};
/** Those of `files`: the artifacts, and `previous`. */
export const FILE_KEYS: readonly string[] = Object.keys(files.shape);

/** Those of `subject`; the common name stands beside it. */
export const ATTRIBUTE_KEYS: readonly string[] = Object.keys(ATTRIBUTES);

const KNOWN_KEYS = new Set([
  ...[
    TOP_KEYS,
    SETTING_KEYS,
    PROFILE_KEYS,
    AUTHORITY_KEYS,
    LEAF_KEYS,
    ARCHIVE_KEYS,
    FILE_KEYS,
    ATTRIBUTE_KEYS,
  ].flat(),
  ...['algorithm', 'size', 'curve'],
]);

/** Whether some map of a manifest can have the key. */
export function isKnownKey(key: string): boolean {
  return KNOWN_KEYS.has(key);
}
