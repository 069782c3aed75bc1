/** What carrying out a change takes beside files: tokens, secrets, commands and consents, each only where a step needs it. */
import { describe, expect, it } from 'vitest';
import type { Artifact } from '../../src/pki/artifact.ts';
import type { Entity } from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { SecretSource } from '../../src/pki/secret-source.ts';
import { allowanceIn, allowancesFor, isGiven } from '../../src/plan/allowance.ts';
import {
  commandsIn,
  errandsFor,
  hasPassphrase,
  namesCommands,
  variablesIn,
} from '../../src/plan/commands.ts';
import type { SecretUse } from '../../src/plan/errand.ts';
import { hooksFor } from '../../src/plan/hooks.ts';
import { issueAction, replaced } from '../../src/plan/issue-action.ts';
import { type KeyState, NOTHING } from '../../src/plan/observation.ts';
import { type Doing, lackingSecret, secretUses } from '../../src/plan/secret-uses.ts';
import { lackingToken, tokensFor, tokenUses, unlikeToken } from '../../src/plan/token-uses.ts';
import {
  aChange,
  anAuthority,
  aServer,
  certificateFor,
  keyFacts,
  NOW,
  observed,
  present,
} from '../helpers/entities.ts';

const env = (name: string): SecretSource => ({ kind: 'env', name });
const command = (program: string): SecretSource => ({ kind: 'command', argv: [program, 'show'] });
const PIN = env('PIN');
const TOKEN = { uri: 'pkcs11:token=hsm', pin: PIN };
const ROOT = anAuthority({ name: 'root', passphrase: env('ROOT') });
const ON_TOKEN = anAuthority({ name: 'hsm', token: TOKEN });
const OFFLINE = anAuthority({ name: 'off', keyPlace: { kind: 'offline' }, passphrase: env('OFF') });
const BRIDGE = anAuthority({
  name: 'bridge',
  issuer: ON_TOKEN.id,
  keyPlace: { kind: 'bridge', of: ROOT.id },
});
const ALL: readonly Entity[] = [ROOT, ON_TOKEN, OFFLINE, BRIDGE];
const WRITTEN = new Map([
  ['servers/api passphrase', 'line 1'],
  ['servers/api key', 'line 2'],
  ['servers/api outputs', 'line 3'],
]);

describe('tokens', () => {
  const own = aServer({ name: 'api', issuer: ON_TOKEN.id, token: TOKEN });
  const all = byIdOf([...ALL, own]);
  it.each<[string, Entity, boolean, readonly Artifact[], readonly string[]]>([
    ['an issue takes its own, and its issuer’s', own, true, [], [own.id, ON_TOKEN.id]],
    ['files by the key take its own', own, false, ['csr'], [own.id]],
    ['its public half', own, false, ['public'], [own.id]],
    ['a bundle takes none', own, false, ['fullchain', 'chain'], []],
    ['a list takes that of the authority', ON_TOKEN, false, ['crl'], [ON_TOKEN.id]],
    ['and those of former keys', ON_TOKEN, false, ['former-crls'], [ON_TOKEN.id]],
    ['a further certificate takes that of its issuer, not that of a file', BRIDGE, true, [], [ON_TOKEN.id]],
    ['a root in a file takes none', ROOT, true, ['crl'], []],
  ])('%s', (_, entity, isIssue, writes, expected) => {
    expect(tokenUses(entity, { isIssue, writes }, all)).toEqual(expected);
    const change = aChange({ id: entity.id, action: isIssue ? 'issue' : 'refresh', writes });
    expect(tokensFor(change, all)).toEqual(expected);
  });

  it('are taken by no change that does nothing, or is of what left the manifest', () => {
    expect(tokensFor(aChange({ id: own.id, action: 'keep', writes: ['csr'] }), all)).toEqual([]);
    expect(tokensFor(aChange({ id: 'servers/gone', action: 'refresh', writes: ['csr'] }), all)).toEqual([]);
  });

  it('that cannot be used refuse what takes them, the first of them', () => {
    const tokens = new Map([
      [ON_TOKEN.id, { kind: 'no-token' }],
      [ROOT.id, { kind: 'no-token' }],
    ]) as never;
    const context = { tokens, byId: all, written: WRITTEN };
    const refusal = {
      kind: 'token',
      entity: ON_TOKEN.id,
      token: TOKEN,
      wanted: 'ecdsa-p256',
      fault: { kind: 'no-token' },
      at: ON_TOKEN.id,
    };
    expect(lackingToken([own.id, ROOT.id, ON_TOKEN.id], context)).toEqual(refusal);
    expect(lackingToken([own.id, ROOT.id], context)).toBeUndefined();
    expect(lackingToken([ON_TOKEN.id], { byId: all })).toBeUndefined();
    const own2 = { ...context, tokens: new Map([[own.id, { kind: 'no-token' }]]) as never };
    expect(lackingToken([own.id], own2)).toEqual({ ...refusal, entity: own.id, at: 'line 2' });
  });

  const shown = (name: string, spec?: string, lock?: 'on-token'): KeyState => {
    return { ...present(keyFacts(name, spec)), ...(lock === undefined ? {} : { lock }) };
  };
  const rekey = new Set([own.id]);
  const certified = keyFacts('a').keyId;
  it.each<[string, Entity, KeyState, ReadonlySet<string>, unknown]>([
    [
      'of another kind',
      own,
      shown('b', 'rsa-2048'),
      new Set(),
      { kind: 'token-kind', entity: own.id, wanted: 'ecdsa-p256', found: 'rsa-2048', at: 'line 2' },
    ],
    ['of another kind, unseen', own, shown('b', 'rsa-2048', 'on-token'), new Set(), undefined],
    [
      'the same, though another was asked for',
      own,
      shown('a'),
      rekey,
      { kind: 'token-same', entity: own.id, at: 'line 2' },
    ],
    ['the same', own, shown('a'), new Set(), undefined],
    ['another, which was asked for', own, shown('b'), rekey, undefined],
    ['none', own, NOTHING.key, rekey, undefined],
    ['of a file', aServer({ name: 'api' }), shown('a', 'rsa-2048'), rekey, undefined],
  ])('a key that a token shows: %s', (_, entity, key, asked, expected) => {
    expect(unlikeToken(entity, key, certified, { rekey: asked, written: WRITTEN })).toEqual(expected);
  });
});

