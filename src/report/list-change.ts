/** A long list that changes in part: what comes and what goes, instead of all of it twice. */
import { few } from '../words/few.ts';

/** Shorter than this both are read at a glance. */
const SHORT = 60;

/**
 * `+ dns:new.test; − dns:old.test; 12 stay`, or `null` where both are short, or have nothing or all in common. Items are as
 * plan/diff.ts lists them: behind commas, in JSON's quotes where one holds a comma itself.
 */
export function listChange(before: string, after: string): string | null {
  if (before.length + after.length <= SHORT) return null;
  const [had, has] = [new Set(itemsOf(before)), new Set(itemsOf(after))];
  const added = [...has].filter((item) => !had.has(item));
  const removed = [...had].filter((item) => !has.has(item));
  const stay = has.size - added.length;
  if (stay === 0 || added.length + removed.length === 0) return null;
  return [
    ...(added.length === 0 ? [] : [`+ ${few(added)}`]),
    ...(removed.length === 0 ? [] : [`− ${few(removed)}`]),
    `${stay} ${stay === 1 ? 'stays' : 'stay'}`,
  ].join('; ');
}

function itemsOf(list: string): readonly string[] {
  return list.match(/"(?:[^"\\]|\\.)*"|(?!,? )(?:[^,]|,(?! ))+/g) ?? [];
}
