/** Consents: how each is asked for where no terminal can be asked, and what a name stands for that was given in vain. */
import { describe, expect, it } from 'vitest';
import type { Found } from '../../src/plan/allowance.ts';
import type { Change, Consent } from '../../src/plan/change.ts';
import type { Reason } from '../../src/plan/reason.ts';
import type { Remark } from '../../src/plan/remark.ts';
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

describe('the whole of it', () => {
  const change = (id: `${string}/${string}`, kind?: Reason['kind'], more: Partial<Change> = {}) =>
    ({
      ...aChange({ id, action: 'rekey', consent: 'rekey-ca' }),
      ...(kind === undefined ? {} : { reasons: [{ kind, artifact: 'key' }] }),
      ...more,
    }) as Change;
  const below = (id: `${string}/${string}`): Change => aChange({ id, action: 'issue' });
  const affects = (...all: readonly string[]) => ({ affects: all }) as Partial<Change>;
  const LOST =
    'put key.pem back, and run again, or declare it offline ("key: offline"); if it is lost for good, "--allow rekey-ca=NAME" makes a new one';
  const REPLACED =
    'put the old key.pem and cert.pem back, and run again; if you replaced them yourself, pass "--allow rekey-ca=NAME"';
  const PLANTED =
    'take it out of previous.pem, and run again; if you added it yourself, pass "--allow trust"';

  it.each<[what: string, Consent, readonly Change[], readonly string[], question: string]>([
    [
      'a lost key, with one below it',
      'rekey-ca',
      [change('authorities/a', 'missing', affects('servers/a')), below('servers/a'), below('servers/b')],
      [
        'error: the private key is missing: authorities/a; nothing new is signed with it (1 below is issued again)',
        `hint: ${LOST}`,
      ],
      'pki: put key.pem back, if it is not lost: authorities/a\n',
    ],
    [
      'two that are spoiled, with two below one, and one that stays',
      'rekey-ca',
      [
        change('authorities/a', 'unreadable', affects('servers/a', 'servers/b', 'servers/c')),
        change('authorities/b', 'unreadable'),
        below('servers/a'),
        below('servers/b'),
        aChange({ id: 'servers/c', action: 'keep' }),
      ],
      [
        'error: the private key is not readable: authorities/a, authorities/b; nothing new is signed with it (2 below are issued again)',
        `hint: ${LOST}`,
      ],
      'pki: put key.pem back, if it is not lost: authorities/a, authorities/b\n',
    ],
    [
      'a key of another hand',
      'rekey-ca',
      [change('authorities/a', 'unknown-key')],
      [
        'error: the key or certificate was replaced by another hand: authorities/a; nothing below it is issued or changed',
        `hint: ${REPLACED}`,
      ],
      'pki: another hand replaced the key or certificate; put the old ones back, unless that was you: authorities/a\n',
    ],
    [
      'a root of another hand',
      'trust',
      [change('authorities/a', 'unknown-trust')],
      [
        'error: another hand added a root to previous.pem: authorities/a; it gains no trust',
        `hint: ${PLANTED}`,
      ],
      'pki: another hand added a root to previous.pem; take it out, unless that was you: authorities/a\n',
    ],
    [
      'a lost key that another hand replaced as well, said once',
      'rekey-ca',
      [
        change('authorities/a', undefined, {
          reasons: [
            { kind: 'missing', artifact: 'key' },
            { kind: 'unknown-key', keyId: '' },
          ],
        } as Partial<Change>),
      ],
      ['error: the private key is missing: authorities/a; nothing new is signed with it', `hint: ${LOST}`],
      'pki: put key.pem back, if it is not lost: authorities/a\npki: another hand replaced the key or certificate; put the old ones back, unless that was you: authorities/a\n',
    ],
  ])('%s', (_, consent, changes, messages, question) => {
    const about = changes.filter(({ action }) => action === 'rekey').map(({ id }) => id);
    expect(
      consentMessages(consent, about, aPlan(changes)).map(({ kind, text }) => `${kind}: ${text}`),
    ).toEqual(messages);
    const asked = consentQuestion(consent, about, aPlan(changes));
    expect(asked.slice(0, question.length)).toBe(question);
    const followers = / \(.*\)$/.exec(messages[0] ?? '')?.[0] ?? '';
    const subject =
      consent === 'trust'
        ? 'peers of an authority will trust more than today'
        : 're-keying an authority makes every copy of its certificate elsewhere obsolete';
    expect(asked.slice(question.length)).toBe(
      `pki: ${subject}: ${about.join(', ')}${followers}\npki: type "yes" to continue, anything else to skip: `,
    );
  });

  it('changes that were withheld explain what the plan does not hold', () => {
    const withheld = [change('authorities/a', 'missing'), change('authorities/c', 'missing')];
    expect(
      consentMessages('rekey-ca', ['authorities/a', 'authorities/b'], aPlan([]), withheld).map(
        ({ text }) => text.split(';')[0],
      ),
    ).toEqual([
      'the private key is missing: authorities/a',
      'put key.pem back, and run again, or declare it offline ("key: offline")',
      're-keying an authority makes every copy of its certificate elsewhere obsolete, and needs consent: authorities/b',
      'to consent, pass "--allow rekey-ca"',
    ]);
  });

  it('what a rollover does not reach is a warning before the question, of those that it is about alone', () => {
    const remarks = (['authorities/a', 'authorities/b'] as const).map(
      (entity): Remark => ({ kind: 'no-way', entity, refused: ['servers/s'], by: 'all' }),
    );
    const plan = aPlan([change('authorities/a')], { remarks });
    const warnings = (consent: Consent): readonly string[] =>
      consentQuestion(consent, ['authorities/a'], plan)
        .split('\n')
        .filter((line) => line.startsWith('pki: warning: '));
    expect(warnings('rekey-ca')).toEqual([expect.stringContaining('authorities/a')]);
    expect([warnings('remove'), warnings('trust')]).toEqual([[], []]);
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
