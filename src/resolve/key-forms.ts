/** Files that an entry cannot have: forms that only other keys have, and any that hold a key that is elsewhere. */
import { lacking } from '../manifest/outputs.ts';
import type { Report } from '../manifest/report.ts';
import { ARTIFACTS, type Output, onlyFor, STANDARD_OUTPUTS } from '../pki/artifact.ts';
import { takesKey } from '../pki/key-place.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { quote } from '../pki/printable.ts';
import { type Draft, draftText } from './draft.ts';

/** An error, once for each place where `outputs` are said, for a file that an entry cannot have. */
export function checkKeyForms(drafts: readonly Draft[], report: Report): void {
  const seen = new Set<string>();
  for (const draft of drafts) {
    checkKey(draft, seen, report);
    for (const output of draft.settings.outputs.files) {
      const place = `${draft.at('outputs').start} ${output}`;
      if (isPossible(draft, output) || seen.has(place)) continue;
      seen.add(place);
      refuse(draft, output, report);
    }
  }
}

/** A key that is made here has to be written. */
function checkKey(draft: Draft, seen: Set<string>, report: Report): void {
  const at = draft.at('outputs');
  const place = `${at.start} key`;
  const isElsewhere = (draft.keyPlace ?? draft.token) !== undefined || draft.says('request');
  if (isElsewhere || draft.settings.outputs.files.includes('key') || seen.has(place)) return;
  seen.add(place);
  report.error({ ...lacking('key'), at });
}

/** What an entry gets of the outputs that it asks for: those that its key allows. */
export function outputsWith(draft: Draft): readonly Output[] {
  return draft.settings.outputs.files.filter((file) => !isBarred(draft, file));
}

/** A file that takes a key which is elsewhere, or holds one that never leaves its token. */
function isBarred({ keyPlace, token }: Pick<Draft, 'keyPlace' | 'token'>, output: Output): boolean {
  if (keyPlace !== undefined) return takesKey(keyPlace, output);
  return token !== undefined && ARTIFACTS[output].secret;
}

function isPossible(draft: Draft, output: Output): boolean {
  const { key, keyPlace, token } = draft;
  if ((keyPlace ?? token) !== undefined) return !isBarred(draft, output) || STANDARD_OUTPUTS.includes(output);
  const algorithm = onlyFor(output);
  return algorithm === null || algorithm === key.algorithm;
}

function refuse(draft: Draft, output: Output, report: Report): void {
  if (draft.token !== undefined) {
    report.error({
      code: 'artifact',
      at: draft.at('outputs'),
      message: `${draftText(draft)} has its key on a token, and ${quote(output)} would hold it`,
      hint: `leave ${quote(output)} out: the key does not leave the token, and programs use it there`,
    });
    return;
  }
  if (draft.keyPlace !== undefined) {
    report.error({
      code: 'artifact',
      at: draft.at('outputs'),
      message: `${draftText(draft)} has its key elsewhere, and ${quote(output)} takes it to make`,
      hint:
        draft.keyPlace.kind === 'offline'
          ? `leave ${quote(output)} out`
          : `leave ${quote(output)} out: the owner of the key makes it of that and "fullchain"`,
    });
    return;
  }
  const key = keySpecText(draft.key);
  report.error({
    code: 'artifact',
    at: draft.at('outputs'),
    message: `${draftText(draft)} has a key of kind ${quote(key)}, which has no form ${quote(output)}`,
    hint: `leave ${quote(output)} out: ${ARTIFACTS[output].file} is for keys of algorithm "${onlyFor(output)}"; "pkcs8-der" takes any key`,
  });
}
