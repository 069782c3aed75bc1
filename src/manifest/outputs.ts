/** `outputs`: the files that an entry gets. */
import * as z from 'zod';
import { OUTPUTS, type Output, STANDARD_OUTPUTS } from '../pki/artifact.ts';
import { quote } from '../pki/printable.ts';
import { unique } from './fields.ts';
import { problemIssue, wanted } from './problem.ts';

/** In a list: what an entry gets where nothing is said about outputs. */
const DEFAULT = 'default';
const WORDS = [DEFAULT, ...OUTPUTS] as const;

const output = z.enum(WORDS, wanted(`one of ${WORDS.join(', ')}`));
type Word = z.output<typeof output>;

/** A list of artifacts, each once, `key` and `cert` among them; always in the order of the table of artifacts. */
export const outputs = z
  .array(output, wanted('a list of files', `choose from [${WORDS.join(', ')}]`))
  .superRefine(unique('artifact', (item) => item, 'output'))
  .superRefine((items, context) => {
    const lost = (['key', 'cert'] as const).filter((item) => !asked(items).includes(item));
    if (lost.length === 0) return;
    const message = `outputs must include ${lost.map(quote).join(' and ')}`;
    context.addIssue(problemIssue({ code: 'artifact', message, hint: `add ${lost.join(' and ')}` }, items));
  })
  .meta({
    uniqueItems: true,
    anyOf: [
      { contains: { const: DEFAULT } },
      { allOf: [{ contains: { const: 'key' } }, { contains: { const: 'cert' } }] },
    ],
  })
  .transform(asked);

function asked(words: readonly Word[]): readonly Output[] {
  return OUTPUTS.filter(
    (item) => words.includes(item) || (words.includes(DEFAULT) && STANDARD_OUTPUTS.includes(item)),
  );
}
