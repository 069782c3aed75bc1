/** What a long manifest takes of memory, as far as it does not depend on the moment at which V8 collects. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { REPOSITORY, runPki } from '../helpers/cli.ts';
import { Project } from './project.ts';

/** Of two halves, each of 2 MB with Node 20 and 22, and of 4 MB with Node 24. */
const AT_FIRST = 8;

it('young objects of a long manifest get no more room than at first', async () => {
  const servers = Array.from(
    { length: 4000 },
    (_, i) => `  server-${i}: { san: [server-${i}.example.test] }\n`,
  );
  const manifest = `version: 1\nauthorities: { root: { commonName: Root } }\nservers:\n${servers.join('')}`;
  const project = new Project(manifest);
  const preload = pathToFileURL(join(REPOSITORY, 'test/helpers/young.mjs')).href;
  const env = { NODE_OPTIONS: `--import=${preload}` };
  const { code, stderr } = await runPki(['validate'], { cwd: project.folder, env });
  expect(code).toBe(0);
  expect(Number(/^young (\d+)$/m.exec(stderr)?.[1])).toBeLessThanOrEqual(AT_FIRST);
});
