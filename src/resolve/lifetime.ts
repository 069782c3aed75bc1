/** Validity, renewal and backdating, and whether they go together. */
import { durationText } from '../manifest/duration.ts';
import type { ParsedManifest } from '../manifest/parse.ts';
import type { Report } from '../manifest/report.ts';
import { quote } from '../pki/printable.ts';
import { renewWindow } from '../pki/renewal.ts';
import {
  type AuthorityDraft,
  type Draft,
  draftText,
  entrySpan,
  fieldSpan,
  inherits,
  isGuessed,
  type Setting,
} from './draft.ts';

/** The field to blame: the entry's own where it has one. */
function culprit(parsed: ParsedManifest, draft: Draft, setting: Setting) {
  if (!inherits(parsed.tree, draft, setting)) return { at: fieldSpan(parsed.tree, draft, setting) };
  const related = [
    { at: fieldSpan(parsed.tree, draft, setting), message: `${setting} is inherited from here` },
  ];
  return { at: fieldSpan(parsed.tree, draft, 'validity'), related };
}

/** Whether a mistake in `defaults` leaves lifetimes unknown. */
function unknown({ broken }: ParsedManifest): boolean {
  return ['defaults', 'defaults/validity', 'defaults/renewBefore', 'defaults/backdate'].some((key) =>
    broken.has(key),
  );
}

/** A certificate must live for a while between its issue and its renewal. */
export function checkRenewal(draft: Draft, parsed: ParsedManifest, report: Report): void {
  if (unknown(parsed) || isGuessed(parsed, draft, 'validity', 'backdate', 'renewBefore')) return;
  const { validity, backdate, renewBefore } = draft;
  const window = renewWindow(renewBefore, validity);
  const whole = `the validity of ${draftText(draft)}, ${durationText(validity)}`;
  if (backdate >= validity) {
    const message = `backdate of ${durationText(backdate)} is not shorter than ${whole}`;
    report.error({
      code: 'renewal',
      ...culprit(parsed, draft, 'backdate'),
      message,
      hint: 'shorten it, or lengthen the validity',
    });
  } else if (window >= validity) {
    const message = `renewBefore of ${durationText(window)} is not shorter than ${whole}`;
    report.error({
      code: 'renewal',
      ...culprit(parsed, draft, 'renewBefore'),
      message,
      hint: 'shorten it, or write a share such as "33%"',
    });
  } else if (window + backdate >= validity) {
    const message = `renewBefore and backdate together take up ${whole}: it would be due as soon as it is issued`;
    report.error({
      code: 'renewal',
      ...culprit(parsed, draft, 'renewBefore'),
      message,
      hint: 'shorten one, or lengthen the validity',
    });
  }
}

/** What an authority signs, as far as it is to live as long as the authority or longer. */
interface Outlived {
  readonly authority: AuthorityDraft;
  readonly first: Draft;
  readonly count: number;
}

function warnInherited({ authority, first }: Outlived, parsed: ParsedManifest, report: Report): void {
  report.warn({
    code: 'lifetime',
    at: entrySpan(parsed.tree, authority),
    message: `${draftText(authority)} takes its validity of ${durationText(authority.validity)} from defaults, which is not longer than that of ${draftText(first)}`,
    hint: 'give the authority a validity of its own, such as "10y"',
    related: [{ at: fieldSpan(parsed.tree, authority, 'validity'), message: 'the default' }],
  });
}

function warnCapped({ authority, first, count }: Outlived, parsed: ParsedManifest, report: Report): void {
  const more = count > 1 ? ` (and of ${count - 1} more)` : '';
  report.warn({
    code: 'lifetime',
    at: fieldSpan(parsed.tree, first, 'validity'),
    message: `validity of ${draftText(first)}${more}, ${durationText(first.validity)}, is longer than that of its issuer ${quote(authority.name)}, ${durationText(authority.validity)}: certificates will be cut to the issuer's end`,
    hint: `lengthen the validity of ${quote(authority.name)}`,
  });
}

/** Warns, once per authority, where what it signs is to live longer than itself. */
export function checkLifetimes(
  pairs: Iterable<readonly [Draft, AuthorityDraft]>,
  parsed: ParsedManifest,
  report: Report,
): void {
  if (unknown(parsed)) return;
  const found = new Map<AuthorityDraft, Outlived>();
  for (const [draft, authority] of pairs) {
    if ([draft, authority].some((one) => isGuessed(parsed, one, 'validity'))) continue;
    const inherited = inherits(parsed.tree, authority, 'validity');
    const outlives =
      inherited && draft.kind !== 'authority'
        ? draft.validity >= authority.validity
        : draft.validity > authority.validity;
    if (!outlives) continue;
    const earlier = found.get(authority);
    found.set(authority, { authority, first: earlier?.first ?? draft, count: (earlier?.count ?? 0) + 1 });
  }
  for (const outlived of found.values()) {
    if (inherits(parsed.tree, outlived.authority, 'validity')) warnInherited(outlived, parsed, report);
    else warnCapped(outlived, parsed, report);
  }
}
