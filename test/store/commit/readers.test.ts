/**
 * Readers under stress: one process replaces a server's files as fast as the real commit can, others load its key and
 * its certificate in a loop and ask whether they fit. The same readers find misfits where there have to be some.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { script } from '../../helpers/child.ts';
import { EVERYTHING, LONGER } from '../../helpers/everything.ts';
import { memoryFolder } from '../../helpers/folders.ts';
import { opensslSync } from '../../helpers/openssl.ts';

/** A disk that syncs would let the writer replace a few dozen times a second. */
const work = memoryFolder();
const READS = 50_000;
const TIMES = EVERYTHING ? 1_000 : LONGER ? 100 : 40;
/** A file in the output folder, as soon as there have been as many replacements as are wanted. */
const ENOUGH = 'enough';
const PAIRS = 6;
let writer = '';
let reader = '';
let made = 0;

beforeAll(async () => {
  for (let i = 0; i < PAIRS; i++) {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-keyout', `${i}.key`];
    const request = ['req', '-x509', '-config', '-', '-days', '30', '-subj', `/CN=${i}`];
    const config = '[req]\ndistinguished_name = name\n[name]\n';
    opensslSync([...request, ...key, '-out', `${i}.crt`], work, config);
    opensslSync([...request, '-key', '0.key', '-out', `renewed-${i}.crt`], work, config);
  }
  writer = await script(
    work,
    'writer',
    `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
    import { join } from 'node:path';
    import { commit } from './src/store/commit/commit.ts';
    import { OutputFolder } from './src/store/output-folder.ts';
    const [root, pairs, publish, what, wanted] = process.argv.slice(2);
    const entity = { id: 'servers/api', ...(publish === 'symlinks' ? { publish } : {}) };
    const read = (name) => readFileSync(join(pairs, name));
    const sets = Array.from({ length: ${PAIRS} }, (_, i) => what === 'rekey'
      ? { key: read(i + '.key'), cert: read(i + '.crt') } : { cert: read('renewed-' + i + '.crt') });
    const first = { key: read('0.key'), cert: read('0.crt') };
    const output = await OutputFolder.open(root);
    let count = 0, stopped = false;
    process.stdin.on('data', () => { stopped = true; });
    const put = async (set) => {
      const staged = join(root, '.pki/stage/servers.api');
      mkdirSync(staged);
      for (const [file, bytes] of Object.entries(set))
        writeFileSync(join(staged, file + '.pem'), bytes, { mode: file === 'key' ? 0o600 : 0o644 });
      const stamp = String(count).padStart(9, '0');
      await commit(output, { entity, writes: Object.keys(set), deletes: [], stamp });
    };
    await put(first);
    process.stdout.write('ready\\n');
    while (!stopped) {
      count++;
      await put(sets[count % sets.length]);
      if (count === Number(wanted)) writeFileSync(join(root, '${ENOUGH}'), '');
    }
    process.stdout.write(JSON.stringify({ count }) + '\\n');
    process.exit();`,
  );
  reader = await script(
    work,
    'reader',
    `import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
    import { existsSync, readFileSync, realpathSync } from 'node:fs';
    import { join } from 'node:path';
    const [root, how, wanted, until] = process.argv.slice(2);
    const folder = join(root, 'servers/api');
    const known = new Map();
    const once = (text, of) => {
      if (!known.has(text)) known.set(text, of(text).export({ type: 'spki', format: 'der' }).toString('hex'));
      return known.get(text);
    };
    const result = { reads: 0, mismatches: 0, torn: 0, gone: 0 };
    const isEnough = () =>
      result.reads >= Number(wanted) && existsSync(join(root, '${ENOUGH}')) &&
      (until !== 'misfit' || result.mismatches > 0 || result.reads > 100 * Number(wanted));
    while (!isEnough()) {
      let key, cert;
      try {
        const at = how === 'resolved' ? realpathSync(join(folder, '..data')) : folder;
        key = readFileSync(join(at, 'key.pem'), 'latin1');
        cert = readFileSync(join(at, 'cert.pem'), 'latin1');
      } catch (error) {
        if (error.code !== 'ENOENT') throw error;
        result.gone++;
        continue;
      }
      result.reads++;
      try {
        const fits = once(key, (text) => createPublicKey(createPrivateKey(text))) ===
          once(cert, (text) => new X509Certificate(text).publicKey);
        if (!fits) result.mismatches++;
      } catch { result.torn++; }
    }
    process.stdout.write(JSON.stringify(result) + '\\n');`,
  );
});

