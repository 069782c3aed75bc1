/** The part of a plan's script that publishes behind links, or brings files out from behind them. */

import { ALL_ARTIFACTS, type Artifact } from '../pki/artifact.ts';
import { entityFolder, fileName, filePath, type Located } from '../pki/files.ts';
import { stagedPath } from '../pki/paths.ts';
import type { FileChanges } from '../plan/change.ts';
import { shellPath, shellWord } from './shell.ts';

type Published = Pick<FileChanges, 'writes' | 'deletes' | 'relinks'>;

/** Whether the lines below take the place of moving file by file. */
export function usesLinks(entity: Located, change: Published): boolean {
  return entity.publish === 'symlinks' || change.relinks;
}

/** Damaged links are repaired before any file is read by its name. */
export function restoreLines(entity: Located, change: Published): readonly string[] {
  if (!change.relinks) return [];
  return [`restore_links ${shellPath(entityFolder(entity))} ${names(entity)}`];
}

/** The whole set goes into a folder of its own, then the link is switched. */
export function linkedLines(entity: Located, change: Published, name: string): readonly string[] {
  const folder = shellPath(entityFolder(entity));
  const version = `${folder}/${name}`;
  const path = (file: Artifact): string => shellPath(filePath(entity, file));
  const inVersion = (file: Artifact): string => `${version}/${shellWord(fileName(entity, file))}`;
  return [
    `mkdir -p ${folder}`,
    `chmod 755 ${folder}`,
    `mkdir ${version}`,
    `chmod 755 ${version}`,
    ...keptFiles(change).map((file) => copyLine(path(file), inVersion(file))),
    ...change.writes.map((file) => `mv -f ${stagedPath(entity.id, file)} ${inVersion(file)}`),
    `show_version ${folder} ${name} ${names(entity)}`,
  ];
}

/** Plain files take the links' places. */
export function unlinkedLines(entity: Located, change: Published): readonly string[] {
  const path = (file: Artifact): string => shellPath(filePath(entity, file));
  const staged = (file: Artifact): string => stagedPath(entity.id, file);
  const kept = keptFiles(change);
  return [
    ...kept.map((file) => copyLine(path(file), staged(file))),
    ...kept.map((file) => `if [ -e ${staged(file)} ]; then mv -f ${staged(file)} ${path(file)}; fi`),
    ...change.writes.map((file) => `mv -f ${staged(file)} ${path(file)}`),
    ...change.deletes.map((file) => `rm -f ${path(file)}`),
  ];
}

/** Old versions go once their keys and certificates are in the archive, or are the current ones. */
export function clearLines(entity: Located, present: string, archive: string): readonly string[] {
  const precious = ['key', 'cert'] as const;
  const kept = precious.map((file) => shellWord(fileName(entity, file))).join(' ');
  const folder = shellPath(entityFolder(entity));
  return [`clear_versions ${folder} ${present} ${archive} ${kept} ${names(entity)}`];
}

function keptFiles({ writes, deletes }: Published): readonly Artifact[] {
  return ALL_ARTIFACTS.filter((file) => !writes.includes(file) && !deletes.includes(file));
}

function copyLine(from: string, to: string): string {
  return `if [ -f ${from} ]; then cp -pL ${from} ${to}; fi`;
}

function names(entity: Located): string {
  return ALL_ARTIFACTS.map((file) => shellWord(fileName(entity, file))).join(' ');
}

/** Shell functions: each takes the folder, what else it needs, and the names of all files. */
export const LINK_FUNCTIONS = `restore_links() {
  folder=$1
  shift
  if [ ! -e "$folder/..data/." ]; then
    newest=
    for version in "$folder"/..v-*; do if [ -d "$version" ]; then newest=\${version##*/}; fi; done
    [ -n "$newest" ] || return 0
    rm -f "$folder/..data"
    ln -s "$newest" "$folder/..data"
  fi
  for name; do
    if [ ! -L "$folder/$name" ] && [ ! -e "$folder/$name" ] && [ -f "$folder/..data/$name" ]; then
      ln -s "..data/$name" "$folder/$name"
    fi
  done
}

show_version() {
  folder=$1 version=$2
  shift 2
  rm -f "$folder/..data"
  ln -s "$version" "$folder/..data"
  for name; do
    if [ -f "$folder/$version/$name" ]; then
      rm -f "$folder/$name"
      ln -s "..data/$name" "$folder/$name"
    elif [ "$(readlink "$folder/$name")" = "..data/$name" ] || [ -f "$folder/$name" ]; then
      rm -f "$folder/$name"
    fi
  done
}

clear_versions() {
  folder=$1 present=$2 archive=$3 key=$4 certificate=$5
  shift 5
  if [ "$present" = none ]; then
    for name; do
      if [ "$(readlink "$folder/$name")" = "..data/$name" ]; then rm -f "$folder/$name"; fi
    done
    case $(readlink "$folder/..data") in '' | */*) ;; *) rm -f "$folder/..data" ;; esac
  fi
  for version in "$folder"/..v-*; do
    if [ ! -d "$version" ] || [ -L "$version" ] || [ "\${version##*/}" = "$present" ]; then continue; fi
    for name; do
      case $name in
        "$key" | "$certificate")
          if [ -f "$version/$name" ] && ! cmp -s "$version/$name" "$folder/$name"; then
            mkdir -p "$archive/\${version##*/}"
            cp -p "$version/$name" "$archive/\${version##*/}/$name"
          fi ;;
      esac
      rm -f "$version/$name"
    done
    rmdir "$version" 2>/dev/null || true
  done
}`;
