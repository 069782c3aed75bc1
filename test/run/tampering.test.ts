/**
 * An openssl that lies: it exits 0 and has made something else than it was asked for. Nothing of that may be published,
 * the rest must be finished, and the next run with an honest one goes on.
 */
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Inventory } from '../../src/pki/entity.ts';
import { applyInventory } from '../../src/run/apply.ts';
import { readLedger } from '../../src/store/ledger.ts';
import { anAuthority, anInventory, aServer, dns, NOW } from '../helpers/entities.ts';
import { someOf } from '../helpers/everything.ts';
import { temporaryFolder } from '../helpers/folders.ts';

const work = temporaryFolder();
let made = 0;

const ROOT = anAuthority();
const OTHER = anAuthority({ name: 'other' });
const GOOD = aServer({ name: 'good' });
const LATER = aServer({ name: 'later' });
const BAD = aServer({ name: 'bad', outputs: ['key', 'csr', 'cert', 'fullchain', 'ca', 'public'] });
const BEFORE = anInventory(ROOT, OTHER, GOOD);
const AFTER = anInventory(ROOT, OTHER, GOOD, BAD, LATER);

const base = join(work, 'base');

function apply(root: string, inventory: Inventory, binary = 'openssl') {
  return applyInventory(inventory, { root, binary, clock: () => NOW, processes: 2, consents: new Set() });
}

beforeAll(async () => {
  await apply(base, BEFORE);
});

function copyOfBase(): string {
  const root = join(work, `${++made}`);
  cpSync(base, root, { recursive: true });
  return root;
}

/** An openssl that lies where `what` is done for the server "bad": `lie` is shell, in which `call` is the real thing. */
function liar(what: string, lie: string): string {
  const path = join(work, `liar-${++made}`);
  const program = `#!/bin/sh
case "$*" in ${what}\\ *servers.bad*) ;; *) exec openssl "$@" ;; esac
stage=$(echo .pki/stage/*/servers.bad)
call() { openssl "$@"; }
${lie}
exit 0
`;
  writeFileSync(path, program, { mode: 0o755 });
  return path;
}

/** The configuration, changed on its way. */
const edited = (script: string): string => `sed '${script}' | call "$@"`;
/** The arguments, changed on their way. */
const withArguments = (script: string): string => `config=$(cat)
for word do shift; set -- "$@" "$(printf %s "$word" | sed '${script}')"; done
printf '%s\\n' "$config" | call "$@"`;

type Lie = readonly [what: string, command: 'req' | 'ca' | 'pkey', lie: string, problem: RegExp];

const LIES: readonly Lie[] = [
  ['does nothing', 'ca', 'exit 0', /openssl did not make "\.pki\/stage\/[^/]+\/servers\.bad\/cert\.pem"/],
  [
    'leaves the certificate empty',
    'ca',
    'call "$@"; : >$stage/cert.pem',
    /left "\.pki\/stage\/[^/]+\/servers\.bad\/cert\.pem" empty/,
  ],
  [
    'cuts the certificate short',
    'ca',
    'call "$@"; head -c 300 $stage/cert.pem >x; mv x $stage/cert.pem',
    /holds no readable certificate: has a PEM boundary without its counterpart/,
  ],
  [
    'cuts the inside of the certificate short',
    'ca',
    'call "$@"; sed -i \'3,5d\' $stage/cert.pem',
    /holds no readable certificate/,
  ],
  [
    'gives another’s certificate',
    'ca',
    'call "$@"; cp servers/good/cert.pem $stage/cert.pem',
    /the certificate is for another key/,
  ],
  [
    'gives a certificate for another key',
    'ca',
    'cp servers/good/cert.pem $stage/cert.pem',
    /the certificate differs, san is dns:good\.example\.test/,
  ],
  [
    'changes a name',
    'ca',
    edited('s/^DNS.1 = .*/DNS.1 = evil.example/'),
    /the certificate differs, .* is .*evil\.example/,
  ],
  [
    'adds a name',
    'ca',
    edited('s/^DNS.1 = .*/&\\nDNS.2 = evil.example/'),
    /the certificate differs, .* is .*evil\.example/,
  ],
  [
    'leaves the names out',
    'ca',
    edited('/^subjectAltName/d'),
    /the certificate differs, san is none, not dns:bad\.example\.test/,
  ],
  [
    'makes a CA of it',
    'ca',
    edited('s/CA:FALSE/CA:TRUE/'),
    /the certificate differs, basicConstraints is CA:TRUE, not CA:FALSE/,
  ],
  [
    'lets it sign certificates',
    'ca',
    edited('s/^keyUsage = .*/&,keyCertSign/'),
    /the certificate differs, keyUsage is digitalSignature, keyCertSign, not/,
  ],
  [
    'makes a client of it',
    'ca',
    edited('s/serverAuth/clientAuth/'),
    /the certificate differs, extendedKeyUsage is clientAuth, not serverAuth/,
  ],
  ['adds an extension', 'ca', edited('s/^\\[extensions\\]/&\\nnsComment = x/'), /the extensions are/],
  [
    'leaves the key identifier out',
    'ca',
    edited('s/^subjectKeyIdentifier = .*/subjectKeyIdentifier = none/'),
    /the extensions are/,
  ],
  [
    'signs with SHA-1',
    'ca',
    edited('s/^default_md = .*/default_md = sha1/'),
    /the certificate differs, signature .*SHA1/,
  ],
  [
    'makes it valid for longer',
    'ca',
    withArguments('s/^2027.*Z$/20301231235959Z/'),
    /notAfter is 2030-12-31T23:59:59Z/,
  ],
  [
    'makes it valid from another time',
    'ca',
    withArguments('s/^2026.*Z$/20200101000000Z/'),
    /notBefore is 2020-01-01T00:00:00Z/,
  ],
  [
    'has another authority sign',
    'ca',
    withArguments('s#^.pki/stage/.*/authorities.root/#authorities/other/#'),
    /not signed by its issuer; the certificate names another issuer/,
  ],
  [
    'counts its serial numbers',
    'ca',
    'echo 01 >serial; sed s#^rand_serial.*#serial=serial# | call "$@"',
    /the serial number 01 is not/,
  ],
  [
    'cuts the key short',
    'req',
    'call "$@"; head -c 100 $stage/key.pem >x; mv x $stage/key.pem',
    /holds no readable private key|Could not|openssl exited/,
  ],
  [
    'makes another kind of key',
    'req',
    withArguments('s/^ec_paramgen_curve:P-256$/ec_paramgen_curve:P-384/'),
    /the key is ecdsa-p384, not ecdsa-p256/,
  ],
  ['gives another key', 'req', 'call "$@"; cp servers/good/key.pem $stage/key.pem', /for another key/],
  [
    'makes a request of another name',
    'req',
    edited('s/^commonName = .*/commonName = evil.example/'),
    /the request differs, .* is .*evil\.example/,
  ],
  [
    'gives another’s public key',
    'pkey',
    'openssl pkey -in servers/good/key.pem -pubout -out $stage/public.pem',
    /the public key is another key’s/,
  ],
  [
    'gives an empty public key',
    'pkey',
    ': >$stage/public.pem',
    /left "\.pki\/stage\/[^/]+\/servers\.bad\/public\.pem" empty/,
  ],
];

