/** Lines of a plan's script and arguments of calls that follow from a few values: by tables. */
import { describe, expect, it } from 'vitest';
import { convertCommand } from '../../src/openssl/convert.ts';
import { keyPath, lookUp, pathOf } from '../../src/openssl/key-path.ts';
import { fromOutput, keyPass, passArgs, relockArgs, upFrom } from '../../src/openssl/pass.ts';
import { copyLines, folderLines } from '../../src/openssl/script-folders.ts';
import { headLines } from '../../src/openssl/script-head.ts';
import { unlinkedLines } from '../../src/openssl/script-links.ts';
import { programLines } from '../../src/openssl/script-program.ts';
import { placedRights, rightsLines } from '../../src/openssl/script-rights.ts';
import { signatureCommand, signingOptions } from '../../src/openssl/signature.ts';
import { ALL_ARTIFACTS, ARTIFACTS, type Artifact } from '../../src/pki/artifact.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { Grant, Ownership } from '../../src/pki/ownership.ts';
import type { SecretSource } from '../../src/pki/secret-source.ts';
import type { Work } from '../../src/plan/change.ts';
import type { Format } from '../../src/plan/make.ts';
import { aChange, anAuthority, aPlan, aServer, NOW } from '../helpers/entities.ts';

const root = anAuthority();
const api = aServer({ name: 'api' });
const laidOut = aServer({
  name: 'web',
  layout: { folder: 'etc', files: { key: 'tls key.pem', cert: '-c' } },
});
const byId = byIdOf([root, api, laidOut]);

describe('owners and modes', () => {
  const work = (grant?: Partial<Grant>, given: object = {}): Work =>
    ({
      ...aChange({ id: 'servers/api', action: 'refresh' }),
      chmods: [],
      ...(grant && { grant: { uid: 1, gid: 2, stated: {}, files: [], isOwnFolder: true, ...grant } }),
      ...given,
    }) as unknown as Work;

  it.each<[file: Artifact, stated: Ownership | null, lines: readonly string[]]>([
    ['key', null, []],
    ['cert', null, ['chmod 644 x']],
    ['key', {}, []],
    ['cert', {}, ['chmod 644 x']],
    ['key', { owner: 'web' }, ['chown web x']],
    ['key', { group: 'ssl' }, ['chown :ssl x', 'chmod 640 x']],
    ['key', { owner: 'web', group: 'ssl' }, ['chown web:ssl x', 'chmod 640 x']],
    ['key', { owner: 'a b' }, ["chown 'a b' x"]],
    ['key', { mode: 0o400 }, ['chmod 400 x']],
    ['cert', { mode: 0o400 }, ['chmod 444 x']],
    ['cert', { owner: 'web', mode: 0o440 }, ['chown web x', 'chmod 444 x']],
  ])('of a new %s where %j is stated', (file, stated, lines) => {
    expect(rightsLines(file, 'x', work(stated === null ? undefined : { stated }))).toEqual(lines);
  });

  it('of files that stay: what is given, what is closed, and the folder', () => {
    const stated = { owner: 'web' };
    const reasons = [
      { kind: 'stale', artifact: 'key' },
      { kind: 'mode', artifact: 'csr', before: 0o666, after: 0o604 },
      { kind: 'mode', artifact: 'key', before: 0o666, after: 0o640 },
    ];
    const change = work({ stated, files: ['key', 'cert'] }, { chmods: ['key', 'chain'], reasons });
    expect(placedRights(api, change)).toEqual([
      'chown web servers/api/key.pem',
      'chown web servers/api/cert.pem',
      'chmod 640 servers/api/key.pem',
      'chmod 644 servers/api/chain.pem',
      'chown web servers/api',
    ]);
    expect(placedRights(laidOut, work({ stated, files: ['key', 'cert'], isOwnFolder: false }))).toEqual([
      "chown web 'etc/tls key.pem'",
      'chown web etc/-c',
    ]);
    expect(placedRights(api, work(undefined, { chmods: ['key'] }))).toEqual([
      'chmod 600 servers/api/key.pem',
    ]);
    expect(placedRights(api, work())).toEqual([]);
  });
});

