/** `outputs`: the files that an entry gets; one that takes options is a map of one key. */
import * as z from 'zod';
import { OUTPUTS, type Output, STANDARD_OUTPUTS } from '../pki/artifact.ts';
import { OBJECTS, type ObjectMetadata, type Objects } from '../pki/kubernetes.ts';
import { OUTPUT_WORDS, wordFor } from '../pki/output-word.ts';
import { quote } from '../pki/printable.ts';
import {
  type Encryption,
  isSealed,
  SEAL_FORMATS,
  SEALED_WORDS,
  type Seal,
  type SealedArtifact,
  type SealedWord,
  type SealFormat,
  type Seals,
  sealedAs,
} from '../pki/seal.ts';
import { unique } from './fields.ts';
import { objectMetadata } from './kubernetes.ts';
import { type Problem, problemIssue, wanted } from './problem.ts';
import { secretSource } from './secret-source.ts';

/** The files, how those are made that a password closes, and what is said of objects of Kubernetes. */
export interface Outputs {
  readonly files: readonly Output[];
  readonly seals: Seals;
  readonly objects: Objects;
}

/** In a list: what an entry gets where nothing is said about outputs. */
const DEFAULT = 'default';
const WORDS = [DEFAULT, ...OUTPUT_WORDS] as const;
type Word = Exclude<(typeof WORDS)[number], SealedWord>;

function isSealedWord(text: (typeof WORDS)[number]): text is SealedWord {
  return SEALED_WORDS.some((one) => one === text);
}

const word = z
  .enum(WORDS, wanted(`one of ${WORDS.join(', ')}`))
  .transform((text, context): Word => {
    if (!isSealedWord(text)) return text;
    const hint = `write it as a map of one key: "${text}: { password: env:NAME }"`;
    const problem = { code: 'artifact', message: `${quote(text)} needs a password`, hint } as const;
    context.addIssue(problemIssue(problem, text));
    return z.NEVER;
  })
  .meta({ enum: WORDS.filter((text) => !isSealedWord(text)) });

const encryption = z
  .enum(
    ['modern', 'compatible'],
    wanted(
      'modern or compatible',
      '"compatible" is read by everything that reads the older RC2, which protects nothing',
    ),
  )
  .meta({ description: 'AES-256, or 3DES for systems of before 2020.', default: 'modern' })
  .optional();
const name = z
  .string(wanted('a name such as "api"'))
  .min(1, wanted('a name such as "api"'))
  .max(64, wanted('a name of at most 64 characters'))
  .regex(/^[^\p{Cc}]*$/u, wanted('a name without control characters'))
  .meta({ description: 'Under which programs list the key; by default the name of the entry.' })
  .optional();
const format = z
  .enum(SEAL_FORMATS, wanted('pkcs12 or jks', 'Java reads pkcs12 from 8u301 on'))
  .meta({
    description: 'JKS is for programs that read nothing else: it protects a key by SHA-1 alone.',
    default: 'pkcs12',
  })
  .optional();

const options = 'a map such as { password: env:NAME }';
const SHAPES = {
  pkcs12: z.strictObject({ password: secretSource, name, encryption }, wanted(options)),
  keystore: z
    .strictObject({ password: secretSource, name, encryption, format }, wanted(options))
    .superRefine(checkFormat),
  truststore: z
    .strictObject({ password: secretSource, encryption, format }, wanted(options))
    .superRefine(checkFormat),
};

interface Formatted {
  readonly encryption?: Encryption | undefined;
  readonly format?: SealFormat | undefined;
}

function checkFormat({ encryption: how, format: form }: Formatted, context: z.RefinementCtx): void {
  if (form !== 'jks' || how === undefined) return;
  const message = 'JKS has no "encryption" to choose from';
  const problem = { code: 'artifact', message, hint: 'leave it out, or write "format: pkcs12"' } as const;
  context.addIssue(problemIssue(problem, how, ['encryption']));
}

