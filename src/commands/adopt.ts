/** `pki adopt <folder>`: the manifest goes to stdout or into a new file, the report to stderr. */
import { type Adoption, adopt, writeManifest } from '../index.ts';
import {
  adoptionJson,
  adoptionManifest,
  adoptionText,
  nothingToAdopt,
  placeText,
  takenText,
  writtenText,
} from '../report/adopt.ts';
import { adviceMessages } from '../report/message.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';

/** Options of `pki adopt`. */
export interface AdoptFlags {
  /** A new file for the manifest. */
  readonly write?: string;
  readonly json?: boolean;
  /** Seconds since 1970. */
  readonly now?: number;
}

/** `failed` where nothing can be adopted, or the file to write exists already, which stays as it is. */
export async function adoptCommand(folder: string, flags: AdoptFlags, console: Console): Promise<ExitCode> {
  const { write, now, json } = flags;
  const adoption = await adopt(folder, {
    ...(write === undefined ? {} : { manifest: write }),
    ...(now === undefined ? {} : { now }),
  });
  if (json) console.json(adoptionJson(adoption, write ?? null));
  else process.stderr.write(adoptionText(adoption, console.errorStyle));
  if (!adoption.ok) {
    console.say(...adviceMessages(nothingToAdopt(adoption)));
    return EXIT.failed;
  }
  return write === undefined ? print(adoption, json ?? false, console) : save(adoption, write, console);
}

function print(adoption: Adoption, json: boolean, console: Console): ExitCode {
  if (json) return EXIT.fine;
  console.raw(adoptionManifest(adoption));
  console.say({ kind: 'note', text: placeText(adoption) });
  return EXIT.fine;
}

async function save(adoption: Adoption, path: string, console: Console): Promise<ExitCode> {
  if (await writeManifest(path, adoptionManifest(adoption))) {
    console.say({ kind: 'note', text: writtenText(path) });
    return EXIT.fine;
  }
  console.say(...adviceMessages(takenText(path)));
  return EXIT.failed;
}
