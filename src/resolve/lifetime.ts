/** Validity, renewal and backdating, and whether they go together. */
import { durationText } from '../manifest/duration.ts';
import type { Report } from '../manifest/report.ts';
import type { Setting } from '../manifest/settings.ts';
import { quote } from '../pki/printable.ts';
import { renewWindow } from '../pki/renewal.ts';
import { type AuthorityDraft, type Draft, draftText } from './draft.ts';

/** The field to blame: the entry's own where it has one. */
function culprit(draft: Draft, setting: Setting) {
  if (!draft.inherits(setting)) return { at: draft.at(setting) };
  const related = [{ at: draft.at(setting), message: `${setting} is inherited from here` }];
  return { at: draft.at('validity'), related };
}

/** A certificate must live for a while between its issue and its renewal. */
export function checkRenewal(draft: Draft, report: Report): void {
  if (!draft.isKnown('validity', 'backdate', 'renewBefore')) return;
  const { validity, backdate, renewBefore } = draft.settings;
  const window = renewWindow(renewBefore, validity);
  const whole = `the validity of ${draftText(draft)}, ${durationText(validity)}`;
  if (backdate >= validity) {
    const message = `backdate of ${durationText(backdate)} is not shorter than ${whole}`;
    report.error({
      code: 'renewal',
      about: draftText(draft),
      ...culprit(draft, 'backdate'),
      message,
      hint: 'shorten it, or lengthen the validity',
    });
  } else if (window >= validity) {
    const message = `renewBefore of ${durationText(window)} is not shorter than ${whole}`;
    report.error({
      code: 'renewal',
      about: draftText(draft),
      ...culprit(draft, 'renewBefore'),
      message,
      hint: 'shorten it, or write a share such as "33%"',
    });
  } else if (window + backdate >= validity) {
    const message = `renewBefore and backdate together take up ${whole}: it would be due for renewal as soon as it is issued`;
    report.error({
      code: 'renewal',
      about: draftText(draft),
      ...culprit(draft, 'renewBefore'),
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

function warnInherited({ authority, first }: Outlived, report: Report): void {
  report.warn({
    code: 'lifetime',
    at: authority.at(),
    message: `${draftText(authority)} inherits validity ${durationText(authority.settings.validity)} from ${authority.source('validity') ?? 'defaults'}, no longer than that of ${draftText(first)}`,
    hint: 'give the authority a validity of its own, such as "10y"',
    related: [{ at: authority.at('validity'), message: 'inherited from here' }],
  });
}

function warnCapped({ authority, first, count }: Outlived, report: Report): void {
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  report.warn({
    code: 'lifetime',
    at: first.at('validity'),
    message: `validity ${durationText(first.settings.validity)} of ${draftText(first)}${more} is longer than ${durationText(authority.settings.validity)} of its issuer ${quote(authority.name)}: certificates will expire together with the issuer's`,
    hint: `lengthen the validity of ${quote(authority.name)}`,
  });
}

/** Warns, once per authority, where what it signs is to live longer than itself. */
export function checkLifetimes(pairs: Iterable<readonly [Draft, AuthorityDraft]>, report: Report): void {
  const found = new Map<AuthorityDraft, Outlived>();
  for (const [draft, authority] of pairs) {
    if (![draft, authority].every((one) => one.isKnown('validity'))) continue;
    const inherited = authority.inherits('validity');
    const outlives =
      inherited && draft.kind !== 'authority'
        ? draft.settings.validity >= authority.settings.validity
        : draft.settings.validity > authority.settings.validity;
    if (!outlives) continue;
    const earlier = found.get(authority);
    found.set(authority, { authority, first: earlier?.first ?? draft, count: (earlier?.count ?? 0) + 1 });
  }
  for (const outlived of found.values()) {
    if (outlived.authority.inherits('validity')) warnInherited(outlived, report);
    else warnCapped(outlived, report);
  }
}
