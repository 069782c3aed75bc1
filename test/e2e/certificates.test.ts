// Certificates for anything but TLS: what openssl reads and takes them for, and folders of them that another tool made.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openssl } from '../helpers/openssl.ts';
import { adoptAndApply } from './adopting.ts';
import { CA, type Files, leaf, Workshop } from './handmade.ts';
import { extensionsOf, Project } from './project.ts';

const MANIFEST = `version: 1
defaults: { issuer: signing, key: rsa-2048 }
authorities:
  root: { commonName: Root, key: rsa-2048 }
  signing: { commonName: Signing, issuer: root }
certificates:
  release: { commonName: Example Releases, profile: code-signing, validity: 1y }
  stamps: { commonName: Example Time, profile: timestamping, validity: 2y }
  responder: { commonName: Example OCSP, profile: ocsp-responder, validity: 14d }
  ann: { commonName: Ann Other, profile: email, san: [ann@example.test] }
  bob: { commonName: Bob Other, profile: email, key: ecdsa-p256, san: [bob@example.test] }
  smartcard: { commonName: card, extendedKeyUsage: [1.3.6.1.4.1.311.20.2.2, clientAuth] }
`;

let applied: Project;
beforeAll(async () => {
  applied = new Project(MANIFEST);
  await applied.apply();
});

/** As openssl reads it. */
function textOf(project: Project, name: string): Promise<string> {
  return openssl(['x509', '-in', project.path('certificates', name, 'cert.pem'), '-noout', '-text']);
}

describe('a certificate', () => {
  it.each([
    ['release', 'critical, Digital Signature', 'Code Signing'],
    ['responder', 'critical, Digital Signature', 'OCSP Signing'],
    ['ann', 'critical, Digital Signature, Key Encipherment', 'E-mail Protection'],
    ['bob', 'critical, Digital Signature, Key Agreement', 'E-mail Protection'],
    ['smartcard', 'critical, Digital Signature', 'Microsoft Smartcard Login, TLS Web Client Authentication'],
    // RFC 3161 §2.3
    ['stamps', 'critical, Digital Signature', 'critical, Time Stamping'],
  ])('%s may do what its profile says', async (name, usage, purposes) => {
    const found = await extensionsOf(applied.path('certificates', name, 'cert.pem'));
    expect(found).toMatchObject({
      'X509v3 Key Usage': usage,
      'X509v3 Extended Key Usage': purposes,
    });
    expect((await textOf(applied, name)).includes('OCSP No Check')).toBe(name === 'responder');
  });

  it('stays as it is, whichever engine looks', async () => {
    expect(await applied.actions()).toEqual({});
    const byNode = new Project(`${MANIFEST}engine: node\n`);
    await byNode.apply();
    expect(await byNode.actions()).toEqual({});
    const found = async (project: Project) =>
      (await textOf(project, 'responder'))
        .match(/X509v3 Extended[\s\S]*OCSP No Check: *\n.*/)?.[0]
        .replace(/\n +(?:[0-9A-F]{2}:)+[0-9A-F]{2}/g, '');
    expect(await found(byNode)).toBe(await found(applied));
    expect(await found(applied)).toContain('OCSP Signing');
  });

  it('takes no part in handshakes, and is proven for its purpose', async () => {
    const run = await applied.pki(['verify', '--json']);
    expect(run.code).toBe(0);
    const { certificates, handshakes } = JSON.parse(run.stdout);
    const purposes = Object.fromEntries(
      certificates.map(({ entity, purpose }: Record<string, string>) => [entity, purpose]),
    );
    expect(purposes).toMatchObject({
      'certificates/release': 'any',
      'certificates/stamps': 'timestampsign',
      'certificates/responder': 'ocsphelper',
      'certificates/ann': 'smimesign',
      'certificates/smartcard': 'sslclient',
    });
    expect(JSON.stringify(handshakes)).not.toContain('certificates/');
  });

  it('another purpose is another certificate, with the reason', async () => {
    applied.write(MANIFEST.replace('profile: code-signing', 'profile: email'));
    const { reasons, action } = await applied.change('certificates/release');
    applied.write(MANIFEST);
    expect(action).toBe('issue');
    expect(reasons).toMatchObject([
      { field: 'keyUsage' },
      { field: 'extendedKeyUsage', before: 'codeSigning', after: 'emailProtection' },
    ]);
  });
});

