/**
 * The rules of design and docs/architecture.md as a check over source texts: imports run one way and never in a circle,
 * pure folders stay pure, packages stay where they are wrapped, files stay readable, and what is exported is explained.
 * Comments, strings and regular expressions are told from code, and imports are found in what is left; only casts, which
 * look like other things, take a parser.
 */
import { dirname, join } from 'node:path/posix';
import { parseAst } from 'rolldown/parseAst';

/** Path below the repository → text. */
export type Sources = ReadonlyMap<string, string>;

export interface Violation {
  readonly file: string;
  readonly rule:
    | 'order'
    | 'facade'
    | 'cycle'
    | 'pure'
    | 'package'
    | 'disk'
    | 'size'
    | 'any'
    | 'cast'
    | 'console'
    | 'import'
    | 'docstring';
  readonly detail: string;
}

export function violationText({ file, rule, detail }: Violation): string {
  return `${file}: [${rule}] ${detail}`;
}

/** Each may import itself and what comes after it. `index` is src/index.ts, the library. */
const LAYERS = [
  'cli',
  'start',
  'commands',
  'report',
  'index',
  'library',
  'run',
  'engine',
  'handshake',
  'live',
  'store',
  'export',
  'words',
  'adopt',
  'openssl',
  'plan',
  'resolve',
  'manifest',
  'x509',
  'pki',
] as const;
type Layer = (typeof LAYERS)[number];

const PURE_LAYERS: readonly Layer[] = [
  'export',
  'words',
  'adopt',
  'openssl',
  'plan',
  'resolve',
  'manifest',
  'x509',
  'pki',
];
const PURE_FILES = /^src\/handshake\/(case|case-id|cases|names|party|revoked-cases)\.ts$/;

/** What pure files may take from node: functions of their arguments alone. */
const PURE_NODE: Readonly<Record<string, readonly string[]>> = {
  'node:net': ['isIP', 'isIPv4', 'isIPv6'],
  'node:url': ['domainToASCII', 'domainToUnicode'],
  // createECDH could make keys, too: x509/parse-key.ts gives it every one.
  'node:crypto': [
    'constants',
    'createCipheriv',
    'createDecipheriv',
    'createECDH',
    'createHash',
    'hash',
    'createHmac',
    'createPrivateKey',
    'createPublicKey',
    'pbkdf2Sync',
    'verify',
    'KeyObject',
  ],
};

/** Where each package may be imported; one that is not here may be imported nowhere. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  commander: /^src\/commands\//,
  execa: /^src\/engine\//,
  listr2: /^src\/report\//,
  yaml: /^src\/manifest\//,
  zod: /^src\/manifest\//,
};

/** Of node:fs, what neither opens nor changes what is at a path. */
const LOOKING: readonly string[] = [
  ...['accessSync', 'constants', 'existsSync', 'lstatSync', 'readdirSync', 'readlinkSync', 'realpathSync'],
  ...['Stats', 'statSync'],
  // By descriptor.
  ...['closeSync', 'fchmodSync', 'fchownSync', 'fstatSync', 'ftruncateSync', 'readSync', 'writeSync'],
];

/**
 * What else of node:fs a file may take. Below the output folder everything goes through store/folder.ts: a path that was
 * looked at may lead elsewhere by the time that it is used.
 */
const DISK: Readonly<Record<string, readonly string[] | 'all'>> = {
  'src/store/disk.ts': 'all',
  'src/store/folder.ts': ['openSync'],
  'src/store/open-file.ts': ['openSync'],
  'src/store/descriptor.ts': ['openSync', 'readFileSync'],
  'src/store/observe/read.ts': ['openSync'],
  // What was compiled, in the program's own folder.
  'src/start/code-cache.ts': ['readFileSync', 'renameSync', 'writeFileSync'],
  // The output folder itself, before there is one.
  'src/store/output-folder.ts': ['mkdirSync'],
  'src/store/manifest-file.ts': ['openSync'],
  // /etc/group
  'src/store/accounts.ts': ['readFileSync'],
  // /proc
  'src/store/process.ts': ['readFileSync'],
  // /proc, and a folder that is open already.
  'src/store/flush.ts': ['openSync', 'readFileSync', 'statfsSync'],
  // Files of a run's own, and /dev/null.
  'src/engine/call-files.ts': ['openSync'],
  'src/engine/openssl-call.ts': ['openSync'],
  // In folders from mkdtemp.
  'src/store/temporary.ts': ['mkdtemp', 'realpath', 'rm', 'rmSync'],
  'src/run/verify-certificates.ts': ['mkdirSync', 'writeFileSync', 'mkdtemp', 'rm'],
  'src/handshake/foreign.ts': ['mkdtemp', 'readFile', 'rm'],
};

