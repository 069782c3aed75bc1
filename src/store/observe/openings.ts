/**
 * Files under a password, of which a run opens one and knows the others: to derive a key takes 15 ms, and nothing that is
 * derived from a password may be kept. So the cache keeps with each file a random tag that it shares with others which
 * were opened with the same password; once one of them is opened again, the password is what it was for all of that tag.
 */
import { randomUUID } from 'node:crypto';

/** The tag of an entity's files for each source of a password. */
export type Openings = Readonly<Record<string, string>>;

/** The tags of one run. */
export class KnownOpenings {
  readonly #known = new Map<string, Set<string>>();

  /** Whether the passwords of these sources are known to open files of these tags. */
  has(sources: readonly string[], openings: Openings): boolean {
    return sources.every((source) => this.#known.get(source)?.has(openings[source] ?? '') === true);
  }

  /** Files of these tags were opened in this run. */
  add(openings: Openings): void {
    for (const [source, tag] of Object.entries(openings)) this.#of(source).add(tag);
  }

  /** One tag for each source: all that are known in a run are for one password. */
  tagsFor(sources: readonly string[]): Openings {
    return Object.fromEntries(sources.map((source) => [source, this.#tagFor(source)]));
  }

  #tagFor(source: string): string {
    const [first = randomUUID()] = this.#of(source);
    this.#of(source).add(first);
    return first;
  }

  #of(source: string): Set<string> {
    const found = this.#known.get(source) ?? new Set<string>();
    this.#known.set(source, found);
    return found;
  }
}
