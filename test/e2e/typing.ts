/** Answers that are typed at a pseudo terminal, each once its question is there. */
import { join } from 'node:path';
import { CLI, type Run, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { type Project, put } from './project.ts';

/** Passes on all that a terminal shows. */
const TERMINAL = `
import os, pty, sys
answers = [part.split('=') for part in sys.argv[1].split(',')]
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])
seen, after = b'', 0
while True:
    try: part = os.read(terminal, 65536)
    except OSError: break
    if not part: break
    seen += part
    at = seen.find(answers[0][0].encode(), after) if answers else -1
    if at >= 0:
        after = at + len(answers[0][0])
        os.write(terminal, answers.pop(0)[1].encode() + b'\\r')
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** @param answers `question=answer,question=answer`. Stdout is what the terminal showed, of both streams. */
export function typedAt(
  project: Project,
  answers: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const script = join(temporaryFolder(), 'terminal.py');
  put(script, TERMINAL);
  return runProgram('python3', [script, answers, process.execPath, CLI, ...args], {
    cwd: project.folder,
    env: { ...env, NO_COLOR: '1', TERM: 'xterm' },
  });
}
