// Every field of the manifest, added, changed and removed: what the plan says, what apply does, and whom it leaves alone.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { apply, type Consent, openProject } from '../../src/index.ts';
import { resultJson } from '../../src/report/outcome.ts';
import { REPOSITORY, runProgram, snapshot } from '../helpers/cli.ts';
import { EVERYTHING, LONGER, someOf } from '../helpers/everything.ts';
import { openssl } from '../helpers/openssl.ts';
import { type ChangeJson, copyOf, Project, type ReasonJson } from './project.ts';

// --- Manifests -------------------------------------------------------------------------------------------------------

type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };
type Map = { readonly [key: string]: Value };

/** As little as there can be. JSON is YAML. */
const PLAIN: Map = {
  version: 1,
  authorities: {
    root: { commonName: 'Root' },
    sub: { commonName: 'Sub', issuer: 'root' },
    other: { commonName: 'Other' },
    placed: { commonName: 'Placed', issuer: 'root' },
  },
  servers: {
    web: { commonName: 'web.example.test', issuer: 'sub' },
    by: { commonName: 'by.example.test', issuer: 'other' },
    nameless: { san: ['nameless.example.test'], subject: { organization: 'Nameless' }, issuer: 'sub' },
    put: { commonName: 'put.example.test', issuer: 'other' },
  },
  clients: { app: { commonName: 'app', issuer: 'sub' } },
  peers: { bus: { commonName: 'bus.example.test', issuer: 'sub' } },
};

const SUBJECT = {
  organization: 'Org',
  organizationalUnit: 'Unit',
  country: 'SE',
  state: 'Uppland',
  locality: 'Uppsala',
};
const NAMES = [
  'dns:a.example.test',
  '10.0.0.1',
  '2001:db8::1',
  'uri:spiffe://example.test/a',
  'email:a@example.test',
];
const FILES = {
  key: 'tls.key',
  csr: 'tls.csr',
  cert: 'tls.crt',
  chain: 'chain.crt',
  fullchain: 'full.crt',
  ca: 'ca.crt',
  public: 'tls.pub',
  'ca-chain': 'ca-chain.crt',
  der: 'tls.der',
  pkcs7: 'tls.p7b',
  'pkcs8-der': 'tls.pk8',
  pkcs1: 'tls.rsa',
  pkcs12: 'tls.p12',
  keystore: 'tls.keys',
  truststore: 'tls.trust',
  secret: 'tls.secret.yaml',
  bundle: 'tls.roots.yaml',
  sec1: 'tls.ec',
  combined: 'tls.pem',
  split: 'tls-{part}.crt',
  previous: 'old.crt',
};
const MOVED_FILES = Object.fromEntries(Object.entries(FILES).map(([key, name]) => [key, `new-${name}`]));

/** What every entry can have in common, and in `defaults`. */
const SETTINGS: Map = {
  key: 'ecdsa-p521',
  validity: '60d',
  subject: SUBJECT,
  renewBefore: '20d',
  rotateKey: true,
  backdate: '1h',
  outputs: ['key', 'cert', 'fullchain', 'chain', 'public'],
};

/** Everything set, where it can be. */
const FULL = with_(PLAIN, {
  'authorities.sub': { ...SETTINGS, commonName: 'Sub', issuer: 'root', pathLength: 2, validity: '4y' },
  'authorities.placed.folder': 'cas/{name}',
  'authorities.placed.files': FILES,
  'servers.web': {
    ...SETTINGS,
    commonName: 'web.example.test',
    san: ['web.example.test', 'www.example.test'],
    issuer: 'sub',
    trust: ['root', 'other'],
  },
  'servers.put.folder': 'deploy/{name}',
  'servers.put.files': FILES,
  'clients.app.san': NAMES,
});
const DEFAULTS = with_(PLAIN, { defaults: { ...SETTINGS, validity: '4y', trust: ['root', 'other'] } });
const LAYOUT = with_(PLAIN, { 'defaults.folder': '{section}-{name}', 'defaults.files': FILES });
/** One authority alone can sign leaves. */
const ONE: Map = {
  version: 1,
  authorities: { root: { commonName: 'Root' }, sub: { commonName: 'Sub', issuer: 'root' } },
  servers: { web: { commonName: 'web.example.test' } },
};
const ONE_NAMED = with_(ONE, { 'servers.web.issuer': 'sub' });

/** A copy with values set at dotted paths; `undefined` removes. */
function with_(manifest: Map, edits: Readonly<Record<string, Value | undefined>>): Map {
  const copy = JSON.parse(JSON.stringify(manifest)) as Record<string, unknown>; // nothing shared, unlike structuredClone
  for (const [path, value] of Object.entries(edits)) {
    const parts = path.split('.');
    const last = parts.pop() ?? '';
    let at = copy;
    for (const part of parts) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    if (value === undefined) delete at[last];
    else at[last] = value;
  }
  return copy as Map;
}

// --- The table -------------------------------------------------------------------------------------------------------

type Verb = 'add' | 'change' | 'remove';

/** `action field: before → after; …`: an entity's line of the plan. Anything that is not listed is kept. */
type Expected = Readonly<Record<string, string>>;

interface Case {
  /** As in the schema: `servers.*.san`. */
  readonly field: string;
  readonly verb: Verb;
  readonly what?: string;
  readonly from: Map;
  readonly to: Map;
  readonly expected: Expected;
  readonly affects?: Readonly<Record<string, readonly string[]>>;
  /** Part of `openssl x509 -text` of an entity's certificate afterwards. */
  readonly shows?: readonly [id: string, text: string];
  readonly hides?: readonly [id: string, text: string];
  readonly allow?: Consent;
}

const BELOW_SUB = ['servers/web', 'servers/nameless', 'clients/app', 'peers/bus'];
const ALL = [
  ...['authorities/root', 'authorities/sub', 'authorities/other', 'authorities/placed'],
  ...['servers/web', 'servers/by', 'servers/nameless', 'servers/put', 'clients/app', 'peers/bus'],
];

function each(ids: readonly string[], text: string | ((id: string) => string)): Expected {
  return Object.fromEntries(ids.map((id) => [id, typeof text === 'string' ? text : text(id)]));
}