/** Who may use paths with store/disk.ts: what reads links of ours, and what writes the manifest. */
const DISK_USERS = /^src\/store\/(folder|open-file|manifest-file|saved-plan|symlinks\/read)\.ts$/;

const IMPURE: readonly (readonly [RegExp, string])[] = [
  [/\bDate\.now\b|\bnew Date\(\s*\)|(?<!new )\bDate\(/, 'reads the clock'],
  [/\bperformance\b/, 'reads the clock'],
  [/\bMath\.random\b/, 'is random'],
  [/(?<![.\w])process\s*[.[]/, 'looks at the process'],
  [/\basync\b|\bawait\b|\bPromise\b/, 'is asynchronous'],
  [/\bset(Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/, 'waits'],
  [/\bglobalThis\b|\bfetch\(/, 'reaches outside'],
];

const LONGEST_FILE = 250;

/** How many casts a file may have: what the compiler cannot follow, each in one place that others call. */
export const CASTS: Readonly<Record<string, number>> = {
  // Object.keys and Object.fromEntries know nothing of keys, and a loop nothing of what it picks.
  'src/pki/record.ts': 3,
  // A lookup in a table does not narrow a union.
  'src/words/table.ts': 1,
  // Objects that are made in a loop, each field with a type of its own.
  'src/manifest/shapes.ts': 1,
  'src/store/observe/entity.ts': 1,
};

export function checkArchitecture(sources: Sources): readonly Violation[] {
  const files = new Map([...sources].map(([path, text]) => [path, readFile(path, text)]));
  return [...[...files.values()].flatMap((file) => checkFile(file, files)), ...cycles(files)];
}

interface Import {
  readonly from: string;
  /** Nothing of it is left at run time. */
  readonly typesOnly: boolean;
  /** `[]` where everything may be taken: `import * as`, `import()`. */
  readonly names: readonly string[];
}

interface File {
  readonly path: string;
  readonly layer: Layer | undefined;
  readonly lines: number;
  /** The text with comments, strings and regular expressions blanked. */
  readonly code: string;
  /** Names that others may import, and of which nothing is said above them. */
  readonly untold: readonly string[];
  readonly imports: readonly Import[];
  /** The lines of casts. */
  readonly casts: readonly number[];
}

type Files = ReadonlyMap<string, File>;

function readFile(path: string, text: string): File {
  const pieces = scan(text);
  const shown = (kinds: readonly Piece['kind'][]): string =>
    pieces.map((piece) => (kinds.includes(piece.kind) ? piece.text : blank(piece.text))).join('');
  return {
    path,
    layer: layerOf(path),
    lines: text.split('\n').length - 1,
    code: shown(['code']),
    untold: untoldIn(text),
    imports: importsIn(shown(['code', 'string'])),
    casts: castsIn(text),
  };
}

/** `x as T` and `<T>x`; `as const` and `satisfies` check, and are none. */
function castsIn(text: string): readonly number[] {
  return nodesIn(parseAst(text, { lang: 'ts' })).flatMap(({ type, start, end }) => {
    const isCast = type === 'TSTypeAssertion' || type === 'TSAsExpression';
    return isCast && !/\bas\s+const$/.test(text.slice(start, end)) ? [lineOf(text, start)] : [];
  });
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

function nodesIn(value: unknown): readonly Node[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(nodesIn);
  return isNode(value) ? [value, ...below] : below;
}

function isNode(value: object): value is Node {
  return 'type' in value && 'start' in value && 'end' in value;
}

const EXPORTED = /^export (?:async )?(?:function|class|interface|type|const) (\w+)(.*)$/;

function untoldIn(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) => {
    const [, name, rest = ''] = EXPORTED.exec(line) ?? [];
    // A union of a list's members is what the list is.
    const isTold = lines[i - 1]?.endsWith('*/') || /^ = \(typeof \w+\)\[/.test(rest);
    return name === undefined || isTold ? [] : [name];
  });
}

function layerOf(path: string): Layer | undefined {
  const name = path.replace(/^src\//, '').replace(/\.ts$|\/.*$/, '');
  return LAYERS.find((layer) => layer === name);
}

function checkFile(file: File, files: Files): readonly Violation[] {
  const say = (rule: Violation['rule'], detail: string): Violation => ({ file: file.path, rule, detail });
  return [
    ...(file.layer === undefined ? [say('order', 'lies in no folder of docs/architecture.md')] : []),
    ...(file.lines > LONGEST_FILE ? [say('size', `has ${file.lines} lines, more than ${LONGEST_FILE}`)] : []),
    ...(/(?<!\.)\bany\b/.test(file.code) ? [say('any', 'uses "any"')] : []),
    ...(/\bconsole\s*\.\s*(log|info|debug|warn|dir|table|trace)\b/.test(file.code)
      ? [say('console', 'writes past the Console of commands/console.ts')]
      : []),
    ...castViolations(file).map((detail) => say('cast', detail)),
    ...file.untold.map((name) => say('docstring', `says nothing of ${name}`)),
    ...(isPure(file) ? impurities(file).map((detail) => say('pure', detail)) : []),
    ...file.imports.flatMap((imported) => checkImport(file, imported, files, say)),
  ];
}

function castViolations({ path, casts }: File): readonly string[] {
  const allowed = CASTS[path] ?? 0;
  if (casts.length <= allowed) return [];
  return [
    `has ${casts.length} casts, of which ${allowed} are known (lines ${casts.join(', ')}): narrow with a guard`,
  ];
}

type Say = (rule: Violation['rule'], detail: string) => Violation;

function checkImport(file: File, imported: Import, files: Files, say: Say): readonly Violation[] {
  const { from } = imported;
  if (from.startsWith('node:')) {
    if (isPure(file)) return impureNames(imported).map((what) => say('pure', `imports ${what}`));
    return pathNames(file, imported).map((what) => say('disk', `takes ${what}: go through store/folder.ts`));
  }
  if (!from.startsWith('.')) {
    return PACKAGES[from]?.test(file.path) ? [] : [say('package', `"${from}" is not for this file`)];
  }
  const target = files.get(targetOf(file, imported));
  if (target === undefined) return [say('import', `"${from}" is no file`)];
  return [
    ...(isUpward(file, target) ? [say('order', `imports ${target.path}, which is above it`)] : []),
    ...(target.path === 'src/store/disk.ts' && !isUpward(file, target) && !DISK_USERS.test(file.path)
      ? [say('disk', `uses paths with ${target.path}: go through store/folder.ts`)]
      : []),
    ...(isPastFacade(file, target, imported)
      ? [say('facade', `takes more than types from ${target.path}: go through src/index.ts`)]
      : []),
    ...(isPure(file) && !isPure(target) && !isUpward(file, target)
      ? [say('pure', `imports ${target.path}, which is not pure`)]
      : []),
  ];
}

/** What a file takes from node:fs and is not for it. */
function pathNames({ path }: File, { from, names, typesOnly }: Import): readonly string[] {
  const allowed = DISK[path] ?? [];
  if (!/^node:fs(\/promises)?$/.test(from) || allowed === 'all' || typesOnly) return [];
  if (names.length === 0) return [`all of "${from}"`];
  return names
    .filter((name) => !LOOKING.includes(name) && !allowed.includes(name))
    .map((name) => `${name} from "${from}"`);
}

function targetOf({ path }: File, { from }: Import): string {
  return join(dirname(path), from);
}

function isUpward(file: File, target: File): boolean {
  if (file.layer === undefined || target.layer === undefined) return false;
  return LAYERS.indexOf(target.layer) < LAYERS.indexOf(file.layer);
}

/** What is loaded for itself: by src/index.ts it would come with all that plans. */
const APART: Readonly<Record<string, string>> = { 'src/commands/idle.ts': 'src/library/idle.ts' };

/** Commands take effects from the library alone; what is pure, and every type, may come from where it is. */
function isPastFacade(file: File, target: File, { typesOnly }: Import): boolean {
  if (file.layer === 'cli') return !['cli', 'start', 'commands'].includes(target.layer ?? '');
  if (APART[file.path] === target.path) return false;
  const effects: readonly (Layer | undefined)[] = ['library', 'run', 'handshake', 'live', 'store'];
  return file.layer === 'commands' && effects.includes(target.layer) && !typesOnly;
}

function isPure({ path, layer }: File): boolean {
  return PURE_FILES.test(path) || (layer !== undefined && PURE_LAYERS.includes(layer));
}

function impurities({ code }: File): readonly string[] {
  return IMPURE.flatMap(([pattern, what]) => {
    const found = pattern.exec(code);
    return found === null ? [] : [`${what}: "${found[0].trim()}", line ${lineOf(code, found.index)}`];
  });
}

function impureNames({ from, names }: Import): readonly string[] {
  const allowed = PURE_NODE[from] ?? [];
  if (names.length === 0) return [`all of "${from}"`];
  return names.filter((name) => !allowed.includes(name)).map((name) => `${name} from "${from}"`);
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/** Every circle once, from its first file in the order of names. */
function cycles(files: Files): readonly Violation[] {
  const found = new Map<string, Violation>();
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) {
      const circle = fromSmallest(trail.slice(start));
      const [file = path] = circle;
      const text = [...circle, file].join(' -> ');
      found.set(text, { file, rule: 'cycle', detail: `imports itself: ${text}` });
      return;
    }
    const file = files.get(path);
    if (file === undefined || finished.has(path)) return;
    for (const imported of file.imports) {
      if (imported.from.startsWith('.')) visit(targetOf(file, imported), [...trail, path]);
    }
    finished.add(path);
  };
  for (const path of [...files.keys()].sort()) visit(path, []);
  return [...found.values()];
}

function fromSmallest(circle: readonly string[]): readonly string[] {
  const first = circle.indexOf([...circle].sort()[0] ?? '');
  return [...circle.slice(first), ...circle.slice(0, first)];
}

const STATEMENT =
  /^(?:import|export)\s+(type\s+)?((?:\*\s+as\s+\w+|\{[^}]*\}|[\w*]+)(?:\s*,\s*\{[^}]*\})?)\s+from\s+'([^'\n]+)'/gm;
