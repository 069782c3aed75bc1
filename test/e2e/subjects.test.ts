// Subjects of all attributes, and as one text: as openssl, GnuTLS and Java read them, kept, and written back by adopt.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, itNeeds, type PlanJson, Project } from './project.ts';

const ALICE = `{ organization: ["system:masters", devs], organizationalUnit: null, domain: example.org, userId: alice, emailAddress: a@example.org,
    serialNumber: "42", street: "Gatan 1", postalCode: "753 20", title: Dr, givenName: Alice, surname: Åse, "2.5.4.97": VATSE-556 }`;
const JOHN = 'CN=John $HOME Doe+OU=dev,O=Acme\\\\, Inc,C=SE';
const MANIFEST = `version: 1
defaults: { subject: { organizationalUnit: Platform } }
authorities:
  root: { subject: { country: SE, organization: Acme } }
  issuing: { issuer: root, subject: "CN=Issuing,DC=example,DC=org" }
servers:
  api: { issuer: issuing, commonName: api.example.test }
clients:
  alice: { issuer: issuing, commonName: alice, subject: ${ALICE} }
  john: { issuer: issuing, subject: "${JOHN}" }
`;

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

async function subjectOf(project: Project, id: string, options = 'RFC2253,utf8,-esc_msb'): Promise<string> {
  const args = ['x509', '-in', project.path(id, 'cert.pem'), '-noout', '-subject', '-nameopt', options];
  return (await openssl(args)).trim();
}

describe('are what openssl reads', () => {
  it.each([
    ['authorities/root', 'subject=OU=Platform,O=Acme,C=SE'],
    ['authorities/issuing', 'subject=CN=Issuing,DC=example,DC=org'],
    ['servers/api', 'subject=CN=api.example.test,OU=Platform'],
    ['clients/john', 'subject=CN=John $HOME Doe+OU=dev,O=Acme\\, Inc,C=SE'],
    [
      'clients/alice',
      'subject=emailAddress=a@example.org,UID=alice,CN=alice,serialNumber=42,GN=Alice,SN=Åse,title=Dr,organizationIdentifier=VATSE-556,O=devs,O=system:masters,street=Gatan 1,postalCode=753 20,DC=example,DC=org',
    ],
  ])('%s', async (id, subject) => {
    // Within an RDN, versions of openssl print the attributes in either order.
    const found = await subjectOf(applied, id);
    expect(found.replace('OU=dev+CN=John $HOME Doe', 'CN=John $HOME Doe+OU=dev')).toBe(subject);
  });

  it('in the strings of RFC 5280 and RFC 4519', async () => {
    const types = await subjectOf(applied, 'clients/alice', 'RFC2253,show_type,utf8,-esc_msb');
    for (const part of [
      'emailAddress=IA5STRING:',
      'UID=UTF8STRING:',
      'serialNumber=PRINTABLESTRING:',
      'DC=IA5STRING:org',
    ])
      expect(types).toContain(part);
    expect(await subjectOf(applied, 'clients/john', 'RFC2253,show_type')).toContain('C=PRINTABLESTRING:SE');
  });
});

itNeeds(['certtool'], 'are what GnuTLS reads', async () => {
  const read = async (id: string) =>
    (await runProgram('certtool', ['--certificate-info', '--infile', applied.path(id, 'cert.pem')])).stdout;
  expect(await read('clients/alice')).toMatch(
    /EMAIL=a@example\.org,UID=alice,CN=alice,serialNumber=42,givenName=Alice,(?:sn|surName)=Åse,title=Dr/,
  );
  expect(await read('clients/alice')).toContain(
    'O=devs,O=system:masters,street=Gatan 1,postalCode=753 20,DC=example,DC=org',
  );
});

itNeeds(['keytool'], 'are what Java reads', async () => {
  const { stdout } = await runProgram('keytool', [
    '-printcert',
    '-file',
    applied.path('clients/john/cert.pem'),
  ]);
  expect(stdout).toMatch(
    /Owner: (?:CN=John \$HOME Doe \+ OU=dev|OU=dev \+ CN=John \$HOME Doe), O="Acme, Inc", C=SE/,
  );
});

