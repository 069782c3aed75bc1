/** Entries that validation refuses: one odd certificate must not keep a whole folder from being adopted. Pure. */
import type { Diagnostic } from '../manifest/diagnostic.ts';
import { type EntityId, entityId, isSection } from '../pki/entity.ts';

/** Each with what is wrong with it. @param text the manifest, as this program writes it. */
export function refusedIn(text: string, diagnostics: readonly Diagnostic[]): ReadonlyMap<EntityId, string> {
  const lines = text.split('\n');
  const refused = new Map<EntityId, string>();
  for (const { severity, line, message } of diagnostics) {
    const id = severity === 'error' ? entryAt(lines, line) : undefined;
    if (id !== undefined && !refused.has(id)) refused.set(id, message);
  }
  return refused;
}

/** Sections stand at the margin, and entries two columns further in. @param line from 1. */
function entryAt(lines: readonly string[], line: number): EntityId | undefined {
  const before = lines.slice(0, line).reverse();
  const name = before.flatMap((one) => /^ {2}([^\s#].*?):(?: |$)/.exec(one)?.slice(1) ?? [])[0];
  const section = before.flatMap((one) => /^([a-z]+):/.exec(one)?.slice(1) ?? [])[0];
  if (name === undefined || section === undefined || !isSection(section)) return undefined;
  return entityId(section, name.replaceAll(/^["']|["']$/g, ''));
}
