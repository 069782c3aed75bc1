/** Answers that are typed at a pseudo terminal, each once its question is there. */
import { join } from 'node:path';
import { CLI, type Run, runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { type Project, put } from './project.ts';

/** Passes on all that a terminal shows, and types each answer behind its question. */
const TERMINAL = `
import json, os, pty, sys
answers = json.loads(sys.argv[1])
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
        os.write(terminal, answers.pop(0)[1].encode())
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;

/** A question, and the keys that are pressed once it is there. */
type Answer = readonly [question: string, keys: string];

/** Arguments of python3 by which `pki` runs at a terminal where these questions are answered, each once, in their order. */
export function atTerminal(answers: readonly Answer[], args: readonly string[]): readonly string[] {
  const script = join(temporaryFolder(), 'terminal.py');
  put(script, TERMINAL);
  return [script, JSON.stringify(answers), process.execPath, CLI, ...args];
}

/** Stdout is what the terminal showed, of both streams. */
export function typedAt(
  project: Project,
  answers: readonly Answer[],
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  return runProgram('python3', atTerminal(answers, args), {
    cwd: project.folder,
    env: { ...env, NO_COLOR: '1', TERM: 'xterm' },
  });
}