it('the same again changes nothing, and both engines and the script write the same octets', async () => {
  expect((await applied.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  const octets = async (project: Project) =>
    Promise.all(
      ['clients/alice', 'clients/john'].map((id) => subjectOf(project, id, 'RFC2253,dump_all,dump_der')),
    );
  for (const engine of ['node', 'openssl']) {
    const other = new Project(`${MANIFEST}engine: ${engine}\n`);
    await other.apply();
    expect(await octets(other)).toEqual(await octets(applied));
  }
  const scripted = new Project(MANIFEST);
  writeFileSync(join(scripted.folder, 'plan.sh'), (await scripted.pki(['plan', '--commands'])).stdout);
  expect((await runProgram('sh', ['plan.sh'], { cwd: scripted.folder })).code).toBe(0);
  expect(await octets(scripted)).toEqual(await octets(applied));
  expect((await scripted.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
});

const ATTRIBUTES: readonly (readonly [
  key: string,
  value: string,
  shown: string,
  other: string,
  then: string,
])[] = [
  ['domain', 'a.test', 'DC=test, DC=a', 'b.test', 'DC=test, DC=b'],
  ['userId', 'alice', 'UID=alice', 'bob', 'UID=bob'],
  ['emailAddress', 'a@b.test', 'emailAddress=a@b.test', 'c@b.test', 'emailAddress=c@b.test'],
  ['serialNumber', '42', 'serialNumber=42', '43', 'serialNumber=43'],
  ['street', 'Gatan 1', 'street=Gatan 1', 'Gatan 2', 'street=Gatan 2'],
  ['postalCode', '753 20', 'postalCode=753 20', '753 21', 'postalCode=753 21'],
  ['title', 'Dr', 'title=Dr', 'Prof', 'title=Prof'],
  ['givenName', 'Zoë', 'GN=Zoë', 'Åsa', 'GN=Åsa'],
  ['surname', 'Doe', 'SN=Doe', 'Roe', 'SN=Roe'],
  ['2.5.4.97', 'VATSE-1', '2.5.4.97=VATSE-1', 'VATSE-2', '2.5.4.97=VATSE-2'],
];

describe('an attribute that is added, changed or taken away is a reason, and nothing else is', () => {
  const manifest = (subject: Readonly<Record<string, string>>) =>
    JSON.stringify({
      version: 1,
      authorities: { root: { commonName: 'Root', subject } },
      servers: { api: { commonName: 'api.example.test', subject } },
    });
  const all = Object.fromEntries(ATTRIBUTES.map(([key, value]) => [key, value]));
  const without = new Project(manifest({}));
  const having = new Project(manifest(all));
  beforeAll(async () => {
    await without.apply();
    await having.apply();
  });
  const reasonsOf = async (project: Project, subject: Readonly<Record<string, string>>) => {
    project.write(manifest(subject));
    const { stdout } = await project.pki(['plan', '--json']);
    const { changes }: PlanJson = JSON.parse(stdout);
    expect(changes.map(({ id }) => id)).toEqual(['authorities/root', 'servers/api']);
    return changes.map(({ id, reasons }) => {
      const [first] = reasons.filter(({ field }) => field === 'subject');
      return [id, String(first?.before), String(first?.after)];
    });
  };
  it.each(ATTRIBUTES)('%s: %s', async (key, value, shown, other, then) => {
    for (const [, before, after] of await reasonsOf(without, { [key]: value }))
      expect([before?.includes(shown), after?.includes(shown)]).toEqual([false, true]);
    for (const [, before, after] of await reasonsOf(having, { ...all, [key]: other }))
      expect([before?.includes(shown), after?.includes(shown), after?.includes(then)]).toEqual([
        true,
        false,
        true,
      ]);
    const { [key]: _, ...rest } = all;
    const taken = await reasonsOf(having, rest);
    for (const [, before, after] of taken)
      expect([before?.includes(shown), after?.includes(shown)]).toEqual([true, false]);
  });
});

describe('an edit', () => {
  it.each([
    ['a value more', 'devs]', 'devs, ops]', 'O=ops'],
    ['another domain', 'domain: example.org', 'domain: example.net', 'DC=net'],
    ['another order of a whole name', 'DC=example,DC=org', 'DC=org,DC=example', 'CN=Issuing'],
    ['an RDN taken apart', 'Doe+OU=dev', 'Doe,OU=dev', 'C=SE, O=Acme, Inc, OU=dev, CN=John $HOME Doe'],
  ])('%s', async (_, from, to, says) => {
    const project = copyOf(applied);
    project.write(MANIFEST.replace(from, to));
    const plan = await project.pki(['plan', '--detailed-exitcode']);
    expect(plan.code).toBe(2);
    expect(plan.stdout).toMatch(/subject: .*→/);
    expect(plan.stdout).toContain(says);
    await project.apply();
    expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
  });

  it('of the order of a list, or of a map in place of a text, is none', async () => {
    const project = copyOf(applied);
    project.write(
      MANIFEST.replace('["system:masters", devs]', '[devs, "system:masters"]').replace(
        `subject: "${JOHN}"`,
        `commonName: "John $HOME Doe", subject: { country: SE, organization: "Acme, Inc", organizationalUnit: dev }`,
      ),
    );
    expect((await project.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
    // A renewal keeps the octets of a name that is the same to the manifest.
    await project.pki(['rotate', 'clients/john', '--skip-verify']);
    expect(await subjectOf(project, 'clients/john')).toBe(await subjectOf(applied, 'clients/john'));
  });
});

it('are written back by adopt, with nothing due', async () => {
  const { folder, out } = copyOf(applied);
  const adopted = new Project('', { folder });
  const { stdout, code } = await adopted.pki(['adopt', out]);
  expect(code).toBe(0);
  expect(stdout).toContain('domain: example.org');
  expect(stdout).toMatch(/subject: '?OU=dev\+CN=John \$HOME Doe,O=Acme\\, Inc,C=SE/);
  adopted.write(stdout);
  expect((await adopted.pki(['plan', '--detailed-exitcode'])).code).toBe(0);
});