/** The three edits of one field: from nothing to `value`, from there to `other`, and back to nothing. */
function edits(
  field: string,
  path: string,
  { value, other, plain = PLAIN, full = FULL }: { value?: Value; other: Value; plain?: Map; full?: Map },
  expected: (verb: Verb) => Omit<Case, 'field' | 'verb' | 'from' | 'to'>,
): readonly Case[] {
  const set = path.split('.').reduce<Value | undefined>((at, part) => (at as Map | undefined)?.[part], full);
  const first = value ?? set;
  if (first === undefined) throw new Error(`the full manifest has no ${path}`);
  return [
    { field, verb: 'add', from: plain, to: with_(plain, { [path]: first }), ...expected('add') },
    { field, verb: 'change', from: full, to: with_(full, { [path]: other }), ...expected('change') },
    { field, verb: 'remove', from: full, to: with_(full, { [path]: undefined }), ...expected('remove') },
  ];
}

/** `before → after` for the three edits of a field whose absence means `none`. */
function arrow(verb: Verb, none: string, value: string, other: string): string {
  const [before, after] = { add: [none, value], change: [value, other], remove: [value, none] }[verb];
  return `${before} → ${after}`;
}

const ATTRIBUTES = [
  ['country', 'C', 'NO'],
  ['state', 'ST', 'Oslo fylke'],
  ['locality', 'L', 'Oslo'],
  ['organization', 'O', 'Another'],
  ['organizationalUnit', 'OU', 'Another unit'],
] as const;
type Attributes = Readonly<Record<string, string>>;

/** `C=SE, O=Org, CN=web`. */
function nameText(attributes: Attributes, commonName?: string): string {
  const parts = ATTRIBUTES.flatMap(([field, type]) => {
    const value = attributes[field];
    return value === undefined ? [] : [`${type}=${value}`];
  });
  return [...parts, ...(commonName === undefined ? [] : [`CN=${commonName}`])].join(', ');
}

function opensslName(text: string): string {
  return text.replaceAll('=', ' = ');
}

function subjectCases(field: string, path: string, id: string, commonName: string): readonly Case[] {
  return ATTRIBUTES.flatMap(([attribute, , other]) =>
    edits(`${field}.${attribute}`, `${path}.${attribute}`, { other }, (verb) => {
      const full: Attributes = SUBJECT;
      const { [attribute]: value = '', ...rest } = full;
      const [before, after] = {
        add: [{}, { [attribute]: value }],
        change: [full, { ...full, [attribute]: other }],
        remove: [full, rest],
      }[verb] as [Attributes, Attributes];
      const [from, to] = [nameText(before, commonName), nameText(after, commonName)];
      const below = id === 'authorities/sub' ? BELOW_SUB : [];
      return {
        expected: {
          [id]: `issue subject: ${from} → ${to}`,
          ...each(below, 'issue authorities/sub changes'),
        },
        affects: { [id]: below },
        shows: [id, `Subject: ${opensslName(to)}\n`],
      };
    }),
  );
}

/** Settings that act at the next issue only: nothing changes now. */
function quiet(field: string, path: string, bases: { plain?: Map; full?: Map } = {}): readonly Case[] {
  const others: Record<string, Value> = { renewBefore: '33%', rotateKey: false, backdate: '2h' };
  return Object.entries(others).flatMap(([name, other]) =>
    edits(`${field}.${name}`, `${path}.${name}`, { other, ...bases }, () => ({ expected: {} })),
  );
}

const OUTPUTS = {
  add: 'refresh public.pem is missing; csr.pem is no longer needed; ca.pem is no longer needed',
  change: 'refresh csr.pem is missing; ca.pem is missing; public.pem is no longer needed',
  remove: 'refresh csr.pem is missing; ca.pem is missing; public.pem is no longer needed',
} as const;
const OTHER_OUTPUTS = ['key', 'csr', 'cert', 'chain', 'fullchain', 'ca'];

