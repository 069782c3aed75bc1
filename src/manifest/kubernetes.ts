/** What an entry can say of the objects of Kubernetes that it gets: names by RFC 1123, labels and annotations. */
import * as z from 'zod';
import { isDnsLabel, isDnsSubdomain, type ObjectMetadata } from '../pki/kubernetes.ts';
import { quote } from '../pki/printable.ts';
import { type Parsed, parsed, problemIssue, refused, using, wanted } from './problem.ts';

const RULE = 'lower-case letters, digits and "-", with a letter or digit at both ends';

const name = z
  .string(wanted('the name of an object such as "api-tls"', 'put numbers in quotes'))
  .transform(using((text) => checked(text, isDnsSubdomain, 'object', `${RULE}; "." may stand between`)))
  .meta({
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
    maxLength: 253,
    description: 'What the object is called; by default as the entry.',
  })
  .optional();
const namespace = z
  .string(wanted('the name of a namespace such as "prod"', 'put numbers in quotes'))
  .transform(using((text) => checked(text, isDnsLabel, 'namespace', RULE)))
  .meta({
    pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    maxLength: 63,
    description: 'Its namespace; left out, the object goes wherever it is applied.',
  })
  .optional();

/** Names and values of labels (kubernetes.io/docs/concepts/overview/working-with-objects/labels). */
const WORD = /^[A-Za-z0-9](?:[-\w.]{0,61}[A-Za-z0-9])?$/;
/** Line breaks of YAML 1.1, which Kubernetes reads, and what no text should have. */
const STRANGE = /(?![\n\t])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\uFEFF]/u;
/** Of all annotations of an object together, in bytes. */
const MOST = 256 * 1024;

const WORDS = 'Kubernetes takes at most 63 letters, digits, "-", "_" and "."';

const labels = texts('labels', {
  isGood: (text) => text === '' || WORD.test(text),
  what: 'has a value that is no label',
  hint: WORDS,
});
const annotations = texts('annotations', {
  isGood: (text) => !STRANGE.test(text),
  what: 'has a value with control characters',
  hint: 'only line breaks and tabs may stand in it',
});

/** What is said of one object; nothing has to be. */
export const objectMetadata = z
  .strictObject({ name, namespace, labels, annotations }, wanted('a map such as { name: api-tls }'))
  .transform(
    ({ name: own, namespace: space, labels: tags = {}, annotations: notes = {} }): ObjectMetadata => ({
      ...(own === undefined ? {} : { name: own }),
      ...(space === undefined ? {} : { namespace: space }),
      labels: tags,
      annotations: notes,
    }),
  );

/** Keys of that map. */
export const OBJECT_KEYS: readonly string[] = ['name', 'namespace', 'labels', 'annotations'];

function checked(
  text: string,
  isGood: (text: string) => boolean,
  what: string,
  rule: string,
): Parsed<string> {
  if (isGood(text)) return parsed(text);
  return refused('artifact', `${quote(text)} is no name of ${what === 'object' ? 'an' : 'a'} ${what}`, rule);
}

/** What a value has to be. */
interface ValueRule {
  isGood(text: string): boolean;
  readonly what: string;
  readonly hint: string;
}

/** A map of texts whose keys are those of labels. */
function texts(what: 'labels' | 'annotations', rule: ValueRule) {
  const value = z.string(wanted('text', `values of ${what} are text: put numbers, true and false in quotes`));
  return z
    .record(z.string(), value, wanted(`a map of ${what} such as { app: api }`))
    .superRefine((map, context) => {
      for (const [key, text] of Object.entries(map)) {
        const fault = isKey(key) ? rule : { what: 'is no name of one', hint: WORDS };
        if (isKey(key) && rule.isGood(text)) continue;
        const message = `${what === 'labels' ? 'label' : 'annotation'} ${quote(key)} ${fault.what}`;
        context.addIssue(problemIssue({ code: 'artifact', message, hint: fault.hint }, text, [key]));
      }
      const size = Object.entries(map).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
      if (size <= MOST) return;
      const message = `${what} are longer than 256 KiB`;
      context.addIssue(problemIssue({ code: 'artifact', message, hint: 'shorten them' }, map));
    })
    .meta({ description: `${what === 'labels' ? 'Labels' : 'Annotations'} of the object.` })
    .optional();
}

/** `app`, or behind a prefix `app.kubernetes.io/name`. */
function isKey(key: string): boolean {
  const slash = key.indexOf('/');
  return WORD.test(key.slice(slash + 1)) && (slash === -1 || isDnsSubdomain(key.slice(0, slash)));
}
