// An openssl that does not have a kind of key, as one in FIPS mode: everything else is made, and a way out is named.
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../helpers/folders.ts';
import { Project, pathOf, put } from './project.ts';

const MANIFEST = `
version: 1
authorities: { root: { commonName: Root } }
servers:
  plain: { commonName: plain.example.test }
  odd: { commonName: odd.example.test, key: ed448 }
  also: { commonName: also.example.test, key: ed448 }
`;

/**
 * The real openssl, which finds no Ed448 because it is asked for algorithms that a FIPS module has, and there is none. The
 * digest, which Ed448 does not use, is left out: OpenSSL 4.0 looks it up first, and a FIPS module has it.
 */
function withoutEd448(): string {
  const folder = temporaryFolder();
  put(
    join(folder, 'fips.cnf'),
    'openssl_conf = init\n[init]\nalg_section = evp\n[evp]\ndefault_properties = fips=yes\n',
  );
  const program = join(folder, 'openssl');
  put(
    program,
    `#!/bin/sh
case "$*" in *ed448*)
  OPENSSL_CONF='${folder}/fips.cnf'; export OPENSSL_CONF
  for arg; do shift; [ "$arg" = -sha256 ] || set -- "$@" "$arg"; done ;;
esac
exec '${pathOf('openssl')}' "$@"
`,
  );
  chmodSync(program, 0o755);
  return program;
}

it('is named once, with what to do; the rest is made', async () => {
  const project = new Project(MANIFEST);
  const program = withoutEd448();
  const env = { PKI_OPENSSL: program };
  const run = await project.pki(['apply', '--skip-verify'], { env });
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/openssl: .*Algorithm \(ED448 : \d+\)/);
  expect(run.stderr.split('\n').filter((line) => line.includes('has no ED448'))).toEqual([
    `pki: hint: "${program}" has no ED448: name another openssl in PKI_OPENSSL, or give another key in the manifest`,
  ]);
  expect(run.stderr).not.toMatch(/^ {4}at |defect/m);
  expect(existsSync(project.path('servers/plain/cert.pem'))).toBe(true);
  expect(existsSync(project.path('servers/odd'))).toBe(false);
  const json = await project.pki(['apply', '--skip-verify', '--json'], { env });
  expect(JSON.parse(json.stdout).failures).toEqual([
    expect.objectContaining({ lacks: { algorithm: 'ED448', program } }),
    expect.objectContaining({ lacks: { algorithm: 'ED448', program } }),
  ]);
  expect((await project.applyByCommand()).stdout).toBe('applied: 2 created in pki/\n');
});

it('a failure for any other reason has no such hint', async () => {
  const project = new Project(MANIFEST);
  const folder = temporaryFolder();
  const program = join(folder, 'openssl');
  put(
    program,
    `#!/bin/sh\ncase "$*" in *ed448*) echo no luck >&2; exit 3 ;; esac\nexec '${pathOf('openssl')}' "$@"\n`,
  );
  chmodSync(program, 0o755);
  const run = await project.pki(['apply', '--skip-verify'], { env: { PKI_OPENSSL: program } });
  expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('openssl: no luck') });
  expect(run.stderr).not.toMatch(/has no|PKI_OPENSSL/);
});