/** Keys of what a file with a password can say of itself. */
export const SEAL_KEYS: readonly string[] = Object.keys(SHAPES.keystore.shape);

const withOptions = z
  .strictObject(
    {
      pkcs12: SHAPES.pkcs12.optional(),
      keystore: SHAPES.keystore.optional(),
      truststore: SHAPES.truststore.optional(),
      secret: objectMetadata.optional(),
      bundle: objectMetadata.optional(),
    },
    wanted('a map of one key such as { pkcs12: { password: env:NAME } }'),
  )
  .meta({ minProperties: 1, maxProperties: 1 });

const item = z.union([word, withOptions]);
type Item = z.output<typeof item>;

/** A list of artifacts, each once, `cert` among them; that of a key that is made here is for resolve/ to miss. Always in the order of the table of artifacts. */
export const outputs = z
  .array(item, wanted('a list of files', `choose from [${WORDS.join(', ')}]`))
  .superRefine((items, context) => {
    // Of an unknown key, which is gone by now, that is said already.
    const isSaid = (at: number): boolean => context.issues.some(({ path = [] }) => path[0] === at);
    const wrong = items.findIndex(
      (one, at) => typeof one !== 'string' && Object.keys(one).length !== 1 && !isSaid(at),
    );
    if (wrong === -1) return;
    const message = 'an output is a word or a map of one key';
    const problem = { code: 'artifact', message, hint: 'begin each with a "-" of its own' } as const;
    context.addIssue(problemIssue(problem, items[wrong], [wrong]));
  })
  .superRefine(unique('artifact', (one) => namesOf(one).join(), 'output'))
  .superRefine((items, context) => {
    if (filesOf(items).includes('cert')) return;
    context.addIssue(problemIssue(lacking('cert'), items));
  })
  .meta({
    uniqueItems: true,
    contains: { enum: [DEFAULT, 'cert'] },
  })
  .transform(
    (items): Outputs => ({ files: filesOf(items), seals: sealsOf(items), objects: objectsOf(items) }),
  );

/** What is said where one of them is left out that every entry has. */
export function lacking(output: Output): Problem {
  return { code: 'artifact', message: `outputs must include ${quote(output)}`, hint: `add ${output}` };
}

function namesOf(one: Item): readonly string[] {
  return typeof one === 'string' ? [one] : Object.keys(one);
}

function filesOf(items: readonly Item[]): readonly Output[] {
  const words = items.flatMap(namesOf);
  const seals = sealsOf(items);
  return OUTPUTS.filter((one) =>
    isSealed(one)
      ? seals[one] !== undefined
      : words.includes(wordFor(one)) || (words.includes(DEFAULT) && STANDARD_OUTPUTS.includes(one)),
  );
}

function sealsOf(items: readonly Item[]): Seals {
  const seals: { [A in SealedArtifact]?: Seal } = {};
  for (const one of items) {
    if (typeof one === 'string') continue;
    for (const word of SEALED_WORDS) {
      const said = one[word];
      if (said !== undefined) seals[sealedAs(word, formatOf(said))] = sealOf(said);
    }
  }
  return seals;
}

function objectsOf(items: readonly Item[]): Objects {
  const objects: { -readonly [A in keyof Objects]: ObjectMetadata } = {};
  for (const one of items) {
    if (typeof one === 'string') continue;
    for (const artifact of OBJECTS) {
      const said = one[artifact];
      if (said !== undefined) objects[artifact] = said;
    }
  }
  return objects;
}

type Said = z.output<(typeof SHAPES)[SealedWord]>;

function formatOf(said: Said): SealFormat | undefined {
  return 'format' in said ? said.format : undefined;
}

function sealOf(said: Said): Seal {
  const { password, encryption: how = 'modern' } = said;
  const own = 'name' in said ? said.name : undefined;
  return { password, encryption: how, ...(own === undefined ? {} : { name: own }) };
}

/** Of a list that is built in. */
export function spelledOutputs({ files }: Outputs): readonly Output[] {
  return files;
}
