/** Whose files the proof loads, which revoked ones are tried, and which checks are left out, and why. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import type { Authority, Entity } from '../../src/pki/entity.ts';
import { credentialsOf } from '../../src/run/verify-credentials.ts';
import { Keyring } from '../../src/store/keyring.ts';
import { Secrets } from '../../src/store/secrets.ts';
import { pemOf } from '../helpers/certificate-der.ts';
import { aClient, anAuthority, anInventory, aServer, DAY, NOW } from '../helpers/entities.ts';
import { memoryFolder } from '../helpers/folders.ts';
import { keyPem, smallCertificate, smallList } from '../helpers/small-certificates.ts';

const CRL = { url: [], list: { validity: DAY, renewBefore: { kind: 'seconds', seconds: 60 } } } as never;
const ROOT = anAuthority({ name: 'root', crl: CRL });
const QUIET = anAuthority({ name: 'quiet', issuer: ROOT.id, trust: [ROOT.id] });
const CERT = smallCertificate('root');
const LEAF = smallCertificate('leaf', { issuer: CERT, isAuthority: false });
const revoked = { reason: null, at: NOW } as never;
const gone = aClient({ name: 'gone', revoked });

const api = (more: Partial<Parameters<typeof aServer>[0]> = {}) =>
  aServer({ name: 'api', outputs: ['key', 'cert', 'fullchain', 'ca', 'crls'], ...more });
const SERVED = {
  'key.pem': keyPem(LEAF.key),
  'cert.pem': LEAF.pem,
  'fullchain.pem': LEAF.pem,
  'ca.pem': CERT.pem,
  'crls.pem': pemOf(smallList(CERT), 'X509 CRL'),
};

function loaded(server: Entity, left: readonly Entity[], authorities: readonly Authority[] = [ROOT]) {
  const root = memoryFolder();
  const files = {
    ...Object.fromEntries(authorities.map(({ id }) => [`${id}/cert.pem`, CERT.pem])),
    ...Object.fromEntries(Object.entries(SERVED).map(([name, text]) => [`${server.id}/${name}`, text])),
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const all = [...authorities, server, ...left];
  const keyring = new Keyring(new Secrets(root, anInventory(...all)));
  const { credentials, revocation, skipped } = credentialsOf([...authorities, server], left, all, {
    root,
    keyring,
  });
  return {
    loaded: [...credentials.keys()],
    readers: [...revocation.readers],
    revoked: revocation.revoked.map(({ id }) => id),
    skipped,
  };
}

it('a server that reads lists refuses who is revoked, as far as the archive has its key', () => {
  expect(loaded(api(), [gone])).toEqual({
    loaded: ['servers/api'],
    readers: ['servers/api'],
    revoked: [],
    skipped: [{ server: 'clients/gone', check: 'revoked', cause: { kind: 'not-archived' } }],
  });
});

it('a revoked authority presents nothing, and no one is looked for where no list is read', () => {
  const authority = anAuthority({ name: 'gone', issuer: ROOT.id, revoked });
  expect(loaded(api(), [authority]).skipped).toEqual([]);
  const bare = loaded(api({ outputs: ['key', 'cert', 'fullchain', 'ca'] }), [gone]);
  expect(bare).toEqual({ loaded: ['servers/api'], readers: [], revoked: [], skipped: [] });
});

it('lists that another authority would have to make are read by no one, and that is said', () => {
  const server = api({ issuer: QUIET.id });
  const cause = { kind: 'list-elsewhere', authorities: [QUIET.id] };
  expect(loaded(server, [gone], [ROOT, QUIET])).toEqual({
    loaded: ['servers/api'],
    readers: [],
    revoked: [],
    skipped: [{ server: 'servers/api', check: 'revoked', cause }],
  });
});