describe('secrets', () => {
  const P12 = { pkcs12: { password: env('P12'), encryption: 'modern' } } as const;
  const api = aServer({
    name: 'api',
    issuer: ROOT.id,
    passphrase: env('API'),
    previousPassphrase: env('OLD'),
    seals: P12,
  });
  const doing = (given: Partial<Doing>): Doing => ({
    isIssue: false,
    makesKey: false,
    writes: [],
    key: present(keyFacts('a')),
    ...given,
  });
  const assumed: KeyState = { ...present(keyFacts('a')), lock: 'assumed' };
  const text = (uses: readonly SecretUse[]) =>
    uses.map(({ source, of, artifact, closes, isPin, isSpare }) => {
      const flags = [closes ? 'closes' : '', isPin ? 'pin' : '', isSpare ? 'spare' : ''].filter(Boolean);
      return [source.kind === 'env' ? source.name : source.kind, of, artifact, ...flags].join(' ');
    });
  const OWN = 'API servers/api key';
  const BY_ROOT = 'ROOT authorities/root key';

  it.each<[string, Entity, Partial<Doing>, readonly string[]]>([
    ['nothing', api, {}, []],
    ['a bundle', api, { writes: ['fullchain'] }, []],
    ['an issue', api, { isIssue: true }, [OWN, BY_ROOT]],
    [
      'an issue with a new key',
      api,
      { isIssue: true, makesKey: true, writes: ['key'] },
      [`${OWN} closes`, BY_ROOT],
    ],
    [
      'an issue with a new key for what was assumed',
      api,
      { isIssue: true, makesKey: true, key: assumed },
      [`${OWN} closes`, BY_ROOT],
    ],
    [
      'an answer to a request',
      api,
      { isIssue: true, makesKey: true, isAnswered: true, writes: ['key'] },
      [OWN, BY_ROOT],
    ],
    ['a key that is closed again', api, { writes: ['key'] }, [`${OWN} closes`]],
    [
      'a key that nothing has opened yet',
      api,
      { writes: ['csr'], key: assumed },
      [OWN, 'OLD servers/api key spare'],
    ],
    ['a file under a password', api, { writes: ['pkcs12'] }, [OWN, 'P12 servers/api pkcs12 closes']],
    ['one whose password nothing states', { ...api, seals: {} }, { writes: ['pkcs12'] }, [OWN]],
    [
      'one with roots alone',
      { ...api, seals: { truststore: P12.pkcs12 } },
      { writes: ['truststore'] },
      ['P12 servers/api truststore closes'],
    ],
    [
      'a key on a token',
      { ...api, token: TOKEN },
      { isIssue: true, makesKey: true },
      [OWN, 'PIN servers/api key pin', BY_ROOT],
    ],
    [
      'an issuer on a token',
      aServer({ name: 'b', issuer: ON_TOKEN.id }),
      { isIssue: true },
      ['PIN authorities/hsm key pin'],
    ],
    ['an offline issuer', { ...api, issuer: OFFLINE.id }, { isIssue: true }, [OWN]],
    [
      'a key elsewhere',
      { ...api, keyPlace: { kind: 'offline' } },
      { isIssue: true, writes: ['csr'] },
      [BY_ROOT],
    ],
    ['a further certificate', BRIDGE, { isIssue: true }, [BY_ROOT, 'PIN authorities/hsm key pin']],
    ['its bundle', BRIDGE, { writes: ['ca'] }, []],
  ])('of %s', (_, entity, given, expected) => {
    expect(text(secretUses(entity, doing(given), byIdOf([...ALL, entity])))).toEqual(expected);
  });

  it('that are not to be had refuse what takes them, at the setting that states them', () => {
    const secrets = new Map([
      ['env:P12', { kind: 'unset' }],
      ['env:OLD', { kind: 'unset' }],
      ['env:PIN', { kind: 'unset' }],
    ]) as never;
    const of = (use: Partial<SecretUse> & Pick<SecretUse, 'source'>) =>
      lackingSecret(
        [
          { source: env('API'), of: api.id, artifact: 'key', closes: false },
          { of: api.id, artifact: 'key', closes: false, ...use },
        ],
        { secrets, written: WRITTEN },
      );
    const refusal = { kind: 'no-secret', entity: api.id, artifact: 'key', fault: { kind: 'unset' } };
    expect(of({ source: env('P12') })).toEqual({ ...refusal, source: 'env:P12', at: 'line 1' });
    expect(of({ source: PIN, isPin: true })).toEqual({
      ...refusal,
      isPin: true,
      source: 'env:PIN',
      at: 'line 2',
    });
    expect(of({ source: env('P12'), artifact: 'pkcs12' })).toEqual({
      ...refusal,
      artifact: 'pkcs12',
      source: 'env:P12',
      at: 'line 3',
    });
    expect(of({ source: env('P12'), of: ROOT.id })).toEqual({
      ...refusal,
      entity: ROOT.id,
      source: 'env:P12',
      at: ROOT.id,
    });
    expect(of({ source: env('OLD'), isSpare: true })).toBeUndefined();
    expect(of({ source: env('NEW') })).toBeUndefined();
  });
});

