/** `engine:` in a manifest: who made a certificate is in the ledger, and another engine is no reason to change one. */
import { expect, it } from 'vitest';
import { Project } from './project.ts';

const MANIFEST = `version: 1
authorities: { root: { commonName: Root } }
servers: { a: { commonName: a.example.test } }
`;
const makers = (project: Project) =>
  project
    .read('.pki/ledger.jsonl')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).engine);

it('is who makes everything, unless the command line says otherwise', async () => {
  const project = new Project(`${MANIFEST}engine: node\n`);
  await project.apply();
  expect(makers(project)).toEqual(['node', 'node']);
  const before = project.read('servers/a/cert.pem');
  project.write(`${MANIFEST}engine: openssl\n`);
  expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  await project.apply();
  expect(project.read('servers/a/cert.pem')).toBe(before);
  await project.pki(['rotate', 'servers/a', '--engine', 'node', '--skip-verify']);
  await project.pki(['rotate', 'servers/a', '--skip-verify']);
  expect(makers(project).slice(2)).toEqual(['node', 'openssl']);
});

it('is one of three', async () => {
  const { code, stderr } = await new Project(`${MANIFEST}engine: nodejs\n`).pki(['validate']);
  expect(code).toBe(1);
  expect(stderr).toContain('pki.yaml:4:9: "engine" must be one of auto, openssl, node, not "nodejs"');
});