const LEAF: readonly Case[] = [
  ...edits(
    'servers.*.commonName',
    'servers.nameless.commonName',
    {
      value: 'nameless.example.test',
      other: 'x',
      full: with_(PLAIN, { 'servers.nameless.commonName': 'x' }),
    },
    () => ({
      expected: { 'servers/nameless': 'issue subject: O=Nameless → O=Nameless, CN=nameless.example.test' },
      shows: ['servers/nameless', 'Subject: O = Nameless, CN = nameless.example.test\n'],
    }),
  ).slice(0, 1),
  ...edits('servers.*.commonName', 'servers.web.commonName', { other: 'www.example.test' }, (verb) => ({
    expected: {
      'servers/web': `issue subject: ${nameText(SUBJECT, 'web.example.test')} → ${nameText(
        SUBJECT,
        verb === 'change' ? 'www.example.test' : undefined,
      )}`,
    },
  })).slice(1),
  ...subjectCases('servers.*.subject', 'servers.web.subject', 'servers/web', 'web.example.test'),
  ...edits(
    'servers.*.san',
    'servers.web.san',
    { other: ['web.example.test', 'new.example.test'] },
    (verb) => {
      const [own, two] = ['dns:web.example.test', 'dns:web.example.test, dns:www.example.test'];
      const other = 'dns:web.example.test, dns:new.example.test';
      const text = arrow(verb, own, two, other);
      return {
        expected: { 'servers/web': `issue san: ${text}` },
        shows: ['servers/web', `${text.split(' → ')[1]?.replaceAll('dns', 'DNS')}\n`],
      };
    },
  ),
  ...NAMES.flatMap((name, i) => {
    const texts = [
      'dns:a.example.test',
      'ip:10.0.0.1',
      'ip:2001:db8::1',
      'uri:spiffe://example.test/a',
      'email:a@example.test',
    ];
    const shown = [
      'DNS:a.example.test',
      'IP Address:10.0.0.1',
      'IP Address:2001:DB8:0:0:0:0:0:1',
      'URI:spiffe://example.test/a',
      'email:a@example.test',
    ];
    const [text = '', see = ''] = [texts[i], shown[i]];
    const rest = texts.filter((other) => other !== text);
    const replaced = texts.with(i, 'dns:instead.example.test');
    const line = (from: readonly string[], to: readonly string[]) =>
      `issue san: ${from.join(', ') || 'none'} → ${to.join(', ') || 'none'}`;
    const common = { field: 'clients.*.san', what: text } as const;
    const id = 'clients/app';
    return [
      {
        ...common,
        verb: 'add',
        from: PLAIN,
        to: with_(PLAIN, { 'clients.app.san': [name] }),
        expected: { [id]: line([], [text]) },
        shows: [id, see],
      },
      {
        ...common,
        verb: 'change',
        from: FULL,
        to: with_(FULL, { 'clients.app.san': NAMES.with(i, 'instead.example.test') }),
        expected: { [id]: line(texts, replaced) },
        shows: [id, 'DNS:instead.example.test'],
        hides: [id, see],
      },
      {
        ...common,
        verb: 'remove',
        from: FULL,
        to: with_(FULL, { 'clients.app.san': NAMES.filter((other) => other !== name) }),
        expected: { [id]: line(texts, rest) },
        hides: [id, see],
      },
    ] satisfies Case[];
  }),
  ...edits('servers.*.key', 'servers.web.key', { other: 'ed25519' }, (verb) => ({
    expected: { 'servers/web': `rekey key: ${arrow(verb, 'ecdsa-p256', 'ecdsa-p521', 'ed25519')}` },
    shows: [
      'servers/web',
      { add: 'NIST CURVE: P-521', change: 'ED25519 Public-Key', remove: 'NIST CURVE: P-256' }[verb],
    ],
  })),
  ...edits('servers.*.validity', 'servers.web.validity', { other: '45d' }, (verb) => ({
    expected: { 'servers/web': `issue validity: ${arrow(verb, '90d', '60d', '45d')}` },
  })),
  ...edits(
    'servers.*.issuer',
    'servers.web.issuer',
    { value: 'sub', other: 'root', plain: ONE, full: ONE_NAMED },
    (verb) => ({
      expected:
        verb === 'change'
          ? {
              'servers/web': 'issue issuer: CN=Sub → CN=Root; chain.pem is no longer needed',
            }
          : {},
      ...(verb === 'change' ? { shows: ['servers/web', 'Issuer: CN = Root\n'] as const } : {}),
    }),
  ),
  {
    field: 'servers.*.issuer',
    what: 'under another root',
    verb: 'change',
    from: FULL,
    to: with_(FULL, { 'servers.web.issuer': 'other' }),
    expected: {
      'servers/web': `issue issuer: ${nameText(SUBJECT, 'Sub')} → CN=Other; chain.pem is no longer needed`,
    },
    shows: ['servers/web', 'Issuer: CN = Other\n'],
  },
  ...quiet('servers.*', 'servers.web'),
  ...edits('servers.*.outputs', 'servers.web.outputs', { other: OTHER_OUTPUTS }, (verb) => ({
    expected: { 'servers/web': OUTPUTS[verb] },
  })),
  ...edits(
    'servers.*.trust',
    'servers.web.trust',
    { other: ['other'], full: with_(PLAIN, { 'servers.web.trust': ['root', 'other'] }) },
    (verb) => ({
      expected: {
        'servers/web': {
          add: 'refresh trusts authorities/other',
          change: 'refresh no longer trusts authorities/root',
          remove: 'refresh no longer trusts authorities/other',
        }[verb],
      },
    }),
  ),
];

const AUTHORITY: readonly Case[] = [
  {
    field: 'authorities.*.commonName',
    verb: 'change',
    from: PLAIN,
    to: with_(PLAIN, { 'authorities.sub.commonName': 'Better' }),
    expected: {
      'authorities/sub': 'issue subject: CN=Sub → CN=Better',
      ...each(BELOW_SUB, 'issue authorities/sub changes'),
    },
    affects: { 'authorities/sub': BELOW_SUB },
    shows: ['servers/web', 'Issuer: CN = Better\n'],
  },
  ...subjectCases('authorities.*.subject', 'authorities.sub.subject', 'authorities/sub', 'Sub'),
  ...edits('authorities.*.pathLength', 'authorities.sub.pathLength', { other: 1 }, (verb) => ({
    expected: {
      'authorities/sub': `issue pathLength: ${arrow(verb, 'none', '2', '1')}`,
      ...each(BELOW_SUB, 'refresh authorities/sub changes'),
    },
    affects: { 'authorities/sub': BELOW_SUB },
    ...(verb === 'remove'
      ? { hides: ['authorities/sub', 'pathlen'] as const }
      : {
          shows: ['authorities/sub', verb === 'add' ? 'CA:TRUE, pathlen:2' : 'CA:TRUE, pathlen:1'] as const,
        }),
  })),
  ...edits(
    'authorities.*.san',
    'authorities.sub.san',
    {
      value: ['ca.example.test'],
      other: ['ops@example.test'],
      full: with_(FULL, { 'authorities.sub.san': ['ca.example.test'] }),
    },
    (verb) => ({
      expected: {
        'authorities/sub': `issue san: ${arrow(verb, 'none', 'dns:ca.example.test', 'email:ops@example.test')}`,
        ...each(BELOW_SUB, 'refresh authorities/sub changes'),
      },
      affects: { 'authorities/sub': BELOW_SUB },
      ...(verb === 'remove'
        ? { hides: ['authorities/sub', 'Subject Alternative Name'] as const }
        : {
            shows: [
              'authorities/sub',
              verb === 'add' ? 'DNS:ca.example.test' : 'email:ops@example.test',
            ] as const,
          }),
    }),
  ),
  ...edits('authorities.*.key', 'authorities.sub.key', { other: 'ecdsa-p256' }, (verb) => ({
    expected: {
      'authorities/sub': `rekey key: ${arrow(verb, 'ecdsa-p384', 'ecdsa-p521', 'ecdsa-p256')}`,
      ...each(BELOW_SUB, 'issue authorities/sub changes'),
    },
    affects: { 'authorities/sub': BELOW_SUB },
    allow: 'rekey-ca',
    shows: ['authorities/sub', { add: 'P-521', change: 'P-256', remove: 'P-384' }[verb]],
  })),
  ...edits('authorities.*.validity', 'authorities.sub.validity', { other: '3y' }, (verb) => ({
    expected: {
      'authorities/sub': `issue validity: ${arrow(verb, '5y', '4y', '3y')}`,
      ...each(BELOW_SUB, 'refresh authorities/sub changes'),
    },
    affects: { 'authorities/sub': BELOW_SUB },
  })),
  ...edits(
    'authorities.*.issuer',
    'authorities.other.issuer',
    {
      value: 'root',
      other: 'placed',
      plain: with_(PLAIN, { 'authorities.other.validity': '4y' }),
      full: with_(PLAIN, { 'authorities.other.issuer': 'root', 'authorities.other.validity': '4y' }),
    },
    (verb) => ({
      expected: {
        'authorities/other': {
          add: 'issue authorityKeyIdentifier: none → present; issuer: CN=Other → CN=Root; trusts authorities/root; no longer trusts authorities/other',
          change: 'issue issuer: CN=Root → CN=Placed',
          remove: 'issue issuer: CN=Root → CN=Other',
        }[verb],
        ...each(
          ['servers/by', 'servers/put'],
          {
            add: 'refresh trusts authorities/root; no longer trusts authorities/other; chain.pem is missing; authorities/other changes',
            change: 'refresh authorities/other changes',
            remove:
              'refresh trusts authorities/other; no longer trusts authorities/root; fullchain.pem is out of date; authorities/other changes; chain.pem is no longer needed',
          }[verb],
        ),
      },
      affects: { 'authorities/other': ['servers/by', 'servers/put'] },
      shows: [
        'authorities/other',
        `Issuer: CN = ${{ add: 'Root', change: 'Placed', remove: 'Other' }[verb]}\n`,
      ],
    }),
  ),
  ...quiet('authorities.*', 'authorities.sub'),
  ...edits('authorities.*.outputs', 'authorities.sub.outputs', { other: OTHER_OUTPUTS }, (verb) => ({
    expected: { 'authorities/sub': OUTPUTS[verb] },
  })),
];

