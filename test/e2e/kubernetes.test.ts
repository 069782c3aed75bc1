// Objects of Kubernetes: what is in them, that they follow it, that its readers take them, and that no text breaks out.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { yamlObject, yamlText } from '../../src/manifest/yaml-object.ts';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { holds } from '../helpers/property.ts';
import { copyOf, itNeeds, Project, stateOf } from './project.ts';

const ODD = 'a: b\n---\nkind: Pod # "x" \'é\' $HOME $(id)\n';
const MANIFEST = `version: 1
authorities:
  root: { commonName: Root }
  services: { commonName: Services, issuer: root }
servers:
  api:
    commonName: api.example.test
    issuer: services
    outputs:
      - default
      - secret:
          name: api-tls
          namespace: prod
          labels: { "on": "yes", app.kubernetes.io/name: api, "1": "1e3" }
          annotations: { note: ${JSON.stringify(ODD)} }
      - bundle: { name: example-roots, namespace: prod }
  web: { commonName: web.example.test, issuer: services, outputs: [default, secret, bundle] }
`;
const LABELS = { '1': '1e3', 'app.kubernetes.io/name': 'api', on: 'yes' };

let project: Project;
beforeAll(async () => {
  project = new Project(MANIFEST);
  await project.apply();
});

const read = (name: string, of = project): string => of.read(`servers/api/${name}`);

/** Text behind a key of the data of a Secret, decoded. */
function decoded(key: string, text = read('secret.yaml')): string {
  const [, base64 = ''] = new RegExp(`^  ${key}: (\\S+)$`, 'm').exec(text) ?? [];
  return Buffer.from(base64, 'base64').toString();
}

describe('what is in them', () => {
  it('a Secret has the key, the chain and the roots, for its owner alone', () => {
    expect(decoded('tls.key')).toBe(read('key.pem'));
    expect(decoded('tls.crt')).toBe(read('fullchain.pem'));
    expect(decoded('ca.crt')).toBe(read('ca.pem'));
    expect(statSync(project.path('servers/api/secret.yaml')).mode & 0o777).toBe(0o600);
  });

  it('a ConfigMap has the roots, for everyone', () => {
    const text = read('bundle.yaml');
    expect(text).toContain('kind: ConfigMap\nmetadata:\n  name: "example-roots"\n  namespace: "prod"\n');
    expect(text.split('  ca.pem: |\n')[1]?.replaceAll(/^ {4}/gm, '')).toBe(read('ca.pem'));
    expect(statSync(project.path('servers/api/bundle.yaml')).mode & 0o777).toBe(0o644);
  });

  it('without options they are called as the entry', () => {
    expect(project.read('servers/web/secret.yaml')).toMatch(
      /^apiVersion: v1\nkind: Secret\nmetadata:\n {2}name: "web"\ntype: kubernetes.io\/tls\ndata:\n/,
    );
  });
});

describe('by others', () => {
  itNeeds(['python3'], 'PyYAML reads them by YAML 1.1, as Kubernetes does', async () => {
    const program =
      'import json, sys\ntry:\n import yaml\nexcept ImportError:\n sys.exit(3)\n' +
      'print(json.dumps([yaml.safe_load(open(path)) for path in sys.argv[1:]]))';
    const paths = ['secret.yaml', 'bundle.yaml'].map((name) => project.path('servers/api', name));
    const { code, stdout } = await runProgram('python3', ['-c', program, ...paths]);
    if (code === 3) return;
    expect(code).toBe(0);
    const [secret, bundle] = JSON.parse(stdout) as readonly Record<string, Record<string, unknown>>[];
    expect(secret?.['metadata']).toEqual({
      name: 'api-tls',
      namespace: 'prod',
      labels: LABELS,
      annotations: { note: ODD },
    });
    expect(bundle?.['data']).toEqual({ 'ca.pem': read('ca.pem') });
  });

  itNeeds(['kubectl'], 'kubectl decodes them', async () => {
    for (const [name, key] of [
      ['secret.yaml', 'tls.crt'],
      ['bundle.yaml', 'ca.pem'],
    ] as const) {
      const args = [
        'label',
        '--local',
        '--dry-run=client',
        '-o',
        'json',
        '-f',
        project.path('servers/api', name),
        'seen=1',
      ];
      const { code, stdout } = await runProgram('kubectl', args);
      expect([name, code]).toEqual([name, 0]);
      expect(JSON.parse(stdout)).toHaveProperty(['data', key]);
    }
  });

  itNeeds(['kubernetes-validate'], 'its schemas find nothing wrong with them', async () => {
    const paths = ['api/secret.yaml', 'api/bundle.yaml', 'web/secret.yaml'].map((name) =>
      project.path('servers', name),
    );
    expect(await runProgram('kubernetes-validate', ['--strict', ...paths])).toMatchObject({ code: 0 });
  });
});

