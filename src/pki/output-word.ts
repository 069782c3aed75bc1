/** What `outputs` and `files` call artifacts: by their names, or by a word for several of which an entity has some. */
import { ARTIFACTS, type Artifact, OUTPUTS, type Output } from './artifact.ts';

type Rows = typeof ARTIFACTS;
type WordOf<A> = A extends Artifact ? (Rows[A] extends { readonly word: infer W } ? W : A) : never;

/** What `outputs` can name. */
export type OutputWord = WordOf<Output>;
/** What `files` can name, and that is an artifact. */
export type NamedFile = { [A in Artifact]: Rows[A] extends { readonly word: string } ? never : A }[Artifact];

/** The word in `outputs` that asks for a file. */
export function wordFor(output: Output): OutputWord {
  return isNamedFile(output) ? output : ARTIFACTS[output].word;
}

/** All of them, in the order of the table. */
export const OUTPUT_WORDS: readonly OutputWord[] = [...new Set(OUTPUTS.map(wordFor))];

/** Whether `files` names it, and not a word for several. */
export function isNamedFile(artifact: Artifact): artifact is NamedFile {
  return !('word' in ARTIFACTS[artifact]);
}