const plainKeys = (id: string): string => (id.startsWith('authorities/') ? 'ecdsa-p384' : 'ecdsa-p256');
const plainValidity = (id: string): string =>
  id.startsWith('authorities/') ? (/root|other/.test(id) ? '10y' : '5y') : '90d';
const commonNames: Readonly<Record<string, string | undefined>> = Object.fromEntries(
  ALL.map((id) => {
    const [section = '', name = ''] = id.split('/');
    return [id, (PLAIN[section] as Record<string, Record<string, string>>)[name]?.['commonName']];
  }),
);

const IN_DEFAULTS: readonly Case[] = [
  ...ATTRIBUTES.flatMap(([attribute, , other]) =>
    edits(
      `defaults.subject.${attribute}`,
      `defaults.subject.${attribute}`,
      { value: SUBJECT[attribute], other, full: DEFAULTS },
      (verb) => {
        const ids = ALL.filter((id) => id !== 'servers/nameless' || attribute !== 'organization');
        const text = (id: string): string => {
          const own = id === 'servers/nameless' ? { organization: 'Nameless' } : {};
          const full: Attributes = SUBJECT;
          const { [attribute]: value = '', ...rest } = full;
          const [before, after] = {
            add: [{}, { [attribute]: value }],
            change: [full, { ...full, [attribute]: other }],
            remove: [full, rest],
          }[verb] as [Attributes, Attributes];
          const change = `subject: ${nameText({ ...before, ...own }, commonNames[id])} → ${nameText({ ...after, ...own }, commonNames[id])}`;
          const issuer = issuerOf(id);
          const trust = issuer === undefined ? '; keeps-trust' : '';
          return `issue ${change}${issuer === undefined ? trust : `; ${issuer} changes`}`;
        };
        const leftOver = each(
          ALL.filter((id) => !ids.includes(id)),
          'issue authorities/sub changes',
        );
        return { expected: { ...each(ids, text), ...leftOver } };
      },
    ),
  ),
  ...edits('defaults.key', 'defaults.key', { other: 'ecdsa-p256', full: DEFAULTS }, (verb) => ({
    expected: each(ALL, (id) => {
      const issuer = issuerOf(id);
      const change = `rekey key: ${arrow(verb, plainKeys(id), 'ecdsa-p521', 'ecdsa-p256')}`;
      return `${change}; ${issuer === undefined ? 'keeps-trust' : `${issuer} changes`}`;
    }),
    allow: 'rekey-ca',
  })),
  ...edits(
    'defaults.validity',
    'defaults.validity',
    { other: '3y', full: with_(PLAIN, { 'defaults.validity': '4y' }) },
    (verb) => ({
      // Whoever would outlive its issuer is told so by the day that it would end.
      expected: each(ALL, (id) => {
        const isCut = { add: id.startsWith('authorities/'), change: true, remove: false }[verb];
        const issuer = issuerOf(id);
        return issuer !== undefined && isCut
          ? `issue validity: TIME → TIME, the end of ${issuer}`
          : `issue validity: ${arrow(verb, plainValidity(id), '4y', '3y')}`;
      }),
    }),
  ),
  ...quiet('defaults', 'defaults', { full: DEFAULTS }),
  ...edits('defaults.outputs', 'defaults.outputs', { other: OTHER_OUTPUTS, full: DEFAULTS }, (verb) => ({
    expected: each(ALL, OUTPUTS[verb]),
  })),
  ...edits(
    'defaults.trust',
    'defaults.trust',
    {
      value: ['root', 'other'],
      other: ['other'],
      full: with_(PLAIN, { 'defaults.trust': ['root', 'other'] }),
    },
    (verb) => ({
      expected: each(
        ALL.filter((id) => !id.startsWith('authorities/')),
        (id) => {
          const another = issuerOf(id) === 'authorities/other' ? 'root' : 'other';
          return {
            add: `refresh trusts authorities/${another}`,
            change: 'refresh no longer trusts authorities/root',
            remove: `refresh no longer trusts authorities/${another}`,
          }[verb];
        },
      ),
    }),
  ),
];

function issuerOf(id: string): string | undefined {
  const [section = '', name = ''] = id.split('/');
  const issuer = (PLAIN[section] as Record<string, Record<string, string>>)[name]?.['issuer'];
  return issuer === undefined ? undefined : `authorities/${issuer}`;
}

/** Entries themselves. */
const ENTRIES: readonly Case[] = (
  [
    ['authorities', { commonName: 'New', issuer: 'root' }, 'placed'],
    ['servers', { commonName: 'new.example.test', issuer: 'sub' }, 'by'],
    ['clients', { commonName: 'new', issuer: 'sub' }, 'app'],
    ['peers', { commonName: 'new.example.test', issuer: 'sub' }, 'bus'],
  ] as const
).flatMap(([section, entry, gone]) => [
  {
    field: section,
    verb: 'add',
    from: PLAIN,
    to: with_(PLAIN, { [`${section}.new`]: entry }),
    expected: { [`${section}/new`]: 'create key.pem is missing; cert.pem is missing' },
  } satisfies Case,
  {
    field: section,
    verb: 'remove',
    from: PLAIN,
    to: with_(PLAIN, { [`${section}.${gone}`]: undefined }),
    expected: {
      [`${section}/${gone}`]: 'remove no longer in the manifest; its certificate is valid until TIME',
    },
    allow: 'remove',
  } satisfies Case,
]);