describe('they follow', () => {
  it('nothing: a second apply changes no byte, and neither does another order of keys', async () => {
    const before = stateOf(project.path('servers'));
    await project.apply();
    expect(stateOf(project.path('servers'))).toEqual(before);
    const copy = copyOf(project);
    const secret = copy.path('servers/api/secret.yaml');
    const [head = '', data = ''] = readFileSync(secret, 'utf8').split('\ndata:\n');
    writeFileSync(secret, `# by hand\ndata:\n${data.split('\n').reverse().join('\n')}\n${head}`);
    expect(await copy.pki(['plan', '--detailed-exitcode'])).toMatchObject({ code: 0 });
  });

  it('labels and names, and nothing else is made again', async () => {
    const copy = copyOf(project);
    const others = ['key.pem', 'cert.pem', 'bundle.yaml'].map((name) => read(name, copy));
    copy.write(MANIFEST.replace('app.kubernetes.io/name: api', 'app.kubernetes.io/name: other'));
    expect((await copy.pki(['plan'])).stdout).toContain('secret.yaml is out of date');
    await copy.apply();
    expect(read('secret.yaml', copy)).toContain('"app.kubernetes.io/name": "other"');
    expect(['key.pem', 'cert.pem', 'bundle.yaml'].map((name) => read(name, copy))).toEqual(others);
  });

  it('a new key, and damage of any kind', async () => {
    const copy = copyOf(project);
    const before = read('secret.yaml', copy);
    const secret = copy.path('servers/api/secret.yaml');
    await copy.pki(['rotate', 'servers/api', '--skip-verify']);
    expect(decoded('tls.key', read('secret.yaml', copy))).toBe(read('key.pem', copy));
    const whole = read('secret.yaml', copy);
    for (const damaged of [
      before,
      whole.replace('kubernetes.io/tls', 'Opaque'),
      whole.slice(0, 300),
      `${whole}---\nkind: Pod\n`,
    ]) {
      writeFileSync(secret, damaged);
      const { stdout, stderr } = await copy.pki(['apply', '--skip-verify']);
      expect(stdout + stderr).toContain('servers/api');
      expect(stdout + stderr).not.toContain('LS0t');
      expect(read('secret.yaml', copy)).toBe(whole);
    }
  });

  it('not what another program has there', async () => {
    const copy = copyOf(project);
    const theirs = 'apiVersion: v1\nkind: Pod\nmetadata: { name: theirs }\n';
    writeFileSync(copy.path('servers/web/theirs.yaml'), theirs);
    copy.write(MANIFEST.replace('secret, bundle]', 'secret, bundle], files: { secret: theirs.yaml }'));
    const { code, stdout, stderr } = await copy.pki(['apply', '--skip-verify']);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('holds no Secret of Kubernetes, and this program did not make it');
    expect(copy.read('servers/web/theirs.yaml')).toBe(theirs);
  });
});

it('the script of the plan writes the same', async () => {
  const byScript = new Project(MANIFEST);
  const script = join(temporaryFolder(), 'plan.sh');
  writeFileSync(script, (await byScript.pki(['plan', '--commands'])).stdout);
  expect(await runProgram('sh', [script], { cwd: byScript.folder })).toMatchObject({ code: 0 });
  expect(await byScript.pki(['plan', '--detailed-exitcode'])).toMatchObject({ code: 0 });
  const text = read('secret.yaml', byScript);
  expect(text.replaceAll(/: LS0t\S+/g, '')).toBe(read('secret.yaml').replaceAll(/: LS0t\S+/g, ''));
  expect(statSync(byScript.path('servers/api/secret.yaml')).mode & 0o777).toBe(0o600);
});

it('any text of labels and annotations comes back as it was, and stays in its place', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      'yes',
      '0777',
      '1:30',
      '~',
      'null',
      '- x',
      '"',
      '\\',
      "'",
      '\n---\n',
      'a: b',
      '# c',
      '{',
      '*a',
      '&a',
      '!!x',
      '\t',
      ' ',
    ),
  );
  const map = fc.dictionary(text, text, { maxKeys: 4 });
  holds(fc.record({ labels: map, annotations: map }), (metadata) => {
    if ([metadata.labels, metadata.annotations].some((one) => Object.hasOwn(one, '__proto__'))) return;
    const written = yamlText({ kind: 'Secret', metadata: { name: 'a', ...metadata }, data: { x: 'eA==' } });
    expect(yamlObject(written)).toEqual({
      kind: 'Secret',
      metadata: { name: 'a', ...metadata },
      data: { x: 'eA==' },
    });
  });
});
