/** Forms of private keys that only some algorithms have. */
import type { Report } from '../manifest/report.ts';
import { ARTIFACTS, type Output, onlyFor } from '../pki/artifact.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { quote } from '../pki/printable.ts';
import { type Draft, draftText } from './draft.ts';

/** An error, once for each place where `outputs` are said, for a form that a key cannot have. */
export function checkKeyForms(drafts: readonly Draft[], report: Report): void {
  const seen = new Set<string>();
  for (const draft of drafts)
    for (const output of draft.settings.outputs.files) {
      const place = `${draft.at('outputs').start} ${output}`;
      if (isPossible(draft, output) || seen.has(place)) continue;
      seen.add(place);
      refuse(draft, output, report);
    }
}

function isPossible({ settings: { key } }: Draft, output: Output): boolean {
  const algorithm = onlyFor(output);
  return algorithm === null || algorithm === key.algorithm;
}

function refuse(draft: Draft, output: Output, report: Report): void {
  const key = keySpecText(draft.settings.key);
  report.error({
    code: 'artifact',
    at: draft.at('outputs'),
    message: `${draftText(draft)} has a key of kind ${quote(key)}, which has no form ${quote(output)}`,
    hint: `leave ${quote(output)} out: ${ARTIFACTS[output].file} is for keys of algorithm "${onlyFor(output)}"; "pkcs8-der" takes any key`,
  });
}
