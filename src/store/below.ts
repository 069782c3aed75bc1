/** Whether a path leads below a folder. */
import { sep } from 'node:path';

/** @param path, @param folder as realpath(3) has both: without a link in them. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder === sep ? sep : `${folder}${sep}`);
}
