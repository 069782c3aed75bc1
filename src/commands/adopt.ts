/** `pki adopt <folder>`: the manifest goes to stdout or into a new file, what is to be said about it to stderr. */
import { type Adoption, adopt, writeManifest } from '../index.ts';
import { adoptionJson, adoptionManifest, adoptionText } from '../report/adopt.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';

/** Options of `pki adopt`. */
export interface AdoptFlags {
  /** A new file for the manifest. */
  readonly write?: string;
  readonly json?: boolean;
  /** Seconds since 1970. */
  readonly now?: number;
}

/** `failed` where nothing can be adopted, or the file to write is there already, and stays as it is. */
export async function adoptCommand(folder: string, flags: AdoptFlags, console: Console): Promise<ExitCode> {
  const { write, now, json } = flags;
  const adoption = await adopt(folder, {
    ...(write === undefined ? {} : { manifest: write }),
    ...(now === undefined ? {} : { now }),
  });
  if (json) console.out(`${JSON.stringify(adoptionJson(adoption, write ?? null), null, 2)}\n`);
  else process.stderr.write(adoptionText(adoption, console.errorStyle));
  if (adoption.inventory.entities.length === 0) return nothingFound(folder, console);
  return write === undefined ? print(adoption, json ?? false, console) : save(adoption, write, console);
}

function nothingFound(folder: string, console: Console): ExitCode {
  console.error(
    `"${folder}" holds no authority with its key, and nothing that one of its authorities signed`,
  );
  console.hint('adopt the folder that holds the key and the certificate of the root');
  return EXIT.failed;
}

function print(adoption: Adoption, json: boolean, console: Console): ExitCode {
  if (json) return EXIT.fine;
  console.out(adoptionManifest(adoption));
  console.note(`save it in "${adoption.place}", for example as pki.yaml`);
  return EXIT.fine;
}

async function save(adoption: Adoption, path: string, console: Console): Promise<ExitCode> {
  if (await writeManifest(path, adoptionManifest(adoption))) {
    console.note(`wrote "${path}"; "pki plan ${path}" shows what apply would do`);
    return EXIT.fine;
  }
  console.error(`"${path}" is there already, and is not overwritten`);
  console.hint('name a new file, or move the old one away');
  return EXIT.failed;
}
