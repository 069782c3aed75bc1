/** The other run may end at any instant: also between finding its lock and reading it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runScript, script } from '../helpers/child.ts';
import { memoryFolder } from '../helpers/folders.ts';

it('a lock that is given back just after it was in the way is taken at once', async () => {
  const work = memoryFolder();
  const folder = join(work, 'pki');
  mkdirSync(folder);
  const holder = { host: 'elsewhere', pid: 1, started: null, nonce: 'ab', since: '2026-11-23T12:00:00Z' };
  writeFileSync(join(folder, 'lock'), JSON.stringify(holder));
  const path = await script(
    work,
    'lock',
    `import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const lock = process.argv[2] + '/lock';
    const { link, unlinkSync } = fs;
    let inTheWay = 0;
    fs.link = (from, to, done) => link(from, to, (error) => {
      if (error && ++inTheWay === 1) unlinkSync(lock);
      done(error);
    });
    syncBuiltinESMExports();
    const { Folder } = await import('./src/store/folder.ts');
    const { tryLock } = await import('./src/store/lock.ts');
    const attempt = await tryLock(Folder.open(process.argv[2]), '2026-11-23T12:00:01Z');
    console.log(JSON.stringify({ held: attempt.held, inTheWay }));`,
  );
  const ended = await runScript(path, [folder]);
  expect(ended).toMatchObject({ code: 0, stderr: '', stdout: '{"held":true,"inTheWay":1}\n' });
});
