/** What lists and responses of an authority have in common: each is good for a while, and the next is made before its end. */
import type { z } from 'zod';
import { type RenewBefore, renewWindow } from '../pki/renewal.ts';
import type { ListTerms } from '../pki/revocation.ts';
import { durationText } from './duration.ts';
import { problemIssue } from './problem.ts';

/** The next one is made while the last is good, and not at once. @param what `the list`. */
export function checkRenewal(
  said: { readonly renewBefore?: RenewBefore | undefined },
  terms: ListTerms | undefined,
  what: string,
  context: z.core.$RefinementCtx,
): void {
  if (terms === undefined || renewWindow(terms.renewBefore, terms.validity) < terms.validity) return;
  const message = `renewBefore is not shorter than the validity of ${what}, ${durationText(terms.validity)}`;
  const hint = 'shorten it, or write a share such as "33%"';
  context.addIssue(problemIssue({ code: 'renewal', message, hint }, said.renewBefore, ['renewBefore']));
}
