// What is said where nothing is done: of an entity, of a whole run, of a saved plan, of an export. expected/*.txt has it.
// After a deliberate change of wording: `npx vitest run test/words/refusals -u`, and read the difference.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type OmissionCause, omissionText } from '../../src/export/omission.ts';
import { ALL_ARTIFACTS } from '../../src/pki/artifact.ts';
import type { Blockage, Refusal } from '../../src/plan/blockage.ts';
import { blockageHint, blockageText } from '../../src/words/blockage.ts';
import { problemText, type UserProblem } from '../../src/words/problem.ts';
import { refusalText } from '../../src/words/refusal.ts';
import { type SavedPlanFault, savedPlanText } from '../../src/words/saved-plan.ts';
import { NOW } from '../helpers/entities.ts';
import { paragraphs, type Samples } from './samples.ts';

const AT = 'pki.yaml:3:5';
const API = 'servers/api';
const CA = 'authorities/services';
const TOKEN = { uri: 'pkcs11:object=a', pin: { kind: 'prompt', label: null } } as const;
const OVER = { entity: API, authority: CA, path: 'authorities/services/cert.pem' } as const;
const NAMES = { kind: 'name-constraints', names: ['dns:x.test', 'dns:y.test'] } as const;
const SECRET = { entity: API, source: 'env:P12', fault: { kind: 'unset' }, at: AT } as const;

const REFUSAL: Samples<Refusal> = {
  blocked: [{ path: 'servers/api/key.pem', cause: { kind: 'link' } }],
  encrypted: [
    { path: 'servers/api/key.pem', why: { kind: 'unstated' } },
    { path: 'servers/api/key.pem', why: { kind: 'other' } },
    {
      path: 'servers/api/key.pem',
      why: { kind: 'no-secret', source: { kind: 'env', name: 'PASS' }, fault: { kind: 'empty' } },
    },
  ],
  'given-key': [{ entity: API, authority: CA, path: 'a\u001b.csr' }],
  anchor: [{ entity: CA, path: 'theirs\u001b.pem' }],
  bridge: [
    { entity: 'authorities/a@b', of: 'authorities/a' },
    { entity: 'authorities/a@b', of: 'authorities/a', isShown: true },
  ],
  'bridge-name': [{ entity: 'authorities/a@b', of: 'authorities/a' }],
  'renamed-links': [{ entity: API, artifact: 'cert' }],
  unvouched: [
    { ...OVER, fault: { ...NAMES, permitted: ['dns:a.test', 'dns:b.test'], excluded: [] } },
    { ...OVER, fault: { ...NAMES, permitted: [], excluded: ['dns:x.test'] } },
    { ...OVER, fault: { ...NAMES, permitted: ['dns:a.test'], excluded: ['dns:x.test'] } },
    { ...OVER, fault: { kind: 'path-length', pathLength: 0 } },
    { ...OVER, fault: { kind: 'path-length', pathLength: 2 } },
    { ...OVER, fault: { kind: 'no-authority' } },
    { ...OVER, fault: { kind: 'policy' } },
  ],
  'too-many': [
    { entity: API, holds: 'roots', count: 9, room: 8 },
    { entity: API, holds: 'authorities', count: 5, room: 4 },
  ],
  'no-account': [
    { of: 'owner', name: 'nginx', at: AT },
    { of: 'group', name: 'ssl', at: AT },
  ],
  'no-right': [
    { of: 'owner', name: 'nginx', at: AT },
    { of: 'group', name: 'ssl', at: AT },
  ],
  'no-secret': [
    { ...SECRET, artifact: 'key' },
    { ...SECRET, artifact: 'pkcs12' },
    { ...SECRET, artifact: 'key', isPin: true },
  ],
  token: [{ entity: API, token: TOKEN, wanted: 'ecdsa-p256', fault: { kind: 'pin' }, at: AT }],
  'token-kind': [{ entity: API, wanted: 'ecdsa-p256', found: 'rsa-2048', at: AT }],
  'token-same': [{ entity: API, at: AT }],
  unfinished: [{ entity: API, why: 'EROFS: read-only file system' }],
};

const CHANGED = { manifest: 'pki.yaml', made: NOW } as const;
const ACTION = { kind: 'action', entity: API } as const;
const FILE = { kind: 'file', entity: API, artifact: 'cert' } as const;
const SAVED: Samples<SavedPlanFault> = {
  'in-the-way': [{}],
  damaged: [{}],
  unseen: [{}],
  'no-file': [{}],
  changed: [
    { ...CHANGED, differences: [{ kind: 'tool', made: '1.2.3' }] },
    { ...CHANGED, differences: [{ kind: 'output', was: 'pki\u001b' }, { kind: 'manifest' }] },
    { ...CHANGED, manifest: 'a b.yaml', differences: [FILE, { kind: 'rest' }] },
    { ...CHANGED, differences: [{ ...ACTION, before: 'keep', after: 'issue' }] },
    { ...CHANGED, differences: [{ ...ACTION, before: null, after: 'create' }] },
    { ...CHANGED, differences: [{ ...ACTION, before: 'remove', after: null }] },
    { ...CHANGED, differences: [{ ...ACTION, before: 'issue', after: 'issue' }] },
    { ...CHANGED, differences: Array.from({ length: 6 }, () => FILE) },
    { ...CHANGED, differences: Array.from({ length: 8 }, () => FILE) },
  ],
};

