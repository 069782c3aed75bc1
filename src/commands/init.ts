/** `pki init`: a manifest to begin with. Asks nothing and overwrites nothing. */
import { existsSync } from 'node:fs';
import { openProject, starter, writeManifest } from '../index.ts';
import { createdText, firstSteps, takenText } from '../report/init.ts';
import { adviceMessages } from '../report/message.ts';
import { folderText } from '../words/manifest-file.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';

/** `failed` where a file of that name exists already, which stays as it is. */
export async function initCommand(manifest: string, console: Console): Promise<ExitCode> {
  if (!(await writeManifest(manifest, await starter(manifest)))) {
    console.say(...adviceMessages(isFolder(manifest) ? folderText(manifest) : takenText(manifest)));
    return EXIT.failed;
  }
  const opened = await openProject(manifest);
  if (!opened.ok) throw new Error(`Internal error: "${manifest}" is not valid`);
  console.out(`${createdText(manifest, opened.project.inventory.entities)}\n`);
  console.say({ kind: 'hint', text: firstSteps(manifest) });
  return EXIT.fine;
}

function isFolder(path: string): boolean {
  return path.endsWith('/') || existsSync(`${path}/.`);
}