describe('commands', () => {
  const hook = { run: ['reload', 'web'], timeout: 60 } as const;
  const plain = aServer({ name: 'plain', passphrase: env('A') });
  const hooked = aServer({ name: 'hooked', onChange: hook });
  const asking = aServer({ name: 'asking', previousPassphrase: command('pass') });
  const sealed = aServer({
    name: 'sealed',
    seals: { keystore: { password: command('pass'), encryption: 'modern' } },
  });
  const pinned = aServer({ name: 'pinned', token: { ...TOKEN, pin: command('pin') } });

  it('are named by hooks and by every source of a secret', () => {
    expect([plain, hooked, asking, sealed, pinned].map((one) => namesCommands([one]))).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
    expect([plain, asking, sealed, pinned].map(hasPassphrase)).toEqual([true, true, false, false]);
    expect([...variablesIn([plain, aServer({ token: TOKEN }), asking])]).toEqual(['A', 'PIN']);
  });

  it('are run once for each purpose, and are new until this folder has run them', () => {
    const use = (source: SecretSource, artifact: Artifact, isPin?: true): SecretUse => {
      return { source, of: plain.id, artifact, closes: false, ...(isPin ? { isPin } : {}) };
    };
    const uses = [
      use(command('pass'), 'key'),
      use(command('pass'), 'key'),
      use(command('pass'), 'pkcs12'),
      use(command('pin'), 'key', true),
      use(env('A'), 'key'),
    ];
    const pass = { argv: ['pass', 'show'], isNew: true };
    const pin = { argv: ['pin', 'show'], purpose: 'pin' };
    const all = [
      { ...pass, purpose: 'passphrase' },
      { ...pass, purpose: 'password' },
    ];
    expect(errandsFor(uses, undefined)).toEqual([...all, { ...pin, isNew: true }]);
    expect(errandsFor(uses, new Set(['["pin","show"]']))).toEqual([...all, { ...pin, isNew: false }]);
  });

  it('of a plan name all entities that need them, those for secrets first', () => {
    const errand = { argv: ['pass', 'show'], purpose: 'password', isNew: true } as const;
    const change = (id: string, action: 'issue' | 'keep') => ({
      ...aChange({ id: id as never, action }),
      errands: [errand],
    });
    const changes = [change('servers/a', 'issue'), change('servers/b', 'issue'), change('servers/c', 'keep')];
    const due = (entity: string, isNew: boolean) =>
      ({ entity: entity as never, hook, why: 'changes', changed: [], isNew }) as const;
    expect(commandsIn({ changes, hooks: [due('servers/a', false), due('servers/b', true)] })).toEqual([
      { ...errand, entities: ['servers/a', 'servers/b'] },
      { argv: hook.run, purpose: 'on-change', isNew: true, entities: ['servers/a', 'servers/b'] },
    ]);
  });

  it('of hooks are due where files change, or have changed and it did not succeed', () => {
    const work = aChange({
      id: hooked.id,
      action: 'refresh',
      writes: ['chain'],
      deletes: ['csr'],
      chmods: ['key'],
    });
    const keep = aChange({ id: hooked.id, action: 'keep' });
    const paths = ['servers/hooked/chain.pem', 'servers/hooked/csr.pem', 'servers/hooked/key.pem'];
    const due = { entity: hooked.id, hook, isNew: true };
    expect(hooksFor([plain, hooked], [work, { ...work, id: plain.id }], {})).toEqual([
      { ...due, why: 'changes', changed: paths },
    ]);
    expect(hooksFor([hooked], [keep], {})).toEqual([]);
    expect(hooksFor([hooked], [], {})).toEqual([]);
    const pending = new Map([[hooked.id, ['old.pem', paths[0] ?? '']]]);
    expect(hooksFor([hooked], [keep], { hooks: pending })).toEqual([
      { ...due, why: 'pending', changed: ['old.pem', paths[0]] },
    ]);
    expect(hooksFor([hooked], [], { hooks: pending })).toEqual([
      { ...due, why: 'pending', changed: ['old.pem', paths[0]] },
    ]);
    expect(hooksFor([hooked], [work], { hooks: pending, commands: new Set(['["reload","web"]']) })).toEqual([
      { ...due, isNew: false, why: 'changes', changed: ['old.pem', ...paths] },
    ]);
  });
});

