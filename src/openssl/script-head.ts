/** How a script of a plan begins: which openssl it runs, and where it works. */
import { SCRATCH_FOLDER, STAGE_FOLDER } from '../pki/paths.ts';
import type { Plan } from '../plan/plan.ts';
import { isoTime } from '../plan/validity.ts';
import { printed } from './script-bundles.ts';
import { type ProgramOptions, programLines, TOKEN_CONFIG } from './script-program.ts';
import { shellWord } from './shell.ts';
import { PROVIDER_CONFIG } from './token.ts';

/** Gone when it has ended. */
export const WORK_FOLDERS = `${STAGE_FOLDER} ${SCRATCH_FOLDER}`;

/** Until the first step: each a block of its own. */
export function headLines(plan: Plan, program: string, needs: ProgramOptions): readonly string[] {
  return [
    '#!/bin/sh',
    [
      `# The openssl commands of a pki plan of ${isoTime(plan.now)}; dates are those of that moment.`,
      '# Run it in the folder of the manifest.',
    ].join('\n'),
    programLines(program, needs),
    [
      'umask 022',
      `mkdir -p -- ${shellWord(plan.output)}`,
      `cd -- ${shellWord(plan.output)}`,
      "[ -e .gitignore ] || printf '*\\n' >.gitignore",
      'umask 077',
      `rm -rf ${WORK_FOLDERS}`,
      `mkdir -p ${WORK_FOLDERS}`,
      ...(needs.byProvider ? [`${printed(PROVIDER_CONFIG)} >${TOKEN_CONFIG}`] : []),
    ].join('\n'),
  ];
}