describe('an openssl that', () => {
  it.each(someOf(LIES))('%s', async (_, command, lie, problem) => {
    const root = copyOfBase();
    const result = await apply(root, AFTER, liar(command, lie));
    expect(result.kind).toBe('done');
    if (result.kind !== 'done') return;
    expect(result.execution.failures.map(({ entity }) => entity)).toEqual([BAD.id]);
    expect(result.execution.failures[0]?.problem).toMatch(problem);
    expect(result.execution.published).toEqual([LATER.id]);
    expect(existsSync(join(root, BAD.id))).toBe(false);
    expect(readLedger(root).filter(({ entity }) => entity === BAD.id)).toEqual([]);
    expect(existsSync(join(root, '.pki/stage'))).toBe(false);
    expect(await apply(root, AFTER)).toMatchObject({
      kind: 'done',
      execution: { published: [BAD.id], failures: [] },
    });
    expect(await apply(root, AFTER)).toMatchObject({ kind: 'nothing' });
    expect(readLedger(root).filter(({ entity }) => entity === BAD.id)).toHaveLength(1);
  });
});

it('what was there before stays, byte for byte', async () => {
  const root = copyOfBase();
  await apply(root, AFTER);
  const names = ['key', 'csr', 'cert', 'fullchain', 'ca', 'public'].map((name) =>
    join(root, BAD.id, `${name}.pem`),
  );
  const before = names.map((name) => readFileSync(name, 'utf8'));
  const changed = { ...BAD, san: [...BAD.san, dns('more.example.test')] };
  const after = anInventory(ROOT, OTHER, GOOD, changed, LATER);
  const binary = liar('ca', edited('s/more.example.test/evil.example/'));
  expect(await apply(root, after, binary)).toMatchObject({
    kind: 'done',
    execution: { failures: [{ entity: BAD.id }], published: [] },
  });
  expect(names.map((name) => readFileSync(name, 'utf8'))).toEqual(before);
  expect(await apply(root, after)).toMatchObject({ kind: 'done', execution: { failures: [] } });
});

it('about an authority keeps all that it would have signed from being made', async () => {
  const root = copyOfBase();
  const middle = anAuthority({ name: 'middle', issuer: ROOT.id });
  const below = aServer({ name: 'below', issuer: middle.id });
  const inventory = anInventory(ROOT, OTHER, middle, GOOD, below, LATER);
  const path = join(work, 'liar-middle');
  const lie = edited('s/^basicConstraints = .*/&,pathlen:7/');
  writeFileSync(
    path,
    `#!/bin/sh\ncall() { openssl "$@"; }\ncase "$*" in ca*-in*authorities.middle*) ${lie}; exit 0 ;; esac\nexec openssl "$@"\n`,
    { mode: 0o755 },
  );
  expect(await apply(root, inventory, path)).toMatchObject({
    kind: 'done',
    execution: {
      failures: [{ entity: middle.id, problem: expect.stringContaining('pathLength') }],
      skipped: [below.id],
      published: [LATER.id],
    },
  });
  expect([middle.id, below.id].filter((id) => existsSync(join(root, id)))).toEqual([]);
  expect(await apply(root, inventory)).toMatchObject({ kind: 'done', execution: { failures: [] } });
  expect(await apply(root, inventory)).toMatchObject({ kind: 'nothing' });
});