describe('a consent for one name', () => {
  const removal = (id: string) => aChange({ id: id as never, action: 'remove', consent: 'remove' });
  const changes = [
    removal('clients/alice'),
    removal('clients/bob'),
    removal('servers/bob'),
    aChange({ id: 'servers/alice', action: 'keep' }),
  ];
  const find = (name: string, consent: 'remove' | 'revoke' = 'remove') =>
    allowanceIn(changes, { consent, name });

  it('is found by its id, or by a name that only one has', () => {
    expect(find('clients/bob')).toEqual({ kind: 'found', allowance: 'remove=clients/bob' });
    expect(find('alice')).toEqual({ kind: 'found', allowance: 'remove=clients/alice' });
    const ids = ['clients/alice', 'clients/bob', 'servers/bob'];
    expect(find('bob')).toEqual({
      kind: 'several',
      asked: { consent: 'remove', name: 'bob' },
      ids: ids.slice(1),
    });
    expect(find('carol')).toEqual({ kind: 'none', asked: { consent: 'remove', name: 'carol' }, ids });
    expect(find('ice')).toEqual({ kind: 'none', asked: { consent: 'remove', name: 'ice' }, ids });
    expect(find('alice', 'revoke')).toEqual({
      kind: 'none',
      asked: { consent: 'revoke', name: 'alice' },
      ids: [],
    });
  });

  it('can be given of new keys, removals and revocations, and of nothing else', () => {
    const consents = ['rekey-ca', 'remove', 'revoke', 'trust', 'run', 'prune'] as const;
    expect(consents.map((one) => allowancesFor(one, ['clients/bob', 'clients/eve']).join())).toEqual([
      'rekey-ca=clients/bob,rekey-ca=clients/eve',
      'remove=clients/bob,remove=clients/eve',
      'revoke=clients/bob,revoke=clients/eve',
      '',
      '',
      '',
    ]);
    expect(isGiven(new Set(['revoke=clients/bob'] as const), 'revoke', 'clients/bob')).toBe(true);
  });

  it('to all new keys is none to those that were not asked for by name, where others were', () => {
    const given = new Set(['rekey-ca', 'remove'] as const);
    const asked = new Set(['authorities/root' as const]);
    expect(isGiven(given, 'rekey-ca', 'authorities/root', asked)).toBe(true);
    expect(isGiven(given, 'rekey-ca', 'authorities/sub', asked)).toBe(false);
    expect(isGiven(given, 'rekey-ca', 'authorities/sub', new Set())).toBe(true);
    expect(isGiven(given, 'remove', 'clients/bob', asked)).toBe(true);
    const named = new Set(['rekey-ca=authorities/sub'] as const);
    expect(isGiven(named, 'rekey-ca', 'authorities/sub', asked)).toBe(true);
  });

  it('is given for that alone, and by the consent to all', () => {
    const given = new Set(['remove=clients/bob', 'rekey-ca'] as const);
    expect(isGiven(given, 'remove', 'clients/bob')).toBe(true);
    expect(isGiven(given, 'remove', 'servers/bob')).toBe(false);
    expect(isGiven(given, 'revoke', 'clients/bob')).toBe(false);
    expect(isGiven(given, 'rekey-ca', 'authorities/root')).toBe(true);
    expect(isGiven(new Set(['rekey-ca=authorities/root'] as const), 'rekey-ca', 'authorities/root')).toBe(
      true,
    );
    expect(isGiven(new Set(['trust=authorities/root'] as never[]), 'trust', 'authorities/root')).toBe(false);
  });
});

