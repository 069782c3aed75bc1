/** Where a script takes each part of a file from: its place, or staging where this run makes it, or what a root was before. */
import { describe, expect, it } from 'vitest';
import { bundleLines, partsLine, together } from '../../src/openssl/script-bundles.ts';
import type { Entity } from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { Part } from '../../src/plan/parts.ts';
import { anAuthority, aServer } from '../helpers/entities.ts';

const ROOT = anAuthority({ name: 'root' });
const SUB = anAuthority({ name: 'sub', issuer: ROOT.id });
const API = aServer({ name: 'api', issuer: SUB.id });
const AWAY = aServer({ name: 'away', elsewhere: true } as never);
const certificates = ['first', 'second', 'third'].map((text) => `${text}\nline\n`);
const ANCHOR = anAuthority({ name: 'anchor', keyPlace: { kind: 'anchor', certificates } as never });
const byId = byIdOf([ROOT, SUB, API, AWAY, ANCHOR]);

const KEPT = { previous: [], routes: [], route: null, cross: [], crossing: null };
const NEW = { action: 'create', writes: ['key', 'cert', 'crl'], list: {} };
const OLD = { action: 'refresh', writes: ['ca'] };
const change = ({ id }: Entity, more: object) => ({ id, ...KEPT, ...more });

/** The shell line that puts these together for the first entity, as its change and those of others have it. */
function line(parts: readonly Part[], own: Entity, more: object, others: ReturnType<typeof change>[] = []) {
  const all = [change(own, more), ...others];
  const context = { byId, changes: new Map(all.map((one) => [one.id, one])) };
  const said = together(parts, all[0] as never, context as never, 'FILE');
  return said.replace(/^\{ (.*); \} >FILE$/, '$1').replaceAll('.pki/stage/', 'STAGE/');
}

const part = (kind: string, { id }: Entity, more = {}) => ({ kind, of: id, ...more }) as Part;
const joint = part('joint', SUB, { root: ROOT.id });
const FILES = 'authorities/root/cert.pem authorities/root/previous.pem';

describe('a part comes from', () => {
  it.each<[what: string, parts: readonly Part[], own: Entity, more: object, text: string]>([
    ['staging, for a new key', [part('key', API)], API, NEW, 'cat STAGE/servers.api/key.pem'],
    [
      'its place, for a key that stays',
      [part('key', API)],
      API,
      { ...OLD, writes: ['cert'] },
      'cat servers/api/key.pem',
    ],
    ['its place, for that of another', [part('key', SUB)], API, NEW, 'cat authorities/sub/key.pem'],
    [
      'staging, for a new certificate',
      [part('certificate', API)],
      API,
      NEW,
      'cat STAGE/servers.api/cert.pem',
    ],
    ['its place, for one that stays', [part('certificate', API)], API, OLD, 'cat servers/api/cert.pem'],
    ['its place, for that of another', [part('certificate', SUB)], API, NEW, 'cat authorities/sub/cert.pem'],
    [
      'the first of a file, for a leaf of elsewhere',
      [part('certificate', AWAY)],
      AWAY,
      NEW,
      'openssl x509 -in servers/away/cert.pem',
    ],
    ['what is behind that', [part('presented', AWAY)], AWAY, OLD, 'behind 1 servers/away/cert.pem'],
    ['staging, for a new list', [part('list', ROOT)], ROOT, NEW, 'cat STAGE/authorities.root/crl.pem'],
    ['its place, for one that stays', [part('list', ROOT)], ROOT, OLD, 'cat authorities/root/crl.pem'],
    ['its place, for that of another', [part('list', ROOT)], API, NEW, 'cat authorities/root/crl.pem'],
    [
      'the manifest, for what an anchor was before',
      [part('earlier', ANCHOR)],
      ANCHOR,
      OLD,
      "printf '%s\\n' second line; printf '%s\\n' third line",
    ],
    [
      'files of a root, for what it was before',
      [part('earlier', ROOT)],
      ROOT,
      { ...OLD, previous: ['aa', 'bb'] },
      `pick aa ${FILES}; pick bb ${FILES}`,
    ],
    [
      'those and its intermediates, for their routes',
      [part('routes', ROOT)],
      ROOT,
      { ...OLD, routes: ['cc'] },
      'pick cc authorities/root/previous.pem authorities/sub/cert.pem',
    ],
    [
      'staging, for a new cross-certificate',
      [part('cross', ROOT)],
      ROOT,
      { ...NEW, crossing: {} },
      'cat STAGE/authorities.root/cross.pem',
    ],
    [
      'both, where there were others',
      [part('cross', ROOT)],
      ROOT,
      { ...NEW, crossing: {}, cross: ['dd'] },
      'cat STAGE/authorities.root/cross.pem; pick dd authorities/root/previous.pem',
    ],
    [
      'its file, for those that stay',
      [part('cross', ROOT)],
      ROOT,
      { ...OLD, cross: ['dd'] },
      'pick dd authorities/root/previous.pem',
    ],
    [
      'one call, for files that follow each other',
      [part('certificate', API), part('certificate', SUB)],
      API,
      NEW,
      'cat STAGE/servers.api/cert.pem authorities/sub/cert.pem',
    ],
    [
      'calls of their own, around others',
      [part('key', API), part('presented', AWAY), part('list', ROOT)],
      API,
      OLD,
      'cat servers/api/key.pem; behind 1 servers/away/cert.pem; cat authorities/root/crl.pem',
    ],
  ])('%s', (_, parts, own, more, text) => expect(line(parts, own, more)).toBe(text));
});

