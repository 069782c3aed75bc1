// biome-ignore-all lint/suspicious/noTemplateCurlyInString: source code in quotes, with templates of its own
// The shape of src/: see docs/architecture.md. What fails here names the file and the rule.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CASTS, checkArchitecture, type Violation, violationText } from './helpers/architecture.ts';
import { REPOSITORY } from './helpers/cli.ts';

function sources(): Map<string, string> {
  const paths = readdirSync(join(REPOSITORY, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `src/${path}`)
    .sort();
  return new Map(paths.map((path) => [path, readFileSync(join(REPOSITORY, path), 'utf8')]));
}

it('holds in src/', () => {
  const files = sources();
  expect(files.size).toBeGreaterThan(50);
  expect(checkArchitecture(files).map(violationText)).toEqual([]);
});

/** The compiler checks none of them, so what is known is all that there may be. */
it('has at most nine casts in src/, none of them in a file that could do without', () => {
  const counts = Object.values(CASTS);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(9);
  for (const [path, count] of Object.entries(CASTS)) {
    const text = readFileSync(join(REPOSITORY, path), 'utf8');
    const more = new Map([[path, `${text}\nconst more = 1 as number;\n`]]);
    const casts = checkArchitecture(more).filter(({ rule }) => rule === 'cast');
    expect(casts.map(({ detail }) => detail)).toEqual([
      expect.stringContaining(`has ${count + 1} casts, of which ${count} are known`),
    ]);
  }
});

/** A source tree that keeps every rule, with one file put in or replaced. */
function violations(path: string, text: string): readonly Violation[] {
  const files: Record<string, string> = {
    'src/cli.ts': "const { run } = await import('./start/start.ts');\n",
    'src/start/start.ts': "import { join } from 'node:path';\n",
    'src/commands/main.ts': "import { apply } from '../index.ts';\nimport { Command } from 'commander';\n",
    'src/index.ts': "export type { Plan } from './plan/plan.ts';\nconst run = import('./run/apply.ts');\n",
    'src/library/apply.ts': "const run = import('../run/apply.ts');\n",
    'src/report/plan.ts': "import type { Plan } from '../plan/plan.ts';\n",
    'src/engine/worker.ts': "import { execa } from 'execa';\n",
    'src/run/apply.ts': "import type { Plan } from '../plan/plan.ts';\n",
    'src/store/disk.ts': "import { readFileSync } from 'node:fs';\n",
    'src/handshake/cases.ts': "import type { Entity } from '../pki/entity.ts';\n",
    'src/handshake/shake.ts': "import { randomBytes } from 'node:crypto';\n",
    'src/plan/plan.ts': "import type { Entity } from '../pki/entity.ts';\n",
    'src/pki/entity.ts': "import { isIPv4 } from 'node:net';\n",
    'src/manifest/parse.ts': "import { isIP } from 'node:net';\nimport * as z from 'zod';\n",
  };
  return checkArchitecture(new Map(Object.entries({ ...files, [path]: text })));
}

describe('the check', () => {
  it('has nothing to say about a tree that keeps the rules', () => {
    expect(
      violations('src/x509/facts.ts', '/** Facts. */\nexport interface Facts { readonly a: string }\n'),
    ).toEqual([]);
  });

  it.each<[rule: string, path: string, text: string, says: string]>([
    [
      'order',
      'src/plan/plan.ts',
      "import { disk } from '../store/disk.ts';\n",
      'imports src/store/disk.ts, which is above it',
    ],
    [
      'order',
      'src/plan/plan.ts',
      "import type { A } from '../handshake/shake.ts';\n",
      'imports src/handshake/shake.ts, which is above it',
    ],
    [
      'order',
      'src/store/disk.ts',
      "export { a } from '../run/apply.ts';\n",
      'imports src/run/apply.ts, which is above it',
    ],
    [
      'order',
      'src/store/disk.ts',
      "const a = await import('../report/plan.ts');\n",
      'imports src/report/plan.ts, which is above it',
    ],
    [
      'order',
      'src/index.ts',
      "import {\n  planText,\n} from './report/plan.ts';\n",
      'imports src/report/plan.ts, which is above it',
    ],
    ['order', 'src/helpers/string.ts', 'const a = 1;\n', 'lies in no folder of docs/architecture.md'],
    [
      'facade',
      'src/commands/main.ts',
      "import { apply } from '../run/apply.ts';\n",
      'takes more than types from src/run/apply.ts: go through src/index.ts',
    ],
    [
      'facade',
      'src/commands/main.ts',
      "import { apply } from '../library/apply.ts';\n",
      'takes more than types from src/library/apply.ts: go through src/index.ts',
    ],
    [
      'facade',
      'src/cli.ts',
      "import { plan } from './plan/plan.ts';\n",
      'takes more than types from src/plan/plan.ts: go through src/index.ts',
    ],
    [
      'pure',
      'src/plan/plan.ts',
      "import { readFileSync } from 'node:fs';\n",
      'imports readFileSync from "node:fs"',
    ],
    [
      'pure',
      'src/plan/plan.ts',
      "import { createHash, randomBytes } from 'node:crypto';\n",
      'imports randomBytes from "node:crypto"',
    ],
    ['pure', 'src/plan/plan.ts', "import * as crypto from 'node:crypto';\n", 'imports all of "node:crypto"'],
    [
      'pure',
      'src/pki/entity.ts',
      '/** When. */\nexport const now = () => Date.now();\n',
      'reads the clock: "Date.now", line 2',
    ],
    ['pure', 'src/pki/entity.ts', 'const now = new Date();\n', 'reads the clock: "new Date()", line 1'],
    [
      'pure',
      'src/openssl/sign.ts',
      'const home = process.env;\n',
      'looks at the process: "process.", line 1',
    ],
    [
      'pure',
      'src/openssl/sign.ts',
      'const text = `a ${Math.random()} b`;\n',
      'is random: "Math.random", line 1',
    ],
    ['pure', 'src/handshake/cases.ts', 'async function run() {}\n', 'is asynchronous: "async", line 1'],
    [
      'pure',
      'src/handshake/cases.ts',
      "import { shake } from './shake.ts';\n",
      'imports src/handshake/shake.ts, which is not pure',
    ],
    ['package', 'src/plan/plan.ts', "import { parse } from 'yaml';\n", '"yaml" is not for this file'],
    [
      'disk',
      'src/store/ledger.ts',
      "import { lstatSync, renameSync, type Stats } from 'node:fs';\n",
      'takes renameSync from "node:fs": go through store/folder.ts',
    ],
    [
      'disk',
      'src/run/apply.ts',
      "import { chmod } from 'node:fs/promises';\n",
      'takes chmod from "node:fs/promises": go through store/folder.ts',
    ],
    [
      'disk',
      'src/store/ledger.ts',
      "import fs from 'node:fs';\n",
      'takes all of "node:fs": go through store/folder.ts',
    ],
    [
      'disk',
      'src/run/apply.ts',
      "import { rename } from '../store/disk.ts';\n",
      'uses paths with src/store/disk.ts: go through store/folder.ts',
    ],
    ['package', 'src/report/plan.ts', "import chalk from 'chalk';\n", '"chalk" is not for this file'],
    ['size', 'src/plan/plan.ts', '\n'.repeat(251), 'has 251 lines, more than 250'],
    ['any', 'src/plan/plan.ts', 'const a: any = 1;\n', 'uses "any"'],
    [
      'cast',
      'src/plan/plan.ts',
      'const a = b as A;\nconst c = `${<C>d}`;\n',
      'has 2 casts, of which 0 are known (lines 1, 2): narrow with a guard',
    ],
    [
      'cast',
      'src/plan/plan.ts',
      'const a = b as unknown as { a: 1 };\n',
      'has 2 casts, of which 0 are known (lines 1, 1): narrow with a guard',
    ],
    [
      'console',
      'src/report/plan.ts',
      "console.log('a');\n",
      'writes past the Console of commands/console.ts',
    ],
    ['docstring', 'src/plan/plan.ts', '\nexport interface Plan {}\n', 'says nothing of Plan'],
    ['docstring', 'src/plan/plan.ts', '// A plan.\nexport type Plan = 1;\n', 'says nothing of Plan'],
    [
      'docstring',
      'src/run/apply.ts',
      '/** a */\n\nexport async function apply() {}\n',
      'says nothing of apply',
    ],
    ['import', 'src/plan/plan.ts', "import { a } from './gone.ts';\n", '"./gone.ts" is no file'],
  ])('sees a break of "%s" in %s: %j', (rule, file, text, detail) => {
    expect(violations(file, text).map(violationText)).toEqual([`${file}: [${rule}] ${detail}`]);
  });

  it('sees a circle once, also where only types go round', () => {
    const text = "import type { Plan } from './plan.ts';\n";
    const files = new Map([
      ['src/plan/plan.ts', "import type { Change } from './change.ts';\n"],
      ['src/plan/change.ts', "import { reason } from './reason.ts';\n"],
      ['src/plan/reason.ts', text],
      ['src/plan/other.ts', text],
    ]);
    expect(checkArchitecture(files).map(violationText)).toEqual([
      'src/plan/change.ts: [cycle] imports itself: src/plan/change.ts -> src/plan/reason.ts -> src/plan/plan.ts -> src/plan/change.ts',
    ]);
  });

  it.each([
    '// await process.exit, Date.now and any other\n',
    'const a = AbortSignal.any([b]);\n',
    '/* import { a } from "./gone.ts" */\n',
    "const a = 'await Date.now() any';\n",
    'const a = `await ${b} any`;\n',
    'const a = `${c ? `any ${d}` : "await"} process.env`;\n',
    'const a = b.replace(/any|await [/`\'"]/g, "");\n',
    'const at = new Date(seconds * 1000);\n',
    'const a = lanes.process.length;\n',
    'const a = { b: [1] as const, c: "d as E" } satisfies F; // as G\n',
    'type A = { [B in C as B["d"]]: 1 };\nimport { cli as e } from "../cli.ts";\n',
    '/** All of them. */\nexport const ALL = [1] as const;\nexport type One = (typeof ALL)[number];\n',
  ])('takes words in comments, strings and patterns for what they are: %j', (text) => {
    expect(violations('src/x509/facts.ts', text)).toEqual([]);
  });
});