describe('judges that we did not write', () => {
  const trust = () => ['-CAfile', applied.path('authorities/root/cert.pem')];
  const pair = (name: string) => [
    '-signer',
    applied.path(`certificates/${name}/cert.pem`),
    '-inkey',
    applied.path(`certificates/${name}/key.pem`),
  ];

  it('openssl ts stamps with the one and takes the stamp', async () => {
    const at = (name: string) => join(applied.folder, name);
    writeFileSync(
      at('ts.cnf'),
      `[tsa]\nserial = ${at('serial')}\ndefault_policy = 1.2.3.4\ndigests = sha256\nsigner_digest = sha256\ness_cert_id_alg = sha256\n`,
    );
    await openssl(['ts', '-query', '-data', at('pki.yaml'), '-sha256', '-cert', '-out', at('request')]);
    await openssl([
      ...['ts', '-reply', '-config', at('ts.cnf'), '-section', 'tsa', '-queryfile', at('request')],
      ...[...pair('stamps'), '-chain', applied.path('certificates/stamps/chain.pem'), '-out', at('reply')],
    ]);
    const verified = await openssl([
      ...['ts', '-verify', '-data', at('pki.yaml'), '-in', at('reply'), ...trust()],
      ...['-untrusted', applied.path('certificates/stamps/chain.pem')],
    ]);
    expect(verified).toContain('Verification: OK');
  });

  it('openssl smime takes mail of the one, and no mail signed by the other', async () => {
    const mail = join(applied.folder, 'mail');
    const sign = (name: string) =>
      openssl([
        ...['smime', '-sign', '-in', applied.path('../pki.yaml'), '-out', mail, ...pair(name)],
        ...['-certfile', applied.path(`certificates/${name}/chain.pem`)],
      ]);
    await sign('ann');
    await openssl(['smime', '-verify', '-in', mail, '-out', join(applied.folder, 'out'), ...trust()]);
    await sign('release');
    await expect(
      openssl(['smime', '-verify', '-in', mail, '-out', join(applied.folder, 'out'), ...trust()]),
    ).rejects.toThrow(/purpose|certificate verify/i);
  });

  it('openssl ocsp takes the responses of the responder', async () => {
    const at = (name: string) => join(applied.folder, name);
    const serial = (
      await openssl(['x509', '-in', applied.path('certificates/ann/cert.pem'), '-noout', '-serial'])
    )
      .trim()
      .replace('serial=', '');
    writeFileSync(at('index.txt'), `V\t351231235959Z\t\t${serial}\tunknown\t/CN=Ann\n`);
    const issuer = ['-issuer', applied.path('authorities/signing/cert.pem')];
    await openssl([
      ...[
        'ocsp',
        ...issuer,
        '-cert',
        applied.path('certificates/ann/cert.pem'),
        '-reqout',
        at('ask'),
        '-no_nonce',
      ],
    ]);
    const responder = applied.path('certificates/responder');
    await openssl([
      ...['ocsp', '-index', at('index.txt'), '-CA', applied.path('authorities/signing/cert.pem')],
      ...['-rsigner', join(responder, 'cert.pem'), '-rkey', join(responder, 'key.pem')],
      ...['-reqin', at('ask'), '-respout', at('answer'), '-ndays', '1'],
    ]);
    const text = await openssl([
      ...['ocsp', ...issuer, '-cert', applied.path('certificates/ann/cert.pem'), '-respin', at('answer')],
      ...['-no_nonce', ...trust(), '-verify_other', join(responder, 'fullchain.pem')],
    ]);
    expect(text).toContain(': good');
  });
});

describe('adoption', () => {
  it('describes a folder of them with nothing due', async () => {
    const ROOT: Files = { key: 'ca.key', cert: 'ca.crt' };
    const shop = new Workshop();
    await shop.root(ROOT, { subject: '/CN=Root', extensions: CA });
    const sign = (name: string, extensions: readonly string[]) =>
      shop.signed({ key: `${name}.key`, cert: `${name}.crt` }, { subject: `/CN=${name}`, extensions }, ROOT);
    await sign('code', leaf('codeSigning'));
    await sign('time', leaf('critical, timeStamping'));
    await sign('mail', leaf('emailProtection', 'email:a@example.test'));
    await sign('ocsp', [...leaf('OCSPSigning'), 'noCheck = ignored']);
    const { adoption, manifest } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(adoption.entities.map(({ id }) => id)).toEqual([
      'authorities/ca',
      'certificates/code',
      'certificates/mail',
      'certificates/ocsp',
      'certificates/time',
    ]);
    expect(manifest).toContain('ocspNoCheck: true');
    expect(readFileSync(join(shop.folder, 'pki.yaml'), 'utf8')).toContain(
      'extendedKeyUsage: [ codeSigning ]',
    );
  });
});
