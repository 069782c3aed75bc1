/** Private keys of a run: plain or under the passphrase that was asked for, and never anything else. */
import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import type { Work } from '../../src/plan/change.ts';
import { keyAfter, writeLocked } from '../../src/run/keys.ts';
import type { Run } from '../../src/run/run.ts';
import { Reader } from '../../src/store/observe/reader.ts';
import { Secrets } from '../../src/store/secrets.ts';
import { StepError } from '../../src/store/step-error.ts';
import { aChange, anAuthority, aServer } from '../helpers/entities.ts';
import { keyPem, smallKey } from '../helpers/small-certificates.ts';

const PROMPT = { kind: 'prompt', label: null } as const;
const OTHER = { kind: 'prompt', label: 'other' } as const;
const PLAIN = keyPem(smallKey());
const API = aServer({ name: 'api' });
const LOCKED = aServer({ name: 'api', passphrase: PROMPT, previousPassphrase: OTHER });

const locked = (passphrase: string): string =>
  String(createPrivateKey(PLAIN).export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase }));

/** A run with this key in staging; what it writes comes in its place, or is spoilt. */
function aRun(staged: string, spoilt?: string) {
  const secrets = new Secrets('/nowhere', { output: '.' });
  secrets.settle(PROMPT, { ok: true, value: 'right' });
  secrets.settle(OTHER, { ok: true, value: 'earlier' });
  const written: unknown[] = [];
  let file = staged;
  const staging = {
    read: () => Buffer.from(file),
    makerOf: () => 'openssl',
    write(of: string, artifact: string, text: string, mode: number) {
      file = spoilt ?? text;
      written.push([of, artifact, mode.toString(8)]);
    },
  };
  const published = { key: (of: string) => Buffer.from(of === API.id ? PLAIN : `key of ${of}`) };
  const run = { staging, published, reader: new Reader(secrets) } as never as Run;
  return { run, written, staged: () => file };
}

const change = (action: 'create' | 'issue' | 'rekey' | 'refresh', given: object = {}): Work =>
  aChange({ id: API.id, action, ...given } as never) as never;

/** The key afterwards, or the cause of what is thrown. */
function keyOf(staged: string, entity: Entity, work: Work): unknown {
  try {
    return keyAfter(aRun(staged).run, entity, work).toString();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    return error.cause;
  }
}

const WRONG = { kind: 'made-other-content', maker: 'openssl', artifact: 'key' };

describe('the key after a change', () => {
  it.each<[string, string, Entity, unknown]>([
    ['plain, as it was asked for', PLAIN, API, PLAIN],
    ['plain, where it was to be closed', PLAIN, LOCKED, WRONG],
    ['closed by its passphrase', locked('right'), LOCKED, expect.stringContaining('BEGIN PRIVATE KEY')],
    ['closed by another', locked('wrong'), LOCKED, WRONG],
    ['closed, where it was to be plain', locked('right'), API, WRONG],
  ])('is the new one, %s', (_, staged, entity, expected) => {
    expect(keyOf(staged, entity, change('create'))).toEqual(expected);
    expect(keyOf(staged, entity, change('rekey'))).toEqual(expected);
  });

  it('is the one in its place where none is made, that of a bridge being its authority’s', () => {
    for (const work of [change('issue'), change('refresh'), change('create', { keyElsewhere: true })])
      expect(keyOf('x', API, work)).toBe(PLAIN);
    const bridge = anAuthority({ keyPlace: { kind: 'bridge', of: 'authorities/of' } });
    expect(keyOf('x', bridge, change('issue'))).toBe('key of authorities/of');
  });
});

describe('the same key in another form', () => {
  const relocks = change('refresh', { relocks: true });
  const WRITTEN = [[API.id, 'key', '600']];

  it('is staged where the plan has it', () => {
    const { run, written } = aRun('x');
    writeLocked(run, LOCKED, change('refresh'));
    expect(written).toEqual([]);
  });

  it('is closed by the passphrase that is stated now, or open without one', () => {
    const closing = aRun('x');
    writeLocked(closing.run, LOCKED, relocks);
    expect(closing.written).toEqual(WRITTEN);
    const opened = createPrivateKey({ key: closing.staged(), passphrase: 'right' });
    expect(opened.export({ format: 'pem', type: 'pkcs8' })).toBe(PLAIN);
    const opening = aRun('x');
    writeLocked(opening.run, API, relocks);
    expect([opening.staged(), opening.written]).toEqual([PLAIN, WRITTEN]);
  });

  it.each([
    ['is another', keyPem(smallKey())],
    ['cannot be opened', locked('wrong')],
  ])('does not take the place of the only copy where it %s', (_, spoilt) => {
    const { run } = aRun('x', spoilt);
    expect(() => writeLocked(run, API, relocks)).toThrow('node put something else into key.pem');
  });
});