const reissued = (what: string) => ({
  expected: { 'authorities/sub': `issue ${what}`, ...each(BELOW_SUB, 'refresh authorities/sub changes') },
});

/** What others wrote beyond the default conforms to it, so that taking a usage away changes nothing. */
const USAGES: readonly Case[] = [
  ...edits(
    'servers.*.keyUsage',
    'servers.web.keyUsage',
    {
      value: ['digitalSignature', 'keyAgreement'],
      other: ['digitalSignature'],
      full: with_(PLAIN, { 'servers.web.keyUsage': ['digitalSignature', 'keyAgreement'] }),
    },
    (verb) => ({
      expected:
        verb === 'remove'
          ? {}
          : {
              'servers/web': `issue keyUsage: ${arrow(verb, 'digitalSignature', 'digitalSignature, keyAgreement', 'digitalSignature')}`,
            },
      ...(verb === 'add' ? { shows: ['servers/web', 'Digital Signature, Key Agreement\n'] as const } : {}),
    }),
  ),
  ...edits(
    'authorities.*.keyUsage',
    'authorities.sub.keyUsage',
    {
      value: ['keyCertSign', 'digitalSignature'],
      other: ['keyCertSign'],
      full: with_(PLAIN, { 'authorities.sub.keyUsage': ['keyCertSign', 'digitalSignature'] }),
    },
    (verb) =>
      verb === 'remove'
        ? { expected: {} }
        : reissued(
            `keyUsage: ${arrow(verb, 'keyCertSign, cRLSign', 'digitalSignature, keyCertSign', 'keyCertSign')}`,
          ),
  ),
  ...edits(
    'servers.*.extendedKeyUsage',
    'servers.web.extendedKeyUsage',
    {
      value: ['serverAuth', '1.3.6.1.5.2.3.5'],
      other: ['serverAuth', 'clientAuth'],
      full: with_(PLAIN, { 'servers.web.extendedKeyUsage': ['serverAuth', '1.3.6.1.5.2.3.5'] }),
    },
    (verb) => ({
      expected: {
        'servers/web': `issue extendedKeyUsage: ${arrow(verb, 'serverAuth', 'serverAuth, 1.3.6.1.5.2.3.5', 'serverAuth, clientAuth')}`,
      },
    }),
  ),
  ...edits(
    'authorities.*.extendedKeyUsage',
    'authorities.sub.extendedKeyUsage',
    {
      value: ['serverAuth', 'clientAuth'],
      other: ['serverAuth', 'clientAuth', 'OCSPSigning'],
      full: with_(PLAIN, { 'authorities.sub.extendedKeyUsage': ['serverAuth', 'clientAuth'] }),
    },
    (verb) =>
      reissued(
        `extendedKeyUsage: ${arrow(verb, 'none', 'serverAuth, clientAuth', 'serverAuth, clientAuth, OCSPSigning')}`,
      ),
  ),
  ...(['permitted', 'excluded'] as const).flatMap((list) => {
    // All names in the manifest are permitted; what is not stated is not compared.
    const names = (host: string) => [...(list === 'permitted' ? ['example.test'] : []), host];
    const text = (host: string) =>
      `critical, ${names(host)
        .map((name) => `${list} dns:${name}`)
        .join(', ')}`;
    return edits(
      `authorities.*.nameConstraints.${list}`,
      'authorities.placed.nameConstraints',
      {
        value: { [list]: names('one.test') },
        other: { [list]: names('two.test') },
        full: with_(PLAIN, { 'authorities.placed.nameConstraints': { [list]: names('one.test') } }),
      },
      (verb): Pick<Case, 'expected'> =>
        verb === 'remove'
          ? { expected: {} }
          : {
              expected: {
                'authorities/placed': `issue nameConstraints: ${arrow(verb, 'none', text('one.test'), text('two.test'))}`,
              },
            },
    );
  }),
];

/** Stated, they are compared; taken away, they stay until the renewal. */
function stated(
  field: string,
  path: string,
  [value, other]: readonly [Value, Value],
  [name, none, before, after]: readonly [name: string, none: string, before: string, after: string],
  ids: readonly string[],
  plain: Map = PLAIN,
): readonly Case[] {
  const full = with_(plain, { [path]: value });
  return edits(field, path, { value, other, plain, full }, (verb) => ({
    expected: verb === 'remove' ? {} : each(ids, `issue ${name}: ${arrow(verb, none, before, after)}`),
  }));
}

const BY_OTHER = ['servers/by', 'servers/put'];
const RESPONDER = with_(PLAIN, { 'authorities.other.ocsp': { url: 'http://ocsp.test' } });

const POLICIES: readonly Case[] = [
  ...stated(
    'servers.*.policies',
    'servers.web.policies',
    [['1.2.3.4'], [{ policy: '1.2.3.4', cps: 'https://a.test/', notice: 'a, b' }]],
    ['policies', 'none', '1.2.3.4', '1.2.3.4, 1.2.3.4 cps https://a.test/, "1.2.3.4 notice a, b"'],
    ['servers/web'],
  ),
  ...stated(
    'authorities.*.policies',
    'authorities.placed.policies',
    [['1.2.3.4'], ['1.2.3.5']],
    ['policies', 'none', '1.2.3.4', '1.2.3.5'],
    ['authorities/placed'],
  ),
  ...(['requireExplicitPolicy', 'inhibitPolicyMapping'] as const).flatMap((part) =>
    stated(
      `authorities.*.policyConstraints.${part}`,
      'authorities.placed.policyConstraints',
      [{ [part]: 1 }, { [part]: 2 }],
      ['policyConstraints', 'none', `critical, ${part} 1`, `critical, ${part} 2`],
      ['authorities/placed'],
    ),
  ),
  ...stated(
    'authorities.*.inhibitAnyPolicy',
    'authorities.placed.inhibitAnyPolicy',
    [0, 1],
    ['inhibitAnyPolicy', 'none', 'critical, 0', 'critical, 1'],
    ['authorities/placed'],
  ),
  ...stated(
    'servers.*.mustStaple',
    'servers.by.mustStaple',
    [true, false],
    ['mustStaple', 'none', 'status_request', 'none'],
    ['servers/by'],
    RESPONDER,
  ),
  ...stated(
    'servers.*.ocspNoCheck',
    'servers.by.ocspNoCheck',
    [true, false],
    ['ocspNoCheck', 'none', 'true', 'none'],
    ['servers/by'],
    with_(PLAIN, { 'servers.by.extendedKeyUsage': ['serverAuth', 'OCSPSigning'] }),
  ),
  // It waits for the renewal, whatever becomes of it: revocation.test.ts reads what the plan says of that.
  ...edits(
    'authorities.*.crl.url',
    'authorities.other.crl',
    {
      value: { url: 'http://a.test' },
      other: { url: ['http://a.test', 'http://b.test'] },
      plain: PLAIN,
      full: with_(PLAIN, { 'authorities.other.crl': { url: 'http://a.test' } }),
    },
    () => ({ expected: {} }),
  ),
  ...(['ocsp', 'caIssuers'] as const).flatMap((name) =>
    stated(
      `authorities.*.${name}.url`,
      `authorities.other.${name}`,
      [{ url: 'http://a.test' }, { url: ['http://a.test', 'http://b.test'] }],
      [name, 'none', 'http://a.test', 'http://a.test, http://b.test'],
      BY_OTHER,
    ),
  ),
];

