/** Something in the way that only the user can move: said in plain words, never as a stack trace. */
import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../pki/errors.ts';
import { COMMIT_FOLDER, PRIVATE_FOLDER, SCRATCH_FOLDER, STAGE_FOLDER } from '../pki/paths.ts';
import { problemText, type UserProblem } from '../words/problem.ts';

/** `message` is what is in the way, `hint` what to do about it, both in the tone of docs/words.md; `cause` is data. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly hint: string;
  override readonly cause: UserProblem;

  constructor(cause: UserProblem) {
    const { problem, hint } = problemText(cause);
    super(problem);
    this.hint = hint;
    this.cause = cause;
  }
}

/** Nothing where there is nothing, or nothing for us to see, as for whoever may plan and not apply. */
function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (errorCode(error) === 'EACCES') return undefined;
    throw error;
  }
}

/** Folders of this program's own, which hold private keys: a link in their place would carry those elsewhere. */
const OWN = [PRIVATE_FOLDER, STAGE_FOLDER, SCRATCH_FOLDER, COMMIT_FOLDER, `${PRIVATE_FOLDER}/archive`];

/** @throws UserError where something else stands in the place of one of them. */
export function checkOwnFolders(root: string): void {
  for (const folder of OWN) {
    const stat = statOf(join(root, folder));
    if (stat === undefined || stat.isDirectory()) continue;
    throw new UserError({ kind: 'own-folder', path: join(root, folder), isLink: stat.isSymbolicLink() });
  }
}
