/** `null`, by which a map takes away what it inherits: it has to be written out, and to take something away. */
import type { Report } from '../manifest/report.ts';
import { rowOf } from '../manifest/settings.ts';
import { SHARED } from '../manifest/shapes.ts';
import { isNull, type MapTree, nodeAt, type Path, valueSpan } from '../manifest/tree.ts';
import { quote } from '../pki/printable.ts';
import { isGiven, isKnown, type Layer } from './layers.ts';

/** A map of settings. */
interface Taking {
  readonly map: MapTree | undefined;
  /** The entry whose map it is, in words; a profile may be used where nothing lies below it. */
  readonly owner?: string;
  /** What the entry lies on. */
  readonly below?: Layer;
}

/** Reports what is left empty, and an entry's `null` that takes nothing away. */
export function checkTaken({ map, owner, below }: Taking, report: Report): void {
  if (map === undefined) return;
  for (const path of nullsIn(map)) {
    const key = String(path.at(-1));
    const node = nodeAt(map, path);
    const at = valueSpan(map, path);
    if (node?.kind === 'scalar' && node.text === '')
      report.error({
        code: 'missing',
        at,
        message: `${quote(key)} has no value`,
        hint: 'write one, or "null" where an inherited one is to be taken away',
      });
    else if (owner !== undefined && below !== undefined && !isInherited(path, below))
      report.error({
        code: 'missing',
        at,
        about: owner,
        message: `${owner} inherits no ${key} that null could take away`,
        hint: `remove "${key}"`,
      });
  }
}

/** Settings, and keys of maps that are merged. */
function nullsIn(map: MapTree): readonly Path[] {
  const paths = [...map.entries.keys()].flatMap((name): readonly Path[] => {
    const setting = SHARED.find((one) => one === name);
    if (setting === undefined) return [];
    const inner = map.entries.get(name)?.value;
    const isMap = rowOf(setting).merged && inner?.kind === 'map';
    return isMap ? [...inner.entries.keys()].map((key) => [name, key]) : [[name]];
  });
  return paths.filter((path) => isNull(nodeAt(map, path)));
}

function isInherited([name, key]: Path, below: Layer): boolean {
  const setting = SHARED.find((one) => one === name);
  if (setting === undefined) return false;
  // what a mistake hides may be there
  if (!isKnown(below, setting)) return true;
  if (key === undefined) return isGiven(below, setting);
  return Object.hasOwn(Object(below.values[setting]), key);
}
