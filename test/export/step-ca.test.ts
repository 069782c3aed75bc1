/** Configuration of step-ca as values: what is fixed, what is left out, and that no value of a manifest is code of a template. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exported } from '../../src/export/file.ts';
import { stepCaExport } from '../../src/export/step-ca/step-ca.ts';
import type { EndEntity } from '../../src/pki/entity.ts';
import { aClient, anAuthority, anInventory, aServer, DAY, dns, ip } from '../helpers/entities.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { holds } from '../helpers/property.ts';
import { lay, textsOf } from './exporting.ts';

const PLACE = { output: '../pki' };
const SERVICES = anAuthority({ name: 'services', issuer: 'authorities/root' });
const below = { issuer: SERVICES.id } as const;

function exported(...leaves: readonly EndEntity[]): Exported {
  return stepCaExport(anInventory(anAuthority(), SERVICES, ...leaves), PLACE);
}

const textOf = (made: Exported, path: string): string => textsOf(made).get(path) ?? '';

/** The JSON of a template that is for one leaf alone, as step-ca would see it for that. */
function certificateIn(template: string): Record<string, unknown> {
  return JSON.parse(/^\{\n[\s\S]*?^\}/m.exec(template)?.[0] ?? 'null');
}

const API = aServer({
  ...below,
  name: 'api',
  subject: [
    { type: 'C', value: 'SE' },
    { type: 'CN', value: 'api.example.test' },
  ],
  san: [dns('api.example.test'), ip('127.0.0.1')],
});

describe('a template', () => {
  const made = exported(API);

  it('states subject, names, usages and the kind of the key', () => {
    const template = textOf(made, 'services/templates/servers.tpl');
    expect(certificateIn(template)).toEqual({
      subject: { country: ['SE'], commonName: 'api.example.test' },
      dnsNames: ['api.example.test'],
      ipAddresses: ['127.0.0.1'],
      keyUsage: ['digitalSignature'],
      extKeyUsage: ['serverAuth'],
      basicConstraints: { isCA: false, maxPathLen: -1 },
    });
    expect(template).toContain('{{- if eq .Subject.CommonName "api.example.test" }}');
    expect(template).toContain('{{ fail "the key has to be ecdsa-p256" }}');
    expect(template).toContain('{{ fail "the manifest has no such entry" }}');
    expect(template).not.toContain('.Insecure.CR.Subject');
  });

  it('is that of the provisioner of its section, with its lifetime', () => {
    const { authority } = JSON.parse(textOf(made, 'services/ca.json'));
    expect(authority).toMatchObject({
      backdate: '300s',
      provisioners: [
        {
          type: 'JWK',
          name: 'servers',
          claims: {
            defaultTLSCertDuration: '7775699s',
            maxTLSCertDuration: '7775699s',
            disableSmallstepExtensions: true,
          },
          options: { x509: { templateFile: 'templates/servers.tpl' } },
        },
      ],
    });
  });

  it('has a provisioner of its own for each lifetime, and other names where one would stand for two', () => {
    const same = { ...below, subject: [{ type: 'CN', value: 'same' }] } as const;
    const two = exported(
      aClient({ ...same, name: 'a' }),
      aClient({ ...same, name: 'b' }),
      aClient({ ...below, name: 'c', validity: 7 * DAY }),
    );
    const { authority } = JSON.parse(textOf(two, 'services/ca.json'));
    expect(authority.provisioners.map(({ name }: { name: string }) => name)).toEqual([
      'clients-7775699',
      'clients-604499',
    ]);
    expect(textOf(two, 'services/templates/clients-7775699.tpl')).toMatch(/"clients-a"[\s\S]*"clients-b"/);
    expect(JSON.parse(textOf(two, 'services/tokens/clients-c.json'))).toEqual({
      sub: 'c.example.test',
      sans: [],
    });
  });
});

it.each<readonly [string, Partial<EndEntity>, object]>([
  ['a key of Ed448', { key: { algorithm: 'ed448' } }, { kind: 'key', key: 'ed448' }],
  [
    'a name of another kind',
    { san: [{ kind: 'registeredID', value: '1.2.3' }] },
    { kind: 'san', name: 'registeredID:1.2.3' },
  ],
  ['an attribute of its own', { subject: [{ type: 'DC', value: 'x' }] }, { kind: 'attribute', type: 'DC' }],
  ['a lifetime of minutes', { validity: 600 }, { kind: 'validity' }],
])('%s is left out, and said', (_, given, cause) => {
  const made = exported(aServer({ ...below, name: 'odd', ...given }), API);
  expect(made.omissions).toEqual([{ entity: 'servers/odd', cause }]);
  expect(textOf(made, 'services/templates/servers.tpl')).not.toContain('servers-odd');
});