const RSA = with_(PLAIN, { 'authorities.other.key': 'rsa-2048' });

const SIGNING: readonly Case[] = [
  ...stated(
    'authorities.*.digest',
    'authorities.other.digest',
    ['sha512', 'sha256'],
    ['signature', 'ecdsa-with-SHA384', 'ecdsa-with-SHA512', 'ecdsa-with-SHA256'],
    BY_OTHER,
  ),
  ...stated(
    'authorities.*.signature',
    'authorities.other.signature',
    ['rsa-pss', 'pkcs1'],
    ['signature', 'sha256WithRSAEncryption', 'rsassaPss-sha256', 'sha256WithRSAEncryption'],
    BY_OTHER,
    RSA,
  ),
];

const OID = '1.3.6.1.4.1.99999.7';

const PRIVATE: readonly Case[] = (['servers.web', 'authorities.placed'] as const).flatMap((at) => [
  ...stated(
    `${at.replace(/\..*/, '')}.*.extensions`,
    `${at}.extensions`,
    [{ [OID]: { utf8: 'rack 12' } }, { [OID]: { integer: 7 } }],
    ['extensions', 'none', `${OID} utf8 rack 12`, `${OID} integer 7`],
    [at.replace('.', '/')],
  ),
]);

/** Who makes it is nothing that a certificate says. */
const ENGINE = edits(
  'engine',
  'engine',
  { value: 'node', other: 'auto', full: with_(PLAIN, { engine: 'openssl' }) },
  () => ({ expected: {} }),
);

/** What becomes of the archive changes nothing that is in place. */
const ARCHIVE = edits(
  'archive.keep',
  'archive.keep',
  { value: '1y', other: '2y', full: with_(PLAIN, { 'archive.keep': '1y' }) },
  () => ({ expected: {} }),
);

/** Fields that say where files are and not what is in them: tested on their own below. */
const MORE_ATTRIBUTES = [
  ...['domain', 'userId', 'emailAddress', 'serialNumber', 'street', 'postalCode', 'title'],
  ...['givenName', 'surname'],
];
const PLACES = [
  'output',
  // In other-names.test.ts.
  'authorities.*.san',
  ...['defaults', 'authorities.*', 'servers.*'].flatMap((at) => [
    `${at}.folder`,
    `${at}.publish`,
    // In subjects.test.ts.
    ...MORE_ATTRIBUTES.map((name) => `${at}.subject.${name}`),
    // In ownership.test.ts.
    ...['owner', 'group', 'mode'].map((name) => `${at}.${name}`),
    ...Object.keys(FILES).map((name) => `${at}.files.${name}`),
  ]),
];

const CASES = [
  ...LEAF,
  ...AUTHORITY,
  ...IN_DEFAULTS,
  ...ENTRIES,
  ...USAGES,
  ...POLICIES,
  ...PRIVATE,
  ...SIGNING,
  ...ENGINE,
  ...ARCHIVE,
];

// --- Every case ------------------------------------------------------------------------------------------------------

const prepared = new Map<string, Promise<Project>>();

/** A folder that a manifest has been applied to, made once. */
function folderOf(manifest: Map): Promise<Project> {
  const text = JSON.stringify(manifest);
  const made =
    prepared.get(text) ??
    (async () => {
      const project = new Project(text);
      await project.apply();
      return project;
    })();
  prepared.set(text, made);
  return made;
}

beforeAll(async () => {
  for (const manifest of [PLAIN, FULL]) await folderOf(manifest);
});

/** Of long lists, too, all that was and all that will be. */
function wholeText({ field, before, after, text }: ReasonJson): string {
  const isWhole = field !== undefined && typeof before === 'string' && typeof after === 'string';
  return isWhole ? `${field}: ${before} → ${after}` : text;
}

/** `issue san: a → b; authorities/sub changes`. */
function lineOf({ action, reasons }: ChangeJson): string {
  const texts = reasons.map((reason) => (reason.kind === 'keeps-trust' ? reason.kind : wholeText(reason)));
  return `${action} ${texts.join('; ')}`.trim().replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, 'TIME');
}

/** What of `pki apply --json` is looked at. */
interface AppliedJson {
  readonly plan: { readonly changes: readonly ChangeJson[] };
  readonly published: readonly string[];
}

async function appliedByCommand(project: Project, { allow }: Case): Promise<AppliedJson> {
  const consent = allow === undefined ? [] : ['--allow', allow];
  const applied = await project.pki(['apply', '--skip-verify', '--json', ...consent]);
  expect(applied.code, applied.stderr).toBe(0);
  return JSON.parse(applied.stdout) as AppliedJson;
}

/** The same in this process: three hundred starts of the command are a minute of a core. */
async function appliedHere(project: Project, { allow }: Case): Promise<AppliedJson> {
  const opened = await openProject(join(project.folder, 'pki.yaml'));
  if (!opened.ok) throw new Error(JSON.stringify(opened));
  const result = await apply(opened.project, { consents: new Set(allow === undefined ? [] : [allow]) });
  expect(result.ok, JSON.stringify(result)).toBe(true);
  return JSON.parse(JSON.stringify(resultJson(result, opened.project, null))) as AppliedJson;
}