describe('what a bundle of a leaf has of a root', () => {
  const cert = 'cat authorities/sub/cert.pem';
  it.each<[what: string, root: object, sub: object, text: string]>([
    ['is nothing but the intermediate', OLD, OLD, cert],
    [
      'are new cross-certificates, behind all else',
      { ...NEW, crossing: {} },
      OLD,
      `${cert}; behind 0 authorities/root/previous.pem`,
    ],
    [
      'are those that stay',
      { ...OLD, cross: ['dd'], previous: ['aa'], routes: ['bb', 'cc'] },
      OLD,
      `${cert}; behind 3 authorities/root/previous.pem`,
    ],
    [
      'is the route of the intermediate',
      { ...NEW, crossing: {} },
      { ...OLD, route: 'ee' },
      'pick ee authorities/root/previous.pem',
    ],
  ])('%s', (_, root, sub, text) => {
    expect(line([joint], API, NEW, [change(ROOT, root), change(SUB, sub)])).toBe(text);
  });
});

it('parts of a converted file are staged apart, and only where something is planned', () => {
  const make = {
    op: 'convert',
    of: API.id,
    parts: [part('certificate', API)],
    format: 'pkcs7',
    to: 'pkcs7',
  } as never;
  const changes = (more: object) => new Map([[API.id, change(API, more)]]) as never;
  expect(partsLine(make, { byId, changes: changes(NEW) })).toMatch(
    /^\{ cat \.pki\/stage\/servers\.api\/cert\.pem; \} >\S+$/,
  );
  for (const none of [new Map() as never, changes({ action: 'keep' })])
    expect(() => partsLine(make, { byId, changes: none })).toThrow('nothing is planned for servers/api');
});

it('what only went into other files is no file to publish', () => {
  const rest = (own: Entity, more: object) =>
    bundleLines(
      change(own, { ...NEW, writes: ['key'], ...more }) as never,
      { byId, changes: new Map() } as never,
    );
  expect(rest(ROOT, {})).toEqual([]);
  expect(rest(ROOT, { crossing: {} })).toEqual(['rm -f .pki/stage/authorities.root/cross.pem']);
  expect(rest(ROOT, { formerLists: { last: null } })).toEqual([]);
  expect(rest(ROOT, { formerLists: { last: {} } })).toEqual([
    'rm -f .pki/stage/authorities.root/former-crl.pem',
  ]);
});
