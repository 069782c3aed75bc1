/** Handshakes that went wrong, a paragraph for each cause. */
import type { Outcome } from '../handshake/outcome.ts';
import { groupBy } from '../pki/group.ts';
import { plural } from './count.ts';
import { type Cause, causesOf } from './handshakes-causes.ts';
import { symbol, type TableOptions } from './handshakes-table.ts';
import {
  causeHint,
  causeText,
  expectationText,
  outcomeHint,
  outcomeText,
  pairText,
  versionsText,
} from './handshakes-words.ts';

/** How failures are drawn, and whether all are. */
interface FailureOptions extends TableOptions {
  readonly verbose: boolean;
}

/** Beyond this many, failures are counted: one wrong CA makes hundreds of them. */
const SHOWN = 20;

/** Failures that differ only in TLS version or name are reported once, and so are unusable files. */
export function failureLines(outcomes: readonly Outcome[], options: FailureOptions): readonly string[] {
  const { causes, rest } = causesOf(outcomes.filter(({ ok }) => !ok));
  const groups = groupBy(rest, (outcome) => {
    const { server, client, check } = outcome.case;
    const reason = outcomeText(outcome);
    return JSON.stringify(outcome.transcript === null ? reason : [server, client, check, reason]);
  });
  const texts = [
    ...causes.map((cause) => causeLines(cause, options)),
    ...[...groups.values()].map((group) => failureText(group, options)),
  ];
  if (options.verbose || texts.length <= SHOWN) return texts.flat();
  return [...texts.slice(0, SHOWN).flat(), `  and ${texts.length - SHOWN} more; --verbose shows them`];
}

function causeLines(cause: Cause, options: FailureOptions): readonly string[] {
  const tls = versionsText(cause.outcomes.map(({ case: { version } }) => version));
  const hint = causeHint(cause);
  return [
    `${symbol('wrong', options)} ${causeText(cause)}`,
    `    ${plural(cause.outcomes.length, 'handshake')} went wrong by that, ${tls}`,
    ...(hint === null ? [] : [`    ${options.style.faint(`hint: ${hint}`)}`]),
  ];
}

function failureText(group: readonly Outcome[], options: FailureOptions): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const mark = symbol('wrong', options);
  const reason = outcomeText(first);
  const advice = outcomeHint(first);
  const hint = advice === null ? [] : [`    ${options.style.faint(`hint: ${advice}`)}`];
  if (first.transcript === null) {
    return [`${mark} ${reason}`, `    ${plural(group.length, 'handshake')} could not be tried`, ...hint];
  }
  const cases = group.map((outcome) => outcome.case);
  const tls = versionsText(cases.map(({ version }) => version));
  const head = `${mark} ${pairText(first.case, options.unicode)}, ${tls}, ${expectationText(cases)}`;
  return [head, `    ${reason}`, ...hint];
}
