// The bare spawn loop of bench/apply.ts: runs the commands it is given, as many at once as apply does, and no more.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const { environment, stages, scratch, anyRoom, root, before, groups } = JSON.parse(
  readFileSync(process.argv[2] ?? '', 'utf8'),
);
const env = { PATH: process.env['PATH'], ...environment };

const lanes = Array.from({ length: availableParallelism() + 2 }, (_, lane) => `${scratch}/room-${lane}`);
for (const folder of [...stages, ...lanes]) mkdirSync(folder, { recursive: true });
for (const folder of lanes) writeFileSync(join(folder, 'index.txt'), '');
for (const command of before) await call(command, lanes[0]);
mkdirSync(root.to, { recursive: true });
for (const name of ['key.pem', 'cert.pem']) copyFileSync(join(root.from, name), join(root.to, name));
for (const commands of groups) await pool([...commands]);

async function pool(queue) {
  const worker = async (room) => {
    for (let command = queue.shift(); command !== undefined; command = queue.shift())
      await call(command, room);
  };
  await Promise.all(lanes.map(worker));
}

/** Two calls at once on one database destroy it, so every lane has a room for its own. */
function call({ args, input }, room) {
  return new Promise((resolve, reject) => {
    const child = spawn('openssl', args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`openssl exited with ${code}`))));
    child.stdin.end((input ?? '').replaceAll(anyRoom, room));
  });
}