const BARE = /^import\s+'([^'\n]+)'/gm;
const DYNAMIC = /\bimport\s*\(\s*'([^'\n]+)'\s*,?\s*\)/g;

function importsIn(text: string): readonly Import[] {
  const statements = [...text.matchAll(STATEMENT)].map(([, type, clause = '', from = '']): Import => {
    const items = namedItems(clause);
    const typesOnly =
      type !== undefined || (items.length > 0 && items.every((item) => item.startsWith('type ')));
    const names = items.map((item) => item.replace(/^type\s+/, '').replace(/\s+as\s+.*$/s, ''));
    return { from, typesOnly, names };
  });
  const others = [...text.matchAll(BARE), ...text.matchAll(DYNAMIC)].map(
    ([, from = '']): Import => ({ from, typesOnly: false, names: [] }),
  );
  return [...statements, ...others];
}

/** What stands between the braces; nothing for `import * as x` and `import x`, which may take everything. */
function namedItems(clause: string): readonly string[] {
  if (!clause.startsWith('{')) return [];
  const items = clause.replace(/[{}]/g, '').split(',');
  return items.map((item) => item.trim()).filter((item) => item !== '');
}

interface Piece {
  readonly kind: 'code' | 'comment' | 'string' | 'regex';
  readonly text: string;
}

