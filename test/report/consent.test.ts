/** Consents: how each is asked for where no terminal can be asked, and what a name stands for that was given in vain. */
import { describe, expect, it } from 'vitest';
import type { Found } from '../../src/plan/allowance.ts';
import type { Change, Consent } from '../../src/plan/change.ts';
import {
  allowanceText,
  consentMessages,
  consentQuestion,
  lacksKey,
  newCommandMessages,
  secretQuestion,
} from '../../src/report/consent.ts';
import { aChange, aPlan } from '../helpers/entities.ts';

const ids = ['servers/a', 'servers/b'] as const;
const texts = (consent: Consent, about: readonly (typeof ids)[number][], changes: readonly Change[] = []) =>
  consentMessages(consent, about, aPlan(changes)).map(({ kind, text }) => `${kind}: ${text}`);

describe('without a terminal', () => {
  it.each<[Consent, string, isNamed: boolean]>([
    ['rekey-ca', 're-keying an authority makes every copy of its certificate elsewhere obsolete', true],
    ['revoke', 'certificates are revoked for good: what has the list refuses them', true],
    ['remove', 'files of entities that are no longer in the manifest are archived', true],
    ['trust', 'peers of an authority will trust more than today', false],
    ['prune', 'private keys that were replaced are deleted from the archive for good', false],
    ['run', 'the manifest names commands that were never run here', false],
  ])('%s is asked for by its option, and by a name where several need it', (consent, what, isNamed) => {
    const hint = `hint: to consent, pass "--allow ${consent}"`;
    expect(texts(consent, ['servers/a'])).toEqual([`error: ${what}, and needs consent: servers/a`, hint]);
    expect(texts(consent, ids)).toEqual([
      `error: ${what}, and needs consent: servers/a, servers/b`,
      isNamed ? `${hint}, or "--allow ${consent}=NAME" for one of them` : hint,
    ]);
  });
});

it('commands are shown where it is about them, and not beside anything else', () => {
  const errands = [{ argv: ['pass', 'ca'], purpose: 'pin', isNew: true }] as const;
  const notes = (consent: Consent): readonly string[] => {
    const change = { ...aChange({ id: 'servers/a', action: 'issue', consent }), errands } as Change;
    return texts(consent, ['servers/a'], [change]).filter((text) => text.startsWith('note'));
  };
  expect(notes('run')).toEqual([
    'note: runs: pass ca for the PIN of the token of servers/a (never run here)',
  ]);
  expect([notes('remove'), notes('trust'), notes('revoke')]).toEqual([[], [], []]);
});

describe('what comes first', () => {
  const given = {
    id: 'servers/a',
    action: 'rekey',
    reasons: [{ kind: 'missing', artifact: 'key' }],
  } as const;
  const lost = aChange({ ...given, consent: 'rekey-ca' });
  it.each<[string, Consent, Parameters<typeof aChange>[0]['reasons'], string, string]>([
    [
      'a lost key',
      'rekey-ca',
      [{ kind: 'missing', artifact: 'key' }],
      'the private key is missing',
      'put key.pem back',
    ],
    [
      'what is no key in its place',
      'rekey-ca',
      [{ kind: 'unreadable', artifact: 'key', detail: 'no PEM' }],
      'the private key is not readable: servers/a; nothing new is signed with it',
      'put key.pem back, and run again',
    ],
    [
      'a lost key beside a certificate that cannot be read',
      'rekey-ca',
      [
        { kind: 'missing', artifact: 'key' },
        { kind: 'unreadable', artifact: 'cert', detail: 'no PEM' },
      ],
      'the private key is missing',
      'put key.pem back',
    ],
    [
      'a missing certificate is no lost key',
      'rekey-ca',
      [{ kind: 'missing', artifact: 'cert' }],
      're-keying an authority',
      'to consent',
    ],
  ])('%s', (_, consent, reasons, problem, hint) => {
    const change = aChange({ id: 'servers/a', action: 'rekey', consent, ...(reasons && { reasons }) });
    const [error, advice, ...more] = texts(consent, ['servers/a'], [change]);
    expect(error).toContain(`error: ${problem}`);
    expect(advice).toContain(`hint: ${hint}`);
    expect(more).toEqual([]);
  });

  it('only of those that lack it; the others are asked for', () => {
    const other = aChange({ id: 'servers/b', action: 'rekey', consent: 'rekey-ca' });
    expect(texts('rekey-ca', ids, [lost, other])).toEqual([
      'error: the private key is missing: servers/a; nothing new is signed with it',
      expect.stringContaining('hint: put key.pem back'),
      expect.stringContaining('and needs consent: servers/b'),
      'hint: to consent, pass "--allow rekey-ca"',
    ]);
    expect(consentQuestion('rekey-ca', ['servers/b'], aPlan([lost, other]))).not.toContain(
      'put key.pem back',
    );
    expect(consentQuestion('rekey-ca', ids, aPlan([lost, other]))).toContain(
      'pki: put key.pem back, if it is not lost: servers/a\n',
    );
  });

  it('a key is looked for only where a new one takes consent', () => {
    expect(lacksKey(lost)).toBe(true);
    expect(lacksKey(aChange(given))).toBe(false);
    expect(
      lacksKey(aChange({ ...given, consent: 'rekey-ca', reasons: [{ kind: 'missing', artifact: 'cert' }] })),
    ).toBe(false);
  });
});

it('commands that were never run are shown one by one, and each entity once', () => {
  const command = { purpose: 'pin', isNew: true } as const;
  const messages = newCommandMessages([
    { ...command, argv: ['pass', 'a b'], entities: ['servers/a', 'servers/b'] },
    { ...command, argv: ['other'], entities: ['servers/b'] },
  ]);
  expect(messages.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
    "note: runs: pass 'a b' for the PIN of the token of servers/a, servers/b (never run here)",
    'note: runs: other for the PIN of the token of servers/b (never run here)',
    'error: the manifest names commands that were never run here, and needs consent: servers/a, servers/b',
    'hint: to consent, pass "--allow run"',
  ]);
});

describe('a name that was given in vain', () => {
  const asked = { consent: 'remove', name: 'a' } as const;
  it.each<[Exclude<Found, { kind: 'found' }>, string]>([
    [
      { kind: 'none', asked, ids: [] },
      '"--allow remove=a" agrees to nothing: nothing of that name is to be removed',
    ],
    [
      { kind: 'none', asked: { consent: 'revoke', name: 'a' }, ids: ['clients/b'] },
      '"--allow revoke=a" agrees to nothing: nothing of that name is to be revoked; what needs it: clients/b',
    ],
    [
      { kind: 'none', asked: { consent: 'rekey-ca', name: 'a' }, ids: [] },
      '"--allow rekey-ca=a" agrees to nothing: nothing of that name is to be re-keyed',
    ],
    [
      { kind: 'several', asked, ids: ['servers/a', 'clients/a'] },
      '"--allow remove=a" could mean servers/a or clients/a, so it agrees to neither',
    ],
  ])('%j', (found, text) => expect(allowanceText(found)).toBe(text));
});

it.each([
  ['prompt', false, 'pki: passphrase for servers/a, servers/b: '],
  ['prompt:site: a', false, 'pki: passphrase "site: a" for servers/a, servers/b: '],
  ['prompt', true, 'pki: the same again: '],
])('a secret from %s, again: %s', (source, isRepeated, text) => {
  expect(secretQuestion({ source, what: 'passphrase', entities: ids, isRepeated })).toBe(text);
});