it('odd values are data in templates and in JSON', () => {
  const odd = fc
    .array(
      fc.constantFrom(
        '{{fail "x"}}',
        '{{',
        '}}',
        '"',
        '\\',
        '`',
        '{{- /*',
        '*/ -}}',
        '$(id)',
        '\n',
        '😀',
        'a',
      ),
      {
        minLength: 1,
        maxLength: 6,
      },
    )
    .map((all) => all.join(''));
  holds(odd, (value) => {
    const made = exported(
      aClient({
        ...below,
        name: 'x',
        subject: [
          { type: 'CN', value },
          { type: 'O', value },
        ],
      }),
    );
    const template = textOf(made, 'services/templates/clients.tpl');
    expect(certificateIn(template)).toMatchObject({ subject: { commonName: value, organization: [value] } });
    const actions = template
      .split(/\{\{-?|-?\}\}/)
      .filter((_, i) => i % 2 === 1)
      .map((one) => one.trim().split(' ')[0]);
    expect(actions).toEqual(['if', 'if', 'fail', 'end', 'if', 'fail', 'end', 'else', 'fail', 'end']);
  });
});

describe('setup.sh', () => {
  function laid(): string {
    const folder = temporaryFolder();
    lay(join(folder, 'export'), exported(API));
    for (const id of ['authorities/root', SERVICES.id]) {
      mkdirSync(join(folder, 'pki', id), { recursive: true });
      for (const file of ['cert', 'key'])
        writeFileSync(join(folder, 'pki', id, `${file}.pem`), `${file} of ${id}\n`);
    }
    return folder;
  }
  const setup = (folder: string, ...args: readonly string[]) =>
    spawnSync(join(folder, 'export/setup.sh'), args, { encoding: 'utf8' });

  it('makes a folder for its user alone, once', () => {
    const folder = laid();
    expect(setup(folder, 'services', 'ca.example.test:9443')).toMatchObject({ status: 0, stderr: '' });
    const run = join(folder, 'export/run/services');
    const config = readFileSync(join(run, 'ca.json'), 'utf8');
    expect(JSON.parse(config)).toMatchObject({
      address: 'ca.example.test:9443',
      dnsNames: ['ca.example.test'],
    });
    expect(config).not.toContain('@');
    expect(readFileSync(join(run, 'authority.key'), 'utf8')).toBe('key of authorities/services\n');
    expect(readFileSync(join(run, 'authority.pem'), 'utf8')).toBe('cert of authorities/services\n');
    expect(readFileSync(join(run, 'root.pem'), 'utf8')).toBe('cert of authorities/root\n');
    expect(execFileSync('find', [run, '-perm', '/077'], { encoding: 'utf8' })).toBe('');
    expect(setup(folder, 'services', 'ca.example.test:9443')).toMatchObject({ status: 0 });
    expect(readFileSync(join(run, 'ca.json'), 'utf8')).toBe(config);
  });

  it.each([[], ['other'], ['services', 'a/b:1'], ['services', '$(id):1'], ['services', 'a:1:2']])(
    'refuses %j',
    (...args) => {
      expect(setup(laid(), ...args)).toMatchObject({ status: 64 });
    },
  );
});

it('an authority whose key is not here is exported without it, and setup.sh says where the key goes', () => {
  const offline = { ...SERVICES, keyPlace: { kind: 'offline' } as const };
  const made = stepCaExport(anInventory(anAuthority(), offline, API), { output: 'pki' });
  expect(made.omissions).toEqual([]);
  expect(textOf(made, 'README.md')).toContain('Bring it to `run/services/authority.key`, mode 0600');
  const folder = temporaryFolder();
  lay(folder, made);
  for (const id of ['root', 'services']) {
    mkdirSync(join(folder, 'pki/authorities', id), { recursive: true });
    writeFileSync(join(folder, 'pki/authorities', id, 'cert.pem'), id);
  }
  const setup = () => spawnSync(join(folder, 'setup.sh'), ['services'], { encoding: 'utf8' });
  const first = setup();
  expect(first.status).toBe(1);
  expect(first.stderr).toContain('bring it to ');
  const run = (name: string) => readFileSync(join(folder, 'run/services', name), 'utf8');
  expect([run('root.pem'), run('authority.pem')]).toEqual(['root', 'services']);
  expect(run('ca.json')).toContain('"address": "localhost:9000"');
  writeFileSync(join(folder, 'run/services/authority.key'), 'brought');
  expect(setup().status).toBe(0);
  expect(run('authority.key')).toBe('brought');
});
