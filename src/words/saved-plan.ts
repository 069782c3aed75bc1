/** Why a saved plan is not carried out, in words. */

import { shownPath } from '../openssl/shell.ts';
import { ARTIFACTS } from '../pki/artifact.ts';
import { unreachable } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import type { Difference } from '../plan/saved.ts';
import { isoTime } from '../plan/validity.ts';
import type { Advice } from './advice.ts';

/** What is wrong with the file of one, or with saving it. */
export type SavedPlanFault =
  /** Something else is in its place. */
  | { readonly kind: 'in-the-way' }
  /** It says that it is one, and lacks what one has. */
  | { readonly kind: 'damaged' }
  /** Not everything could be seen. */
  | { readonly kind: 'unseen' }
  /** Its manifest is in no file, from which an apply could read it again. */
  | { readonly kind: 'no-file' }
  /** What it was made of is not as it was. */
  | {
      readonly kind: 'changed';
      readonly manifest: string;
      readonly made: number;
      readonly differences: readonly Difference[];
    };

/** @param path of the file. */
export function savedPlanText(path: string, fault: SavedPlanFault): Advice {
  const again = `look at it again: pki plan --out ${shownPath(path)}`;
  switch (fault.kind) {
    case 'in-the-way':
      return { problem: `"${path}" is there, and is no saved plan`, hint: 'name another file' };
    case 'damaged':
      return { problem: `"${path}" is not a whole saved plan`, hint: again };
    case 'unseen':
      return {
        problem: 'a plan cannot be saved by a user who may not read all of it',
        hint: 'save it as the user who applies',
      };
    case 'no-file':
      return {
        problem: 'a plan cannot be saved of a manifest that is in no file: an apply reads it again',
        hint: 'put the manifest into a file, and name that',
      };
    case 'changed':
      return {
        problem: visible(
          `nothing is done by "${path}", because since ${isoTime(fault.made)} ${listed(fault.differences.map(differenceText))}`,
        ),
        hint: `${again} ${shownPath(fault.manifest)}`,
      };
    default:
      return unreachable(fault);
  }
}

/** A paragraph, however many they are. */
const MANY = 6;

function listed(texts: readonly string[]): string {
  const more = texts.length - MANY;
  return [...texts.slice(0, MANY), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

function differenceText(difference: Difference): string {
  switch (difference.kind) {
    case 'tool':
      return `the version of this program has changed (it was ${difference.made})`;
    case 'output':
      return `the output folder is another one (it was "${difference.was}")`;
    case 'manifest':
      return 'the manifest has changed, or a file that it names';
    case 'file':
      return `${ARTIFACTS[difference.artifact].file} of ${difference.entity} has changed`;
    case 'action':
      return actionText(difference);
    case 'rest':
      return 'commands that are run have changed, or an apply was interrupted';
    default:
      return unreachable(difference);
  }
}

function actionText({ entity, before, after }: Extract<Difference, { kind: 'action' }>): string {
  if (before === after) return `${entity} would be changed in another way`;
  return `${entity} has become ${after ?? 'unknown'} (it was ${before ?? 'unknown'})`;
}
