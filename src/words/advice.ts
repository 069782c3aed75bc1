/** What is wrong, and what to do about it: the two lines that every error of the command consists of. */

/** In the tone of docs/words.md: lower case, no full stop, the culprit in quotes. */
export interface Advice {
  readonly problem: string;
  readonly hint: string;
}