describe('what an issue is called', () => {
  const server = aServer({ name: 'api' });
  const [a, b] = [keyFacts('a'), keyFacts('b')];
  const issuance = { notBefore: NOW, notAfter: NOW + 1 } as never;
  const cert = present(certificateFor(server, a, issuance, null, '01'));
  const key = { keyId: a.keyId, keyIdentifier: '', spki: '' };
  const request = (keyId: string) =>
    ({
      ...server,
      keyPlace: { kind: 'request', path: '', pem: '', key: { ...key, keyId }, ignored: [] },
    }) as const;
  const onToken = { ...server, token: TOKEN };
  const unknown = { state: 'unknown' } as const;
  const closed = { state: 'unknown', why: { kind: 'no-passphrase' } } as never;

  it.each<[string, Entity, boolean, Parameters<typeof observed>[0], string]>([
    ['a request without a certificate', request(a.keyId), false, {}, 'create'],
    ['a request with that key', request(a.keyId), false, { cert }, 'issue'],
    ['a request with another', request(b.keyId), false, { cert }, 'rekey'],
    ['a token without a certificate', onToken, false, { key: present(a) }, 'create'],
    ['a token that was not asked', onToken, false, { cert }, 'issue'],
    ['a token with that key', onToken, false, { cert, key: present(a) }, 'issue'],
    ['a token with another', onToken, false, { cert, key: present(b) }, 'rekey'],
    ['a further certificate', BRIDGE, false, { cert }, 'issue'],
    ['the first further certificate', BRIDGE, true, {}, 'create'],
    ['nothing', server, true, {}, 'create'],
    ['a certificate alone', server, true, { cert }, 'rekey'],
    ['a key alone', server, true, { key: present(a) }, 'rekey'],
    ['a key alone that stays', server, false, { key: present(a) }, 'issue'],
    ['a key that cannot be seen, and no certificate', server, false, { key: unknown }, 'create'],
    ['a key that cannot be seen', server, false, { key: unknown, cert }, 'issue'],
    ['a key that stays closed', server, false, { key: closed }, 'issue'],
  ])('with %s', (_, entity, newKey, files, expected) => {
    expect(issueAction(entity, { newKey } as never, observed(files))).toBe(expected);
  });

  it('replaces files that are there, but for those that are relocated', () => {
    const formerLocation = { files: [{ file: 'chain' }] } as never;
    const files = observed({
      cert,
      key: present(a),
      csr: { state: 'unknown' },
      chain: { state: 'present', facts: [], mode: 0 } as never,
    });
    const writes = ['key', 'csr', 'cert', 'chain', 'ca'] as const;
    expect(replaced(server, files, writes)).toEqual([
      'servers/api/key.pem',
      'servers/api/cert.pem',
      'servers/api/chain.pem',
    ]);
    expect(replaced(server, { ...files, formerLocation }, writes)).toEqual([
      'servers/api/key.pem',
      'servers/api/cert.pem',
    ]);
  });
});