interface Seen {
  readonly reads: number;
  readonly mismatches: number;
  readonly torn: number;
  /** Files of a set that went between finding it and opening them. */
  readonly gone: number;
  readonly replaced: number;
}

type Publish = 'symlinks' | 'files';

/** How much has to have happened, however long that takes. */
interface Stress {
  readonly reads: number;
  readonly replacements: number;
  /** Whether each reader goes on until it has found a misfit, or has read a hundred times as often. */
  readonly until?: 'misfit';
}

/** Two readers beside one writer. */
async function stress(
  publish: Publish,
  what: 'rekey' | 'renew',
  how: 'resolved' | 'names',
  { reads, replacements, until }: Stress,
): Promise<Seen> {
  const root = join(work, `${++made}`);
  for (const folder of ['.pki/stage', '.pki/commit']) mkdirSync(join(root, folder), { recursive: true });
  const writing = start(writer, [root, work, publish, what, `${replacements}`]);
  await writing.ready;
  const args = [root, how, `${reads / 2}`, until ?? ''];
  const results = await Promise.all([1, 2].map(() => start(reader, args).result));
  writing.stop();
  const { count } = (await writing.result) as { count: number };
  const sum = (of: keyof Omit<Seen, 'replaced'>) =>
    results.reduce<number>((total, result) => total + (result as Seen)[of], 0);
  return {
    reads: sum('reads'),
    mismatches: sum('mismatches'),
    torn: sum('torn'),
    gone: sum('gone'),
    replaced: count,
  };
}

/** A script that says "ready" where it is to be waited for, and at its end one line of JSON. */
function start(path: string, args: readonly string[]) {
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  const ready = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      resolve();
    });
  });
  const result = new Promise<unknown>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => {
      const line = text.trim().split('\n').at(-1) ?? '';
      if (code === 0) resolve(JSON.parse(line));
      else reject(new Error(`exit ${code}: ${text}`));
    });
  });
  return { ready, result, stop: () => child.stdin.write('stop\n') };
}

function say(what: string, { reads, mismatches, torn, gone, replaced }: Seen): void {
  const share = ((100 * mismatches) / reads).toFixed(2);
  process.stdout.write(
    `${what}: ${mismatches} of ${reads} do not fit (${share} %), ${torn} torn, ${gone} to read again, ${replaced} replacements\n`,
  );
}

describe('a reader that loads while files are replaced', () => {
  it('and resolves the link once, never sees a key and a certificate that do not fit', async () => {
    const seen = await stress('symlinks', 'rekey', 'resolved', { reads: READS, replacements: 2 * TIMES });
    say('symlinks, re-keyed, link resolved once', seen);
    expect(seen.reads).toBeGreaterThanOrEqual(READS);
    expect(seen.replaced).toBeGreaterThanOrEqual(2 * TIMES);
    expect(seen).toMatchObject({ mismatches: 0, torn: 0 });
  });

  it.each<Publish>(['files', 'symlinks'])(
    'by their names never does while keys are kept (%s)',
    async (publish) => {
      const seen = await stress(publish, 'renew', 'names', { reads: READS / 2, replacements: TIMES });
      say(`${publish}, renewed with its key, two names`, seen);
      expect(seen.replaced).toBeGreaterThanOrEqual(TIMES);
      expect(seen).toMatchObject({ mismatches: 0, torn: 0 });
      if (publish === 'files') expect(seen.gone).toBe(0);
    },
  );

  it('of plain files does where the key is replaced: these readers would notice', async () => {
    const seen = await stress('files', 'rekey', 'names', {
      reads: 4_000,
      replacements: 100,
      until: 'misfit',
    });
    say('files, re-keyed, two names', seen);
    expect(seen.mismatches).toBeGreaterThan(0);
    expect(seen).toMatchObject({ torn: 0, gone: 0 });
  });

  it('behind links, by two names, does so too, though rarely: it has to resolve the link once', async () => {
    const seen = await stress('symlinks', 'rekey', 'names', {
      reads: 20_000,
      replacements: 100,
      until: 'misfit',
    });
    say('symlinks, re-keyed, two names', seen);
    expect(seen.mismatches).toBeGreaterThan(0);
    expect(seen.torn).toBe(0);
  });
});
