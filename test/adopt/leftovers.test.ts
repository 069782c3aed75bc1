// What a folder holds beside the entities that are adopted: why each file is none of theirs, by its content.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { describeFolder } from '../../src/adopt/adopt.ts';
import { scanFolder } from '../../src/store/observe/scan.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const folder = temporaryFolder();
const run = (...args: readonly string[]): string => opensslSync(args, folder);
const put = (path: string, content: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};
const text = (path: string): string => readFileSync(join(folder, path), 'utf8');
const key = (path: string): void =>
  put(path, run('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'));

/** A request for a key, and its certificate by the root. */
function leaf(name: string, commonName: string, extensions: string): void {
  key(`${name}.key`);
  put(`${name}.csr`, run('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${commonName}`));
  put('ext', extensions);
  const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-extfile', 'ext'];
  put(`${name}.crt`, run('x509', '-req', '-in', `${name}.csr`, ...signer));
}

function fill(): void {
  key('ca.key');
  const ca = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign'];
  put('ca.crt', run('req', '-x509', '-new', '-key', 'ca.key', '-subj', '/CN=Root', '-days', '300', ...ca));
  const server = (san: string): string => `extendedKeyUsage=serverAuth\nsubjectAltName=${san}\n`;
  leaf('web', 'web.example.test', server('DNS:WEB.example.test'));
  leaf('bare', 'Jane Doe', 'extendedKeyUsage=serverAuth\nsubjectAltName=email:a@b.test\n');
  put('copies/web.crt', text('web.crt'));
  put('copies/web.key', text('web.key'));
  put('list.pem', text('web.crt') + text('ca.crt'));
  put('all.pem', text('web.key') + text('web.crt'));
  put('later/web.csr', run('req', '-new', '-key', 'web.key', '-subj', '/CN=another'));
  key('spare.key');
  put('spare.csr', run('req', '-new', '-key', 'spare.key', '-subj', '/CN=spare'));
  put('public.pem', run('pkey', '-in', 'web.key', '-pubout'));
  const curve = [
    '-algorithm',
    'EC',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-aes256',
    '-pass',
    'pass:secret',
  ];
  put('locked.key', run('genpkey', ...curve));
  put('dh.pem', '-----BEGIN DH PARAMETERS-----\nMAYCAQ0CAQI=\n-----END DH PARAMETERS-----\n');
  put('revoked/public.pem', text('public.pem'));
  put('ext', '');
}

it('says of each file by its content why it belongs to nothing that is adopted', () => {
  fill();
  const now = Math.floor(Date.now() / 1000);
  const { manifest, leftOut } = describeFolder(scanFolder(folder), 'certs', now);
  expect(Object.values(manifest.entries).map((entries) => [...entries.keys()])).toEqual([
    ['ca'],
    ['web'],
    [],
    [],
    [],
  ]);
  // The common name is one of these, in whatever case; it is not added.
  expect(manifest.entries.servers.get('web')).toMatchObject({ san: ['WEB.example.test'] });
  const found = Object.fromEntries(leftOut.map(({ paths, why }) => [paths.join(), why]));
  expect(found).toEqual({
    'all.pem': { kind: 'combined' },
    'bare.crt,bare.key': { kind: 'no-host' },
    'bare.csr': { kind: 'request-alone' },
    'copies/web.crt': { kind: 'copy', of: 'web.crt' },
    'copies/web.key': { kind: 'copy', of: 'web.key' },
    'dh.pem': { kind: 'other-pem', labels: ['DH PARAMETERS'] },
    'later/web.csr': { kind: 'request-differs', of: 'web.key' },
    'list.pem': { kind: 'certificates', count: 2, of: ['web.crt', 'ca.crt'] },
    'locked.key': { kind: 'encrypted-key', keyPath: 'locked.key' },
    'public.pem': { kind: 'public-key' },
    'revoked/public.pem': { kind: 'revoked', by: 'folder' },
    'spare.csr': { kind: 'request-alone' },
    // It asks for no names, and the certificate has one.
    'web.csr': { kind: 'request-differs', of: 'web.key' },
    'spare.key': { kind: 'no-certificate', request: 'spare.csr', unread: null },
  });
});