describe('folders', () => {
  it.each<[paths: readonly string[], lines: readonly string[]]>([
    [[], []],
    [['cert.pem'], []],
    [['a/cert.pem'], ['mkdir -p a', 'chmod 755 a']],
    [
      ['a/b/c/x', 'a/b/y', 'a b/z', 'top', '-d/x'],
      ["mkdir -p a a/b a/b/c 'a b' ./-d", "chmod 755 a a/b a/b/c 'a b' ./-d"],
    ],
  ])('for %j', (paths, lines) => expect(folderLines(paths)).toEqual(lines));

  it('for copies, which come where nothing is yet', () => {
    expect(copyLines([])).toEqual([]);
    const copies = [
      { file: 'key', from: 'old/key.pem', to: 'servers/api/key.pem', digest: '' },
      { file: 'cert', from: '-c', to: 'c d', digest: '' },
    ] as const;
    expect(copyLines(copies)).toEqual([
      [
        '# copies to new places',
        'mkdir -p servers servers/api',
        'chmod 755 servers servers/api',
        '[ -e servers/api/key.pem ] || cp -p old/key.pem servers/api/key.pem',
        "[ -e 'c d' ] || cp -p ./-c 'c d'",
      ].join('\n'),
    ]);
  });
});

it('the beginning is whole, and has the configuration of a provider where one is needed', () => {
  const plan = aPlan([], { now: NOW, output: 'my pki' });
  const [shebang, what, program, place = ''] = headLines(plan, 'openssl', {});
  expect([shebang, what]).toEqual([
    '#!/bin/sh',
    '# The openssl commands of a pki plan of 2026-11-23T12:00:00Z; dates are those of that moment.\n# Run it in the folder of the manifest.',
  ]);
  expect(program).toBe(programLines('openssl'));
  expect(place).toBe(
    [
      'umask 022',
      "mkdir -p -- 'my pki'",
      "cd -- 'my pki'",
      "[ -e .gitignore ] || printf '*\\n' >.gitignore",
      'umask 077',
      'rm -rf .pki/stage .pki/scratch',
      'mkdir -p .pki/stage .pki/scratch',
    ].join('\n'),
  );
  const [, , , withProvider = ''] = headLines(plan, 'openssl', { byProvider: true });
  expect(withProvider.startsWith(`${place}\n`)).toBe(true);
  expect(withProvider).toMatch(/ >\.pki\/scratch\/token\.cnf$/);
});

describe('which openssl', () => {
  it('is named, asked for its version, and has the environment of every call', () => {
    expect(programLines("/opt/o'ssl")).toMatchInlineSnapshot(`
      "set -eu
      export OPENSSL_CONF=/dev/null SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null LC_ALL=C TZ=UTC
      # It would be searched by cd.
      unset CDPATH
      program=\${PKI_OPENSSL:-'/opt/o'\\''ssl'}
      path=$(command -v "$program") && program=$path
      case $program in /*) ;; */*) program=$PWD/$program ;; esac
      openssl() { command "$program" "$@"; }
      version=$(openssl version </dev/null) || version=nothing
      case $version in
        'OpenSSL '[3-9].[0-9]* | 'OpenSSL '[1-9][0-9]*.[0-9]*) ;;
        *)
          version=$(printf '%s' "$version" | tr -d '[:cntrl:]')
          printf 'pki: error: "%s" is not OpenSSL 3.0 or later: it says "%s"\\n' "$program" "$version" >&2
          printf 'pki: hint: name another in PKI_OPENSSL\\n' >&2
          exit 1
          ;;
      esac"
    `);
  });

  it('is another where keys of ML-DSA are made, and loads a provider where one is needed', () => {
    const [plain, newer, provider] = [{}, { oldest: '3.5' }, { byProvider: true }].map((options) =>
      programLines('openssl', options as Parameters<typeof programLines>[1]).split('\n'),
    );
    const added = (lines: readonly string[] | undefined) =>
      lines?.filter((line) => !plain?.includes(line)).join('\n');
    expect(added(newer)).toMatchInlineSnapshot(`
      "  'OpenSSL '3.[5-9]* | 'OpenSSL '3.[1-9][0-9]* | 'OpenSSL '[4-9].[0-9]* | 'OpenSSL '[1-9][0-9]*.[0-9]*) ;;
          printf 'pki: error: "%s" is not OpenSSL 3.5 or later: it says "%s"\\n' "$program" "$version" >&2"
    `);
    expect(added(provider)).toMatchInlineSnapshot(`
      ": "\${PKCS11_PROVIDER_MODULE:=\${PKCS11_MODULE_PATH-}}"
      [ -z "$PKCS11_PROVIDER_MODULE" ] || export PKCS11_PROVIDER_MODULE
      openssl() {
        case " $* " in
          *' pkcs11:'*) OPENSSL_CONF=$PWD/.pki/scratch/token.cnf command "$program" "$@" ;;
          *) command "$program" "$@" ;;
        esac
      }"
    `);
  });
});