const UNREADABLE = { kind: 'unreadable', code: 'EACCES' } as const;
const PROBLEM: Samples<UserProblem> = {
  'own-folder': [
    { path: '/out/.pki', isLink: true },
    { path: '/out/.pki', isLink: false },
  ],
  lock: [
    { path: '/out/.pki/lock', cause: UNREADABLE },
    { path: '/out/.pki/lock', cause: { kind: 'directory' } },
  ],
  exchange: [{ path: 'to sign', fault: { kind: 'missing' } }],
  'saved-plan': [{ path: 'a b.plan', fault: { kind: 'damaged' } }],
  sample: [{ fault: { kind: 'none', path: 'certs' } }],
  sealing: [{ path: 'a.yaml', fault: { kind: 'open' } }],
  'foreign-owner': [{ path: '/out/.pki', uid: 1000, setting: 'PKI_TRUST_OWNER' }],
  'no-modes': [{ path: '/mnt/.pki', mode: 0o777 }],
  'no-symlinks': [{ path: '/mnt' }],
  'open-to-others': [{ path: '/out put/.pki', mode: 0o40777 }],
  tracked: [{ path: '/out put/.pki' }],
  'tracked-link': [{ path: '/out put' }],
  'foreign-link': [{ path: '/out', uid: 1000 }],
  'inside-git': [{ path: 'pki', real: '/src/.git/hooks' }],
  'in-the-way': [{ path: '/out/cert.pem', cause: { kind: 'not-a-file' } }],
  ledger: [
    { path: '/out/.pki/ledger.jsonl', cause: UNREADABLE },
    { path: '/out/.pki/ledger.jsonl', cause: { kind: 'link' } },
  ],
  'ledger-line': [
    { path: '/out/.pki/ledger.jsonl', line: 3, fault: 'no-json' },
    { path: '/out/.pki/ledger.jsonl', line: 3, fault: 'no-entry' },
  ],
  order: [{ path: 'order.json' }, { path: 'order.json', cause: { kind: 'link' } }],
  'no-adoptable-folder': [{ folder: 'gone' }],
  'no-manifest-folder': [{ folder: '/gone' }],
  indescribable: [{ folder: '/a', place: '/b', why: 'no', beside: '/p ki.yaml' }],
  'foreign-export': [{ folder: 'out', paths: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }],
  'other-export': [{ path: 'out/.pki-export.json' }],
  'no-answer': [{ program: 'getent', name: 'nginx' }],
  'nothing-to-verify': [{ root: '/out' }],
  'cannot-listen': [{ host: '127.0.0.1', port: 443, code: 'EACCES' }],
  'no-such-leaf': [
    { name: 'api', ids: [] },
    { name: 'api', ids: ['servers/api', 'clients/api'] },
  ],
  'no-credentials': [{ entity: API }],
  'no-temporary-folder': [{ path: '/gone', code: 'ENOENT' }],
  'no-request': [
    { entity: API, fault: { kind: 'made-empty', path: 'csr.pem' } },
    {
      entity: API,
      fault: { kind: 'call', end: { kind: 'exit', program: 'openssl', code: 1 } },
      lastWords: 'bad',
    },
  ],
  'openssl-fails': [
    { problem: 'openssl exited with 1', lastWords: '', command: 'openssl x' },
    { problem: 'openssl exited with 1', lastWords: 'bad', command: 'openssl x' },
  ],
};

const OMISSION: Samples<OmissionCause> = {
  key: [{ key: 'ed448' }],
  revoked: [{}],
  issuer: [{ issuer: CA }],
  offline: [{ issuer: CA }],
  elsewhere: [{ issuer: CA }],
  request: [{}],
  validity: [{}],
  attribute: [{ type: 'title' }],
  order: [{}],
  san: [{ name: 'dirName:CN="x"' }],
  value: [{ value: 'a,b"' }],
  extension: [{ name: 'policyConstraints' }],
  signature: [{}],
  token: [{ of: CA }],
  files: [{}],
  passphrase: [{ of: CA }],
  pair: [{}],
  secret: [{ name: 'tls', of: 'servers/web' }],
};

const BLOCKAGE: Samples<Blockage> = {
  unreadable: [UNREADABLE, { code: 'EPERM' }, { code: 'EIO' }],
  'closed-folder': [{ code: 'EACCES' }],
  link: [{}],
  directory: [{}],
  'not-a-file': [{}],
  'too-large': [{ size: 5_000_000 }],
  'not-a-folder': [{}],
  'linked-folder': [{}],
  former: [{ path: 'servers/old', cause: { kind: 'closed-folder', code: 'EACCES' } }],
  'conflicting-key': [{ entity: API, other: 'old/key.pem' }],
  'waits-for-move': [{ other: 'servers/b' }],
  'foreign-key': [{ format: { kind: 'der' } }],
  foreign: [{ artifact: 'key' }, ...ALL_ARTIFACTS.slice(1).map((artifact) => ({ artifact }))],
  links: [
    { name: '..data', fault: { kind: 'no-link' } },
    { name: '..data', fault: { kind: 'leads-out' } },
    { name: '..data', fault: { kind: 'no-folder' } },
    { name: '..data', fault: UNREADABLE },
  ],
};
const FOREIGN = 'servers/api/file';

it.each<readonly [string, () => string]>([
  ['refusal', () => paragraphs(REFUSAL, refusalText)],
  ['saved-plan', () => paragraphs(SAVED, (fault) => savedPlanText('a b.plan', fault))],
  ['problem', () => paragraphs(PROBLEM, problemText)],
  ['omission', () => paragraphs(OMISSION, (cause) => omissionText({ entity: API, cause }, 'OpenBao'))],
  [
    'blockage',
    () =>
      paragraphs(BLOCKAGE, (cause) => ({
        problem: `"${FOREIGN}" ${blockageText(cause)}`,
        hint: blockageHint(FOREIGN, cause),
      })),
  ],
])('everything that is said of the kind "%s"', async (name, text) => {
  await expect(text()).toMatchFileSnapshot(join(import.meta.dirname, `expected/${name}.txt`));
});