/** Every so-many-th case is applied by the command, all of them with PKI_TEST_ALL=1. */
const BY_COMMAND = EVERYTHING ? 1 : 8;

const VERBS: readonly Verb[] = ['add', 'change', 'remove'];

/**
 * On leaves, longer runs make every edit of every field. Layers and authorities look a field up in the same way, so that
 * there one edit of each is made, all three by turns, as of leaves in usual runs; all of them with PKI_TEST_ALL=1.
 */
function isUsual({ field, verb }: Case): boolean {
  if (LONGER && !/^(defaults|authorities)\./.test(field)) return true;
  const turn = [...new Set(CASES.map((one) => one.field))].indexOf(field);
  return VERBS[turn % VERBS.length] === verb;
}

const TRIED = someOf(CASES.filter((one) => EVERYTHING || isUsual(one)));

async function run(one: Case): Promise<void> {
  const project = copyOf(await folderOf(one.from));
  project.write(JSON.stringify(one.to));
  const before = snapshot(project.out);
  const applied = TRIED.indexOf(one) % BY_COMMAND === 0 ? appliedByCommand : appliedHere;
  const { plan, published } = await applied(project, one);
  const due = plan.changes.filter(({ action }) => action !== 'keep');
  expect(Object.fromEntries(due.map((change) => [change.id, lineOf(change)]))).toEqual(one.expected);
  for (const [id, affects] of Object.entries(one.affects ?? {})) {
    expect(due.find((change) => change.id === id)?.affects).toEqual(affects);
  }
  for (const { consent } of due) if (consent !== null) expect(consent).toBe(one.allow);
  expect([...published].sort()).toEqual(due.map(({ id }) => id).sort());
  // Files that no change speaks of keep every byte; a key goes only where a new one is announced.
  const after = snapshot(project.out);
  for (const path of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (path.startsWith('.pki/')) continue;
    const change = due.find(({ id }) => path.startsWith(`${id}/`));
    if (
      change === undefined ||
      (/\/(key\.pem|tls\.key)$/.test(path) && !change.newKey && change.action !== 'remove')
    )
      expect(`${path} ${after[path]}`).toBe(`${path} ${before[path]}`);
    if (change?.action === 'refresh' && path.endsWith('/cert.pem'))
      expect(`${path} ${after[path]}`).toBe(`${path} ${before[path]}`);
  }
  for (const change of due) expect(change.newKey).toBe(/^(rekey|create)$/.test(change.action));
  for (const [expectation, yes] of [
    [one.shows, true],
    [one.hides, false],
  ] as const) {
    if (expectation === undefined) continue;
    const [id, text] = expectation;
    // Later versions print names without spaces unless they are asked for them.
    const names = ['-nameopt', 'oneline,-esc_msb'];
    const shown = await openssl(['x509', '-in', project.path(id, 'cert.pem'), '-noout', '-text', ...names]);
    if (yes) expect(shown).toContain(text);
    else expect(shown).not.toContain(text);
  }
  expect(await project.actions()).toEqual({});
}

describe.concurrent('a field', () => {
  it.each(TRIED.map((one) => [`${one.field}${one.what ? ` (${one.what})` : ''}: ${one.verb}`, one] as const))(
    '%s',
    (_, one) => run(one),
  );
});

// --- Places ----------------------------------------------------------------------------------------------------------

/** Edits of `folder` and of all `files`, for a leaf, an intermediate and everything; and of `output`. */
const MOVES: readonly (readonly [field: string, verb: Verb, from: Map, to: Map, moved: readonly string[]])[] =
  [
    ...(
      [
        ['servers.put', ['servers/put'], PLAIN, FULL],
        ['authorities.placed', ['authorities/placed'], PLAIN, FULL],
        ['defaults', ALL, PLAIN, LAYOUT],
      ] as const
    ).flatMap(([at, ids, plain, full]) =>
      (
        [
          ['folder', '{section}-{name}', 'elsewhere/{section}/{name}'],
          ['files', FILES, MOVED_FILES],
        ] as const
      ).flatMap(([name, value, other]) => {
        const path = `${at}.${name}`;
        return [
          [path, 'add', plain, with_(plain, { [path]: value }), ids],
          [path, 'change', full, with_(full, { [path]: other }), ids],
          [path, 'remove', full, with_(full, { [path]: undefined }), ids],
        ] as const;
      }),
    ),
    ['output', 'add', PLAIN, with_(PLAIN, { output: 'pki/below' }), ALL],
    ['output', 'change', with_(PLAIN, { output: 'pki' }), with_(PLAIN, { output: 'other' }), ALL],
  ];

/** What `pki plan --commands` prints, run as it is. */
async function runScript(project: Project): Promise<void> {
  const { stdout } = await project.pki(['plan', '--commands']);
  const { code, stderr } = await runProgram('sh', ['-c', stdout], { cwd: project.folder });
  expect(code, stderr).toBe(0);
}

describe.concurrent('a place', () => {
  it.each(someOf(MOVES))(
    '%s: %s: all is where it was asked for, and what was there stays',
    async (field, __, from, to, moved) => {
      const project = copyOf(await folderOf(from));
      project.write(JSON.stringify(to));
      const before = snapshot(project.folder);
      const { changes } = await project.plan();
      const due = changes.filter(({ action }) => action !== 'keep');
      expect(due.map(({ id }) => id).sort()).toEqual([...moved].sort());
      // The output folder is where everything is: another one is another beginning.
      const isNew = field === 'output';
      expect(new Set(due.map(({ action }) => action))).toEqual(new Set([isNew ? 'create' : 'refresh']));
      await project.apply();
      expect(await project.actions()).toEqual({});
      const after = snapshot(project.folder);
      for (const path of Object.keys(before)) {
        if (!/\.pki\/|pki\.yaml$/.test(path)) expect(Object.keys(after)).toContain(path);
        // Neither the keys that were there nor what belongs to entities that did not move.
        if (/(key\.pem|tls\.key)$/.test(path) || !moved.some((id) => path.includes(id.split('/')[1] ?? '')))
          if (!/\.pki\/|pki\.yaml$/.test(path))
            expect(`${path} ${after[path]}`).toBe(`${path} ${before[path]}`);
      }
    },
  );

  it.each(someOf(MOVES.filter(([field]) => /\.folder$/.test(field))))(
    '%s: %s: key and certificate come along byte for byte, by apply and (for a change) by the script of the plan',
    async (field, verb, from, to, moved) => {
      for (const byScript of verb === 'change' ? [false, true] : [false]) {
        const project = copyOf(await folderOf(from));
        const keys = (): ReadonlySet<string | undefined> => {
          const all = Object.entries(snapshot(project.out));
          return new Set(
            all.flatMap(([path, content]) => (/(key\.pem|tls\.key)$/.test(path) ? [content] : [])),
          );
        };
        const before = keys();
        project.write(JSON.stringify(to));
        const { changes } = await project.plan();
        const place = changes.filter(({ reasons }) => reasons.some(({ kind }) => kind === 'moved'));
        expect(place.map(({ id }) => id).sort(), field).toEqual([...moved].sort());
        if (byScript) await runScript(project);
        else await project.apply();
        expect(await project.actions()).toEqual({});
        expect(keys()).toEqual(before);
      }
    },
  );
});