/** In the order in which they are tried; `g` and `y` so that each is tried exactly where the scan stands. */
const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*/gy;
const STRING = /'(?:\\[\s\S]|[^'\\\n])*'|"(?:\\[\s\S]|[^"\\\n])*"/gy;
const REGEX =
  /(?<=(?:^|[=(,:[!&|?{};>\n]|\breturn)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/gy;
const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*/gy;

/** Splits source text; the pieces in their order are the text again. */
function scan(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  /** Depths of braces at which a template goes on. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  const take = (kind: Piece['kind'], length: number): void => {
    pieces.push({ kind, text: text.slice(at, at + length) });
    at += length;
  };
  const tryPattern = (pattern: RegExp, kind: Piece['kind']): boolean => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found) take(kind, found.length);
    return Boolean(found);
  };
  /** Up to the template's end or its next `${`. */
  const template = (): void => {
    tryPattern(TEMPLATE_TEXT, 'string');
    if (text.startsWith('${', at)) {
      take('code', 2);
      templates.push(depth++);
    } else take('code', 1);
  };
  while (at < text.length) {
    if (tryPattern(COMMENT, 'comment') || tryPattern(STRING, 'string') || tryPattern(REGEX, 'regex'))
      continue;
    const character = text[at];
    if (character === '{') depth++;
    if (character === '}') depth--;
    const resumes = character === '}' && templates.at(-1) === depth;
    take('code', 1);
    if (resumes) templates.pop();
    if (resumes || character === '`') template();
  }
  return pieces;
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
