/** Which mode a file counts as having, where an access control list says more than its bits. */
import { expect, it } from 'vitest';
import type { Entity } from '../../../src/pki/entity.ts';
import { withListedModes } from '../../../src/store/observe/listed-modes.ts';
import { aServer, keyFacts, observed } from '../../helpers/entities.ts';

const API = aServer({ name: 'api' });
const key = (mode: number, group?: number) => ({
  key: { state: 'present', facts: keyFacts('k'), mode, ...(group === undefined ? {} : { group }) } as const,
});
const LIST = (group: string) => `user::rw-\nuser:7:r--\ngroup::${group}\nmask::rw-\nother::---`;

/** The mode of the key, in octal, and whose lists were asked for. @param list that it has. */
function modeOf(files: object, list: string | undefined, entity: Entity = API, former?: object) {
  const asked: string[] = [];
  const seen = withListedModes('/out', entity, observed(files as never), former as never, (paths) => {
    asked.push(...paths);
    return new Map(paths.flatMap((path) => (list === undefined ? [] : [[path, list]])));
  });
  const { state } = seen.key;
  return { mode: seen.key.state === 'present' ? seen.key.mode.toString(8) : state, asked };
}

const PATH = '/out/servers/api/key.pem';

it.each<[mode: number, group: string, found: string]>([
  [0o640, '---', '600'],
  [0o640, 'r--', '640'],
  [0o660, 'r--', '640'],
  [0o670, 'rwx', '670'],
  [0o644, '---', '604'],
  [0o6660, '-w-', '6620'],
])('a key of mode %o whose group has %s by a list', (mode, group, found) => {
  expect(modeOf(key(mode), LIST(group))).toEqual({ mode: found, asked: [PATH] });
});

it('one without a list is what its bits say', () => {
  expect(modeOf(key(0o640), undefined)).toEqual({ mode: '640', asked: [PATH] });
});

it('no list is asked for where nothing is open to a group', () => {
  expect(modeOf(key(0o600), LIST('---'))).toEqual({ mode: '600', asked: [] });
  expect(modeOf(key(0o604), LIST('---'))).toEqual({ mode: '604', asked: [] });
  expect(modeOf({ key: { state: 'missing' } }, LIST('---'))).toEqual({ mode: 'missing', asked: [] });
  // A group that was chosen may read, and no more.
  expect(modeOf(key(0o640, 7), LIST('---'))).toEqual({ mode: '640', asked: [] });
  expect(modeOf(key(0o660, 7), LIST('r--'))).toEqual({ mode: '640', asked: [PATH] });
});

it('no list is asked for where the manifest states the mode', () => {
  const stated = { ...API, ownership: { mode: 0o640 } } as Entity;
  expect(modeOf(key(0o640), LIST('---'), stated)).toEqual({ mode: '640', asked: [] });
});

it('of a file that is to come to another place, the list is that of where it is', () => {
  const former = { folder: 'etc', files: [{ file: 'key', from: 'etc/tls.key', digest: '' }] };
  expect(modeOf(key(0o640), LIST('---'), API, former)).toEqual({ mode: '600', asked: ['/out/etc/tls.key'] });
  const other = { folder: 'etc', files: [{ file: 'cert', from: 'etc/tls.crt', digest: '' }] };
  expect(modeOf(key(0o640), LIST('---'), API, other).asked).toEqual([PATH]);
});