describe('passwords', () => {
  it.each<[source: SecretSource | undefined, args: readonly string[]]>([
    [undefined, []],
    [{ kind: 'env', name: 'CA_PASS' }, ['-passin', 'env:CA_PASS']],
    [{ kind: 'file', path: 'secrets/ca' }, ['-passin', 'file:../../secrets/ca']],
    [{ kind: 'file', path: '/run/ca' }, ['-passin', 'file:/run/ca']],
    [{ kind: 'command', argv: ['pass', 'show'] } as never, []],
    [{ kind: 'prompt' } as never, []],
  ])('%j', (source, args) => {
    expect(passArgs('-passin', source, 'out/./pki/')).toEqual(args);
    expect(passArgs('-passin', source, undefined)).toEqual([]);
  });

  it.each([
    ['.', ''],
    ['', ''],
    ['pki', '../'],
    ['./a/b', '../../'],
    ['a//b/', '../../'],
  ])('the manifest is above %j by %j', (output, up) => {
    expect(upFrom(output)).toBe(up);
    expect(fromOutput(output, 'x')).toBe(`${up}x`);
    expect(fromOutput(output, '/x')).toBe('/x');
  });

  it('a key that stays takes another form, or none', () => {
    const passphrase: SecretSource = { kind: 'env', name: 'NEW' };
    const previousPassphrase: SecretSource = { kind: 'env', name: 'OLD' };
    const how = ['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA256', '-iter', '600000'];
    const [opens, closes] = [
      ['-passin', 'env:OLD'],
      ['-passout', 'env:NEW'],
    ];
    expect(relockArgs({ ...api, passphrase, previousPassphrase }, '.', 'a', 'b')).toEqual([
      'pkcs8',
      '-topk8',
      '-in',
      'a',
      ...opens,
      ...how,
      ...closes,
      '-out',
      'b',
    ]);
    expect(relockArgs({ ...api, passphrase }, '.', 'a', 'b')).toEqual([
      'pkcs8',
      '-topk8',
      '-in',
      'a',
      ...how,
      ...closes,
      '-out',
      'b',
    ]);
    expect(relockArgs({ ...api, previousPassphrase }, '.', 'a', 'b')).toEqual([
      'pkey',
      '-in',
      'a',
      ...opens,
      '-out',
      'b',
    ]);
    expect(keyPass({ ...api, passphrase }, { output: 'pki' })).toEqual(['-passin', 'env:NEW']);
    expect(keyPass(api, { output: 'pki', driver: 'engine' })).toEqual([]);
  });
});

describe('where a key is', () => {
  const key = (of: string, isNew: boolean) => ({ kind: 'file', of, isNew }) as never;

  it.each<[what: string, path: string, expected: string]>([
    [
      'new, in a script',
      keyPath(key('servers/api', true), byId, undefined),
      '.pki/stage/servers.api/key.pem',
    ],
    ['new, in a run', keyPath(key('servers/api', true), byId, 'r1'), '.pki/stage/r1/servers.api/key.pem'],
    ['in its place, in a script', keyPath(key('servers/api', false), byId, undefined), 'servers/api/key.pem'],
    ['in its own place', keyPath(key('servers/web', false), byId, undefined), 'etc/tls key.pem'],
    [
      'in its place, in a run',
      keyPath(key('servers/web', false), byId, 'r1'),
      '.pki/stage/r1/current/servers.web/key.pem',
    ],
    [
      'a former one, in a run',
      keyPath(key('authorities/root', false), byId, 'r1', 'former'),
      '.pki/stage/r1/former/authorities.root/key.pem',
    ],
    [
      'an archived one, in a run',
      keyPath(key('authorities/root', false), byId, 'r1', 'archived', 'set'),
      '.pki/stage/r1/archived/authorities.root/key.pem',
    ],
    [
      'an archived one, in a script',
      keyPath(key('authorities/root', false), byId, undefined, 'archived', 'set'),
      '.pki/archive/authorities/root/set/key.pem',
    ],
    ['a certificate', pathOf(laidOut, 'cert', undefined, 'current'), 'etc/-c'],
  ])('%s', (_, path, expected) => expect(path).toBe(expected));

  it('of no one is a defect', () => {
    expect(() => lookUp(byId, 'servers/none')).toThrow('Internal error: nothing is known of servers/none');
  });
});

