/** The one description of a manifest: parsed with, typed by, and published as JSON Schema. */
import * as z from 'zod';
import { ENGINE_CHOICES } from '../pki/engine.ts';
import { NAME_PATTERN, OUTPUT_PATTERN, PATH_LIMIT, parseOutput } from './folder.ts';
import { archive, files } from './layout-fields.ts';
import { nameConstraints } from './name-constraints.ts';
import { POLICY_CONSTRAINT_KEYS, POLICY_KEYS } from './policies.ts';
import { using, wanted } from './problem.ts';
import { shapesOf } from './settings.ts';
import { subject } from './subject.ts';
import { LOCATION_KEYS } from './url.ts';

// Compiling a parser for one manifest costs more than it saves, and some hosts forbid making code from strings.
z.config({ jitless: true });

const entry = 'a map of settings such as { commonName: … }';
const authority = z.strictObject(shapesOf('authority'), wanted(entry));
const leaf = z.strictObject(shapesOf('leaf'), wanted(entry));
const defaults = z.strictObject(shapesOf('defaults'), wanted('a map of settings'));

// an entry left empty (`billing:`) is null in YAML: the same as one without settings
const leafEntry = leaf.nullable().transform((value) => value ?? {});

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
      authorities: section(
        authority,
        'Certificate authorities: roots, and those that an "issuer" signs, to any depth.',
      ),
      servers: section(leafEntry, 'Servers: TLS server certificates.'),
      clients: section(leafEntry, 'Clients: TLS client certificates.'),
      peers: section(leafEntry, 'Peers: both server and client, such as brokers or members of a cluster.'),
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
  crl: LOCATION_KEYS,
  ocsp: LOCATION_KEYS,
  caIssuers: LOCATION_KEYS,
};
/** Those of `files`: the artifacts, and `previous`. */
export const FILE_KEYS: readonly string[] = Object.keys(files.shape);
/** Those of `subject`; the common name stands beside it. */
export const ATTRIBUTE_KEYS: readonly string[] = Object.keys(subject.shape);

const KNOWN_KEYS = new Set([
  ...[TOP_KEYS, SETTING_KEYS, AUTHORITY_KEYS, LEAF_KEYS, ARCHIVE_KEYS, FILE_KEYS, ATTRIBUTE_KEYS].flat(),
  ...['algorithm', 'size', 'curve'],
]);

/** Whether some map of a manifest can have the key. */
export function isKnownKey(key: string): boolean {
  return KNOWN_KEYS.has(key);
}