describe.concurrent('publish', () => {
  it.each(
    (
      [
        ['servers.web', ['servers/web']],
        ['authorities.sub', ['authorities/sub']],
        ['defaults', ALL],
      ] as const
    ).flatMap(([at, ids]) => {
      const linked = with_(PLAIN, { [`${at}.publish`]: 'symlinks' });
      const to = (value: Value | undefined): Map => with_(linked, { [`${at}.publish`]: value });
      return [
        [at, 'add', PLAIN, linked, ids, 'files → symlinks'],
        [at, 'change', linked, to('files'), ids, 'symlinks → files'],
        [at, 'remove', linked, to(undefined), ids, 'symlinks → files'],
      ] as const;
    }),
  )('of %s: %s: the same content, put in place in another way', async (_, __, from, to, ids, text) => {
    const project = copyOf(await folderOf(from));
    project.write(JSON.stringify(to));
    const contents = (): readonly string[] =>
      ALL.flatMap((id) =>
        ['key.pem', 'cert.pem', 'fullchain.pem', 'ca.pem'].map((name) => project.read(id, name)),
      );
    const before = contents();
    const { changes } = await project.plan();
    const due = changes.filter(({ action }) => action !== 'keep');
    expect(Object.fromEntries(due.map((change) => [change.id, lineOf(change)]))).toEqual(
      each(ids, `refresh publish: ${text}`),
    );
    await project.apply();
    expect(await project.actions()).toEqual({});
    expect(contents()).toEqual(before);
  });
});

// --- Nothing is left out ---------------------------------------------------------------------------------------------

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly const?: unknown;
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

/** Every field of the schema, with its place: `servers.*.subject.country`. A list or a choice is one field. */
function fieldsOf(written: Schema, at = '', definitions = written.definitions ?? {}): readonly string[] {
  const schema = definitions[written.$ref?.replace('#/definitions/', '') ?? ''] ?? written;
  const prefix = at === '' ? '' : `${at}.`;
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    if (['key', 'extensions'].includes(name) && !at.endsWith('files')) return [`${prefix}${name}`];
    const below = fieldsOf(inner, `${prefix}${name}`, definitions);
    return below.length === 0 ? [`${prefix}${name}`] : below;
  });
  const entries =
    typeof schema.additionalProperties === 'object'
      ? fieldsOf(schema.additionalProperties, `${prefix}*`, definitions)
      : [];
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((inner) =>
    fieldsOf(inner, at, definitions),
  );
  return [...new Set([...own, ...entries, ...choices])];
}

/** What says where values come from, layers.test.ts, given-keys.test.ts and anchors.test.ts have. */
const LAYERS = ['profile', 'extends', 'request', 'certificate'];

/** Maps that change no certificate: passphrases.test.ts, hooks.test.ts, check.test.ts and deliver.test.ts add, change and remove them. */
const AROUND = ['passphrase', 'previousPassphrase', 'onChange', 'address', 'deliver'];

/** Keys that are on tokens: tokens.test.ts has them. */
const ON_TOKENS = /\.key\.(pkcs11|pin|kind)\b/;

/** Which chains there are, and which is shown: cross-signed.test.ts adds and removes both. */
const CHAINS = ['crossSignedBy', 'preferredChain'];

/** What changes revocation lists and answers alone: revocation, lists and ocsp.test.ts add, change and remove it. */
const OF_LISTS =
  /\.((crl|ocsp)\.(validity|renewBefore)|files\.(crl|former-crls|crls|ca-crls|crl-der)|revoked\.(reason|at|serial))$|\.revoked$/;

/** A field of an entry, whatever layer it stands in. */
function inEntry(field: string): readonly string[] {
  const [, setting] =
    /^(?:profiles\.\*|defaults\.(?:servers|clients|peers|certificates|authorities))\.(.+)$/.exec(field) ?? [];
  if (setting !== undefined) return [`servers.*.${setting}`, `authorities.*.${setting}`];
  return [field.replace(/^(clients|peers|certificates)\.\*/, 'servers.*')];
}

it('every field that the schema has stands in this table', () => {
  const text = readFileSync(join(REPOSITORY, 'schemas/pki.schema.json'), 'utf8');
  const fields = fieldsOf(JSON.parse(text) as Schema);
  expect(fields.length).toBeGreaterThan(50);
  const covered = new Set([
    ...CASES.map(({ field }) => field.replace(/^clients\.\*/, 'servers.*')),
    ...PLACES,
  ]);
  const isCovered = (field: string): boolean =>
    field.split('.').some((part) => [...AROUND, ...CHAINS].includes(part)) ||
    LAYERS.includes(field.split('.').at(-1) ?? '') ||
    OF_LISTS.test(field) ||
    ON_TOKENS.test(field) ||
    inEntry(field).some((one) => covered.has(one));
  expect(fields.filter((field) => !isCovered(field))).toEqual(['version', 'defaults.issuer']);
});

it('and is added, changed and removed', () => {
  const verbs = new Map<string, Set<Verb>>();
  for (const { field, verb } of CASES) verbs.set(field, (verbs.get(field) ?? new Set()).add(verb));
  const partial = [...verbs].filter(([, found]) => found.size < 3).map(([field]) => field);
  // A section's entries are added and removed (their fields are what changes), and an authority must have a name.
  expect(partial).toEqual(['authorities.*.commonName', 'authorities', 'servers', 'clients', 'peers']);
});
