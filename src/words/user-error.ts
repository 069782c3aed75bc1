/** Something in the way that only the user can move: said in plain words, never as a stack trace. */
import { problemText, type UserProblem } from './problem.ts';

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