it.each<[format: Format, to: Artifact, args: readonly string[]]>([
  ['certificate-der', 'der', ['x509', '-in', 'PARTS', '-outform', 'DER']],
  ['list-der', 'crl-der', ['crl', '-in', 'PARTS', '-outform', 'DER']],
  ['pkcs7', 'pkcs7', ['crl2pkcs7', '-nocrl', '-certfile', 'PARTS']],
  ['pkcs8-der', 'pkcs8-der', ['pkcs8', '-topk8', '-nocrypt', '-in', 'PARTS', '-outform', 'DER']],
  ['traditional', 'pkcs1', ['pkey', '-in', 'PARTS', '-traditional']],
])('%s', (format, to, args) => {
  const make = { op: 'convert', of: 'servers/api', format, to } as never;
  const file = {
    der: 'cert.der',
    'crl-der': 'crl.der',
    pkcs7: 'chain.p7b',
    'pkcs8-der': 'key.pk8',
    pkcs1: 'key-pkcs1.pem',
  }[to as string];
  const whole = (parts: string, staged: string) => ({
    args: [...args.map((arg) => (arg === 'PARTS' ? parts : arg)), '-out', staged],
    input: null,
  });
  expect(convertCommand(make, { run: 'r1' })).toEqual(
    whole(`.pki/stage/r1/parts/servers.api/${file}`, `.pki/stage/r1/servers.api/${file}`),
  );
  expect(convertCommand(make, {})).toEqual(
    whole(`.pki/stage/servers.api/${file}.parts`, `.pki/stage/servers.api/${file}`),
  );
});

it('a signature alone', () => {
  const pss = ['-pkeyopt', 'rsa_padding_mode:pss', '-pkeyopt', 'rsa_pss_saltlen:digest'];
  expect(signingOptions({ digest: null, isPss: false })).toEqual([]);
  expect(signingOptions({ digest: 'sha384', isPss: false })).toEqual(['-digest', 'sha384']);
  expect(signingOptions({ digest: 'sha256', isPss: true })).toEqual(['-digest', 'sha256', ...pss]);
  const key = { kind: 'file', of: 'authorities/root', isNew: false } as never;
  const files = { from: 'tbs', to: 'sig', byId, run: 'r1' };
  expect(signatureCommand({ digest: 'sha256', isPss: true }, key, files)).toEqual({
    args: [
      ...['pkeyutl', '-sign', '-rawin', '-digest', 'sha256', ...pss],
      ...['-inkey', '.pki/stage/r1/current/authorities.root/key.pem', '-in', 'tbs', '-out', 'sig'],
    ],
    input: null,
  });
});

describe('files that come out from behind links', () => {
  const change = { writes: ['cert', 'key'], deletes: ['chain'] } as never;
  const lines = unlinkedLines(api, change);
  const namesIn = (pattern: RegExp) => lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);

  it('are copied, all that stay, before any comes to its place', () => {
    const gone: readonly Artifact[] = ['cert', 'key', 'chain'];
    const kept = ALL_ARTIFACTS.filter((file) => !gone.includes(file)).map((file) => ARTIFACTS[file].file);
    expect(namesIn(/^if \[ -f servers\/api\/(\S+) \]; then cp -pL servers\/api\/\1 /)).toEqual(kept);
    expect(namesIn(/^if \[ -e .* \]; then mv -f \S+ servers\/api\/(\S+); fi$/)).toEqual(kept);
    expect(namesIn(/^mv -f \S+ servers\/api\/(\S+)$/)).toEqual(['cert.pem', 'key.pem']);
    expect(lines.slice(2 * kept.length + 2)).toEqual(['rm -f servers/api/chain.pem']);
  });
});
