/** Lines of a script that make folders, and bring files to new ones. */
import { folderOf } from '../pki/files.ts';
import type { Relocation } from '../plan/change.ts';
import { shellPath } from './shell.ts';

/** Files that are still where an entity had them before. */
export function copyLines(copies: readonly Relocation[]): readonly string[] {
  if (copies.length === 0) return [];
  const lines = copies.map(({ from, to }) => {
    const path = shellPath(to);
    return `[ -e ${path} ] || cp -p ${shellPath(from)} ${path}`;
  });
  return [['# copies to new places', ...folderLines(copies.map(({ to }) => to)), ...lines].join('\n')];
}

/** Every folder on the way, readable for programs that load certificates. */
export function folderLines(paths: readonly string[]): readonly string[] {
  const folders = [...new Set(paths.map(folderOf))].filter((folder) => folder !== '.');
  const onTheWay = folders.flatMap((folder) =>
    folder.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/')),
  );
  if (onTheWay.length === 0) return [];
  const words = [...new Set(onTheWay)].map(shellPath).join(' ');
  return [`mkdir -p ${words}`, `chmod 755 ${words}`];
}
