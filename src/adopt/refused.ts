/** Entries that validation refuses: one odd certificate must not keep a whole folder from being adopted. Pure. */
import type { Diagnostic } from '../manifest/diagnostic.ts';
import { parseManifest } from '../manifest/parse.ts';
import { reportOn } from '../manifest/report.ts';
import { sourceOf } from '../manifest/source.ts';
import { mapIn } from '../manifest/tree.ts';
import { type EntityId, entityId, SECTIONS } from '../pki/entity.ts';

/** Where an entry stands in a manifest. */
interface Place {
  readonly id: EntityId;
  /** Lines, from 1. */
  readonly first: number;
  readonly last: number;
}

/** Each with what is wrong with it. @param text the manifest of which they are. */
export function refusedIn(text: string, diagnostics: readonly Diagnostic[]): ReadonlyMap<EntityId, string> {
  const places = placesIn(text);
  const refused = new Map<EntityId, string>();
  for (const { severity, line, message } of diagnostics) {
    const place = severity === 'error' ? places.find((one) => isWithin(line, one)) : undefined;
    if (place !== undefined && !refused.has(place.id)) refused.set(place.id, message);
  }
  return refused;
}

function isWithin(line: number, { first, last }: Place): boolean {
  return first <= line && line <= last;
}

function placesIn(text: string): readonly Place[] {
  const source = sourceOf(text, 'manifest');
  const tree = parseManifest(source, reportOn(source))?.tree;
  return SECTIONS.flatMap((section) => {
    const entries = tree && mapIn(tree, [section])?.entries;
    return [...(entries ?? [])].map(([name, { key, value }]) => {
      const last = Math.max(key.end, value.span.end) - 1;
      const [from, to] = [source.place(key).line, source.place({ start: last, end: last }).line];
      return { id: entityId(section, name), first: from, last: to };
    });
  });
}
