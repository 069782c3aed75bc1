/** The text of `--help` beside commands and options. */

/** A command as it is typed, and what it does. */
export type Example = readonly [command: string, does: string];

/** What each exit code means, as in docs/commands.md. */
export const EXIT_MEANINGS: readonly (readonly [code: number, means: string])[] = [
  [0, 'fine'],
  [1, 'failed: manifest, step, proof, refusal, or lacking "rekey-ca" or "trust"'],
  [2, 'changes are due: "pki plan --detailed-exitcode", and "pki status"'],
  [130, 'interrupted; what is finished stays, and the next apply goes on'],
];

/** The end of `pki --help`. */
export function generalHelp(examples: readonly Example[]): string {
  const codes = EXIT_MEANINGS.map(([code, means]) => `  ${String(code).padEnd(5)}${means}`);
  return [
    '',
    ...exampleLines(examples),
    '',
    'Exit codes:',
    ...codes,
    '',
    'The manifest is pki.yaml where none is named.',
  ].join('\n');
}

/** The end of `pki COMMAND --help`; nothing where there are no examples. */
export function commandHelp(examples: readonly Example[]): string {
  return examples.length === 0 ? '' : ['', ...exampleLines(examples)].join('\n');
}

function exampleLines(examples: readonly Example[]): readonly string[] {
  const width = Math.max(...examples.map(([command]) => command.length));
  return ['Examples:', ...examples.map(([command, does]) => `  ${command.padEnd(width)}  ${does}`)];
}
