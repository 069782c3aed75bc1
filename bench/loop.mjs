// The bare spawn loop of bench/apply.ts: runs the commands it is given, as many at once as apply does, and no more.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const { environment, stages, scratches, root, before, groups } = JSON.parse(
  readFileSync(process.argv[2] ?? '', 'utf8'),
);
const env = { PATH: process.env['PATH'], ...environment };

for (const folder of [...stages, ...scratches]) mkdirSync(folder, { recursive: true });
for (const folder of scratches) writeFileSync(join(folder, 'index.txt'), '');
for (const command of before) await call(command);
mkdirSync(root.to, { recursive: true });
for (const name of ['key.pem', 'cert.pem']) copyFileSync(join(root.from, name), join(root.to, name));
for (const commands of groups) await pool([...commands]);

async function pool(queue) {
  const worker = async () => {
    for (let command = queue.shift(); command !== undefined; command = queue.shift()) await call(command);
  };
  await Promise.all(Array.from({ length: availableParallelism() + 2 }, worker));
}

function call({ args, input }) {
  return new Promise((resolve, reject) => {
    const child = spawn('openssl', args, { env, stdio: ['pipe', 'ignore', 'ignore'] });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`openssl exited with ${code}`))));
    child.stdin.end(input ?? '');
  });
}
