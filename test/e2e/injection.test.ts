// Whatever stands in a manifest: exactly that is in the certificate, byte for byte, or it is an error with a place.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { LONGER } from '../helpers/everything.ts';
import { openssl } from '../helpers/openssl.ts';
import { certificatesIn, itNeeds, Project } from './project.ts';

/** DER, written by hand: what is expected is not made by the code under test. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const UTF8 = 0x0c;
const PRINTABLE = 0x13;
const TYPES = { C: 6, L: 7, ST: 8, O: 10, OU: 11, CN: 3 };

/** A subject as X.501 encodes it, one attribute per RDN. */
function nameDer(attributes: readonly (readonly [type: keyof typeof TYPES, value: string])[]): Buffer {
  const rdns = attributes.map(([type, value]) => {
    const oid = der(0x06, Buffer.from([0x55, 0x04, TYPES[type]]));
    return der(0x31, der(0x30, oid, der(type === 'C' ? PRINTABLE : UTF8, Buffer.from(value))));
  });
  return der(0x30, ...rdns);
}

const SAN_TAGS = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 };

function sanDer(
  names: readonly (readonly [kind: keyof typeof SAN_TAGS, value: string | Uint8Array])[],
): Buffer {
  return der(
    0x30,
    ...names.map(([kind, value]) => der(SAN_TAGS[kind], Buffer.from(value as string, 'latin1'))),
  );
}

/** Subject and SAN as they stand in a certificate, cut out where `openssl asn1parse` says that they are. */
async function partsOf(project: Project, id: string): Promise<{ subject: string; san: string | undefined }> {
  const cert = project.path(id, 'cert.pem');
  const [base64 = ''] = certificatesIn(cert);
  const bytes = Buffer.from(base64, 'base64');
  const lines = (await openssl(['asn1parse', '-in', cert])).split('\n');
  const cut = (line: string | undefined, whole: boolean): string | undefined => {
    const [, offset, header, length] = /^ *(\d+):d= *\d+ +hl=(\d+) +l= *(\d+)/.exec(line ?? '') ?? [];
    if (offset === undefined) return undefined;
    const start = Number(offset) + (whole ? 0 : Number(header));
    return bytes.subarray(start, Number(offset) + Number(header) + Number(length)).toString('hex');
  };
  // TBSCertificate: version, serial, algorithm, issuer, validity, subject, …
  const sequences = lines.filter((line) => /:d=2 +hl=\d+ +l= *\d+ +cons: SEQUENCE/.test(line));
  const at = lines.findIndex((line) => line.endsWith(':X509v3 Subject Alternative Name'));
  const octets = at === -1 ? undefined : lines.slice(at).find((line) => line.includes('OCTET STRING'));
  return { subject: cut(sequences[3], true) ?? '', san: cut(octets, false) };
}

/** A value as YAML takes it, whatever is in it. */
const quoted = (value: string): string => JSON.stringify(value);

const HEAD = 'version: 1\nauthorities: { root: { commonName: Root } }\n';

/** Values that would be syntax in openssl's configuration, a shell, YAML, a DN or a path, if anyone let them. */
const NASTY: readonly string[] = [
  '$ENV::HOME',
  '$\x7bENV::HOME}',
  '$HOME',
  '$(id)',
  '$san::DNS.1',
  '\\$HOME',
  '$$',
  '[section]',
  '[extensions]',
  '@section',
  '@san',
  '#comment',
  'a # b',
  'a#b',
  ';a',
  'a;b',
  'a ; b',
  'a,b',
  ',',
  'a, CN=b',
  'a=b',
  '=',
  'CN=evil',
  '/CN=evil',
  'a/CN=evil/O=b',
  'a+b',
  'a+CN=b',
  'OU=x+CN=y',
  '+',
  '"',
  '""',
  '"a"',
  'a"b',
  "'",
  "'a'",
  "a'b",
  '`',
  '`id`',
  'a`b',
  '`"\'',
  '\\',
  '\\\\',
  'a\\',
  '\\n',
  '\\x41',
  'a\\,b',
  '%s%n',
  '%',
  '%00',
  '100%',
  '!',
  '!!str x',
  '*',
  '*a',
  '&a',
  '?',
  'a: b',
  '- a',
  '{a: b}',
  '<<',
  '~',
  'null',
  'true',
  '1',
  '0x10',
  '1e3',
  'DER:0500',
  'ASN1:UTF8:x',
  'FORMAT:HEX,OCT:00',
  'email:copy',
  'email:move',
  'critical',
  'critical,CA:TRUE',
  'DNS:evil.example.test',
  '.include /etc/passwd',
  '.pragma = dollarid:on',
  '__proto__',
  'constructor',
  'CONFIG',
  'EOF',
  '-x',
  '--',
  '../..',
  'C:\\x',
  'a\u0301',
  '\u00e5',
  'a\u030a',
  '\u4f60\u597d',
  '\u05d0\u05d1',
  '\u0627\u0644',
  '\ud83d\ude00',
  '\ud83d\udc68\u200d\ud83d\udc69',
  '\ud83c\uddf8\ud83c\uddea',
  'ﬁ',
  'ß',
  'İ',
  'x\u00a0y',
  'a  b',
  'a\u3000b',
  'x\u0338',
  'x'.repeat(64),
  '\u00e9'.repeat(64),
  '\ud83d\ude00'.repeat(64),
];

const REFUSED: readonly string[] = [
  '',
  ' ',
  ' a',
  'a ',
  '\ta',
  'a\tb',
  'a\nb',
  'a\r\nb',
  '\n',
  'a\u0000b',
  '\u0000',
  '\u0007',
  '\u001b[31m',
  '\u007f',
  '\u0085',
  '\u009b',
  '\u2028',
  '\u2029',
  '\u202e',
  '\u200b',
  '\ufeffa',
  '\ud800',
  'a\udc00b',
  'x'.repeat(65),
  'x'.repeat(300),
  '\ud83d\ude00'.repeat(65),
];

/** Entries, one per line, from line 3 of the manifest on. */
function manifestOf(section: string, entries: readonly string[]): string {
  return `${HEAD}${section}:\n${entries.map((entry, i) => `  e${i}: ${entry}`).join('\n')}\n`;
}
const FIRST_LINE = 4;

/** Lines that `pki validate` has located errors for. */
async function refusedLines(project: Project): Promise<ReadonlySet<number>> {
  const run = await project.pki(['validate']);
  expect(run.stderr).not.toMatch(/^ {4}at |defect of pki|Internal error/m);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: nothing may reach the terminal raw
  expect(run.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  const places = [...run.stderr.matchAll(/^pki: error: pki\.yaml:(\d+):\d+: /gm)];
  expect(places.length > 0).toBe(run.code === 1);
  return new Set(places.map(([, line]) => Number(line)));
}

describe('a common name', () => {
  const good = new Project(
    manifestOf(
      'clients',
      NASTY.map((name) => `{ commonName: ${quoted(name)} }`),
    ),
  );
  let made: readonly { subject: string }[] = [];

  beforeAll(async () => {
    await good.apply();
    made = await Promise.all(NASTY.map((_, i) => partsOf(good, `clients/e${i}`)));
  });

  it('is in the certificate as it stands, whatever it looks like', () => {
    const wrong = NASTY.filter((name, i) => made[i]?.subject !== nameDer([['CN', name]]).toString('hex'));
    expect(wrong).toEqual([]);
  });

  it('is found again by the next plan', async () => {
    expect(await good.actions()).toEqual({});
  });

  it('is refused with its place where X.509 or a terminal cannot take it', async () => {
    const project = new Project(
      manifestOf(
        'clients',
        REFUSED.map((name) => `{ commonName: ${quoted(name)} }`),
      ),
    );
    const lines = await refusedLines(project);
    expect(REFUSED.filter((_, i) => !lines.has(FIRST_LINE + i))).toEqual([]);
  });

  itNeeds(['certtool'], 'is what GnuTLS reads, too', async () => {
    for (const name of ['$ENV::HOME', '\ud83d\ude00', 'a/CN=evil/O=b', '[section]']) {
      const cert = good.path('clients', `e${NASTY.indexOf(name)}`, 'cert.pem');
      const { stdout } = await runProgram('certtool', ['--certificate-info', '--infile', cert]);
      expect(stdout).toContain(`Subject: CN=${name}\n`);
    }
  });
});

it('every attribute of a subject takes every value, in order, authorities included', async () => {
  const nasty = NASTY.filter((value) => [...value].length <= 64);
  const value = (i: number): string => nasty[i % nasty.length] ?? '';
  const subjects = Array.from({ length: 12 }, (_, i) => ({
    organization: value(i * 7),
    organizationalUnit: value(i * 11 + 3),
    country: 'SE',
    state: value(i * 13 + 5),
    locality: value(i * 17 + 2),
  }));
  const project = new Project(
    `version: 1\nauthorities:\n${subjects.map((subject, i) => `  e${i}: { commonName: ${quoted(`${i} ${value(i)}`)}, subject: ${JSON.stringify(subject)} }`).join('\n')}\n` +
      `clients:\n${subjects.map((subject, i) => `  e${i}: { issuer: e${i}, subject: ${JSON.stringify(subject)} }`).join('\n')}\n`,
  );
  await project.apply();
  for (const [i, { organization, organizationalUnit, country, state, locality }] of subjects.entries()) {
    const rest = [
      ['C', country],
      ['ST', state],
      ['L', locality],
      ['O', organization],
      ['OU', organizationalUnit],
    ] as const;
    const authority = await partsOf(project, `authorities/e${i}`);
    expect(authority.subject).toBe(nameDer([...rest, ['CN', `${i} ${value(i)}`]]).toString('hex'));
    const client = await partsOf(project, `clients/e${i}`);
    expect(client.subject).toBe(nameDer(rest).toString('hex'));
  }
});

describe('a SAN', () => {
  const good: readonly (readonly [
    written: string,
    kind: keyof typeof SAN_TAGS,
    octets: string | Uint8Array,
  ])[] = [
    ['api.example.test', 'dns', 'api.example.test'],
    ['API.Mixed-Case.test', 'dns', 'API.Mixed-Case.test'],
    ['*.example.test', 'dns', '*.example.test'],
    ['_srv._tcp.example.test', 'dns', '_srv._tcp.example.test'],
    ['xn--bcher-kva.example', 'dns', 'xn--bcher-kva.example'],
    [
      `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`,
      'dns',
      `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`,
    ],
    ['127.0.0.1', 'ip', Uint8Array.of(127, 0, 0, 1)],
    ['::1', 'ip', new Uint8Array(16).fill(1, 15)],
    ['2001:0DB8::10.0.0.1', 'ip', Buffer.from('20010db80000000000000000 0a000001'.replace(' ', ''), 'hex')],
    ['::ffff:10.0.0.1', 'ip', Buffer.from('00000000000000000000ffff0a000001', 'hex')],
    [
      'uri:spiffe://example.test/a,b;c=d?e=f#g$ENV::HOME',
      'uri',
      'spiffe://example.test/a,b;c=d?e=f#g$ENV::HOME',
    ],
    ["uri:urn:x:'@%20%5B%24ENV%0A,;=$ENV::HOME", 'uri', "urn:x:'@%20%5B%24ENV%0A,;=$ENV::HOME"],
    ['https://example.test/#$HOME', 'uri', 'https://example.test/#$HOME'],
    [`uri:urn:${'x'.repeat(2000)}`, 'uri', `urn:${'x'.repeat(2000)}`],
    ["email:o'neil+x`y{z}|$ENV@example.test", 'email', "o'neil+x`y{z}|$ENV@example.test"],
    ['email:#a!b%c&d*e/f=g?h^i_j~k@example.test', 'email', '#a!b%c&d*e/f=g?h^i_j~k@example.test'],
  ];

  it('is in the certificate to the octet, in the order of the manifest, whatever it looks like', async () => {
    const one = good.map(([written]) =>
      `{ organization: x, san: [${quoted(written)}] }`.replace(
        'organization: x',
        'subject: { organization: x }',
      ),
    );
    const all = `{ subject: { organization: all }, san: [${good.map(([written]) => quoted(written)).join(', ')}] }`;
    const project = new Project(manifestOf('clients', [...one, all]));
    await project.apply();
    for (const [i, [written, kind, octets]] of good.entries()) {
      const { san } = await partsOf(project, `clients/e${i}`);
      expect(`${written} ${san}`).toBe(`${written} ${sanDer([[kind, octets]]).toString('hex')}`);
    }
    const { san } = await partsOf(project, `clients/e${good.length}`);
    expect(san).toBe(sanDer(good.map(([, kind, octets]) => [kind, octets])).toString('hex'));
    expect(await project.actions()).toEqual({});
    expect(readFileSync(project.path('clients/e0/csr.pem'), 'latin1')).toMatch(
      /^-----BEGIN CERTIFICATE REQUEST-----\n/,
    );
  });

  it('is refused with its place where no name of that kind can look so', async () => {
    const bad = [
      ...REFUSED.slice(0, -1).filter((value) => value.length !== 65),
      '$ENV::HOME',
      '[section]',
      'a,b.example.test',
      'a=b',
      'a/b',
      'a+b',
      '"a"',
      "'a'",
      '`a`',
      'a%b',
      'a#b',
      'a;b',
      'a\\b',
      'a b',
      'DER:0500',
      'otherName:1.2.3.4;SEQ:x',
      'dirName:section',
      'RID:9.9',
      'registeredID:1.2.3,CA:TRUE',
      'email:copy',
      'email:move',
      'email:',
      'dns:',
      'ip:',
      'uri:',
      'ip:127.0.0.1/24',
      'ip:fe80::1%eth0',
      'ip:1.2.3',
      'dns:127.0.0.1',
      'dns:a.example.test,DNS:evil.example.test',
      'dns:bücher.example',
      'dns:\u4f60.example',
      'dns:a..b',
      'dns:.a',
      'dns:a.',
      'dns:-a.example',
      '*',
      '*.',
      '*.test',
      'a.*.test',
      'a*.example.test',
      'uri:no-scheme',
      'uri:http://exämple.test',
      'uri:http://a b',
      'uri:x:a\nb',
      'uri:urn:x:"',
      'uri:urn:x:a`b',
      'uri:urn:x:a\\b',
      'uri:urn:x:[a]',
      'uri:urn:x:%zz',
      'uri:http://a[b]/',
      'email:a@b@c',
      'email:@example.test',
      'email:a b@example.test',
      'email:"a b"@example.test',
      'email:ä@example.test',
      'http://a b',
      'example.test:443',
      '[::1]:443',
      `${'a'.repeat(64)}.test`,
      'DNS.1 = evil',
      '@san',
    ];
    const project = new Project(
      manifestOf(
        'clients',
        bad.map((name, i) => `{ commonName: c${i}, san: [${quoted(name)}] }`),
      ),
    );
    const lines = await refusedLines(project);
    expect(bad.filter((_, i) => !lines.has(FIRST_LINE + i))).toEqual([]);
  });
});

describe('the name of an entry', () => {
  it('is a folder of that name, or an error with its place', async () => {
    const good = [
      'a',
      'A-b_c.d@e+f',
      '_x',
      '0',
      'x'.repeat(64),
      'constructor',
      'CONFIG',
      'key.pem',
      'a=b',
      'toString',
      'con',
      'nul',
    ];
    const bad = [
      '',
      '.',
      '..',
      '.hidden',
      '-x',
      '-',
      'a/b',
      '/a',
      '../a',
      'a\\b',
      'a b',
      ' a',
      'a ',
      'a\nb',
      'a\u0000b',
      '$HOME',
      '`id`',
      'a;b',
      "a'b",
      'a"b',
      '*',
      'a:b',
      'é',
      '\u202ea',
      'x'.repeat(65),
      'a.',
      '__proto__ ',
    ];
    const entries = [...good, ...bad].map((name, i) => `  ${quoted(name)}: { commonName: c${i} }`).join('\n');
    const project = new Project(`${HEAD}clients:\n${entries}\n`);
    const lines = await refusedLines(project);
    const accepted = [...good, ...bad].filter((_, i) => !lines.has(FIRST_LINE + i));
    expect(accepted.filter((name) => bad.includes(name))).toEqual([]);
    project.write(
      `${HEAD}clients:\n${accepted.map((name, i) => `  ${quoted(name)}: { commonName: c${i} }`).join('\n')}\n`,
    );
    await project.apply();
    for (const [i, name] of accepted.entries()) {
      expect((await partsOf(project, `clients/${name}`)).subject).toBe(
        nameDer([['CN', `c${i}`]]).toString('hex'),
      );
    }
  });
});

it('property: any text as a name or a SAN is exactly in the certificate, or is refused with its place', async () => {
  const piece = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        ...NASTY.filter((value) => value.length < 20),
        ...REFUSED.filter((value) => value.length < 20),
      ),
    },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 20 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 10 }) },
  );
  const text = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join(''));
  const path = fc.string({
    unit: fc.constantFrom(..."abc/?@!$&'()*+,;=:~", '%20', '%5B', '%24ENV'),
    minLength: 1,
    maxLength: 40,
  });
  const entry = fc.oneof(
    fc.record({ kind: fc.constant('cn' as const), value: text }),
    fc.record({ kind: fc.constant('uri' as const), value: path.map((rest) => `urn:${rest}`) }),
    fc.record({ kind: fc.constant('email' as const), value: fc.emailAddress() }),
    fc.record({ kind: fc.constant('dns' as const), value: fc.oneof(fc.domain(), text) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { minLength: 60, maxLength: 60 }), async (entries) => {
      const written = entries.map(({ kind, value }) =>
        kind === 'cn'
          ? `{ commonName: ${quoted(value)} }`
          : `{ subject: { organization: x }, san: [${quoted(`${kind}:${value}`)}] }`,
      );
      const project = new Project(manifestOf('clients', written));
      const lines = await refusedLines(project);
      const kept = entries.filter((_, i) => !lines.has(FIRST_LINE + i));
      expect(kept.length).toBeGreaterThan(10);
      project.write(
        manifestOf(
          'clients',
          written.filter((_, i) => !lines.has(FIRST_LINE + i)),
        ),
      );
      await project.apply();
      await Promise.all(
        kept.map(async ({ kind, value }, i) => {
          const { subject, san } = await partsOf(project, `clients/e${i}`);
          const expected = kind === 'cn' ? nameDer([['CN', value]]) : sanDer([[kind, value]]);
          expect(`${value} ${kind === 'cn' ? subject : san}`).toBe(`${value} ${expected.toString('hex')}`);
        }),
      );
      expect(await project.actions()).toEqual({});
    }),
    { numRuns: LONGER ? 3 : 1, seed: 20_261_123, endOnFailure: true },
  );
});
