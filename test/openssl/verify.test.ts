import { describe, expect, it } from 'vitest';
import {
  listArgs,
  verifiedFiles,
  verifyBatches,
  verifyCommand,
  verifyComplaint,
} from '../../src/openssl/verify.ts';
import { aClient, anAuthority, aPeer, aServer } from '../helpers/entities.ts';

const ROOT = anAuthority();
const SERVICES = anAuthority({ name: 'services', issuer: ROOT.id });
const DEEP = anAuthority({ name: 'deep', issuer: SERVICES.id });

const cert = (id: string) => `${id}/cert.pem`;

describe('a call', () => {
  it('trusts the root alone, and shows what is between', () => {
    expect(
      verifyCommand([DEEP, SERVICES, ROOT], 'sslserver', [aServer({ name: 'a' }), aServer({ name: 'b' })]),
    ).toEqual({
      args: [
        ...[
          'verify',
          '-x509_strict',
          '-policy_check',
          '-policy',
          'anyPolicy',
          '-purpose',
          'sslserver',
          '-CAfile',
          cert(ROOT.id),
        ],
        ...[
          '-untrusted',
          cert(DEEP.id),
          '-untrusted',
          cert(SERVICES.id),
          cert('servers/a'),
          cert('servers/b'),
        ],
      ],
      input: null,
    });
  });

  it('a root is its own anchor', () => {
    const [batch] = verifyBatches([ROOT]);
    expect(batch?.command.args.slice(5)).toEqual([
      '-purpose',
      'any',
      '-CAfile',
      cert(ROOT.id),
      cert(ROOT.id),
    ]);
  });
});

describe('batches', () => {
  const groups = (...entities: Parameters<typeof verifyBatches>[0]) =>
    verifyBatches(entities).map((batch) => [batch.purpose, batch.entities.map(({ id }) => id)]);

  it('of the same issuers and the same purpose', () => {
    const leaves = [
      aServer({ name: 'a' }),
      aServer({ name: 'b', issuer: SERVICES.id }),
      aClient({ name: 'c' }),
      aServer({ name: 'd' }),
      aServer({ name: 'e', issuer: SERVICES.id }),
    ];
    expect(groups(ROOT, SERVICES, ...leaves)).toEqual([
      ['any', [ROOT.id, SERVICES.id]],
      ['sslserver', ['servers/a', 'servers/d']],
      ['sslserver', ['servers/b', 'servers/e']],
      ['sslclient', ['clients/c']],
    ]);
  });

  it('a peer is judged as both', () => {
    expect(groups(ROOT, aPeer({ name: 'p' })).slice(1)).toEqual([
      ['sslserver', ['peers/p']],
      ['sslclient', ['peers/p']],
    ]);
  });

  it('two roots are never one', () => expect(groups(ROOT, anAuthority({ name: 'other' }))).toHaveLength(2));

  it('are cut where arguments would become too many, and lose nobody', () => {
    const leaves = Array.from({ length: 1201 }, (_, i) => aServer({ name: `s${i}` }));
    const batches = verifyBatches([ROOT, ...leaves]).slice(1);
    expect(batches.map(({ entities }) => entities.length)).toEqual([500, 500, 201]);
    expect(new Set(batches.flatMap(({ entities }) => entities)).size).toBe(1201);
    for (const { entities, command } of batches)
      expect(command.args.slice(-entities.length)).toEqual(entities.map(({ id }) => cert(id)));
  });

  it('are one more for each bridge of an authority above, through which others come', () => {
    const other = anAuthority({ name: 'other' });
    const bridge = anAuthority({
      name: 'bridge',
      issuer: other.id,
      trust: [other.id],
      keyPlace: { kind: 'bridge', of: SERVICES.id },
    });
    const low = aServer({ name: 'low', issuer: DEEP.id });
    const beside = aServer({ name: 'beside', issuer: other.id });
    const batches = verifyBatches([ROOT, SERVICES, DEEP, other, bridge, low, beside]).map((batch) => {
      return [batch.entities.map(({ id }) => id).join(), batch.through ?? null, batch.purpose];
    });
    expect(batches).toEqual([
      [`${ROOT.id},${SERVICES.id}`, null, 'any'],
      [DEEP.id, null, 'any'],
      [DEEP.id, bridge.id, 'any'],
      [`${other.id},${bridge.id}`, null, 'any'],
      [low.id, null, 'sslserver'],
      [low.id, bridge.id, 'sslserver'],
      [beside.id, null, 'sslserver'],
    ]);
  });

  it('of nothing are none', () => expect(verifyBatches([])).toEqual([]));
});

describe('a certificate of other uses', () => {
  const purposes = (given: object) => {
    const entity = { ...aServer({ name: 'x' }), id: 'certificates/x', kind: 'certificate', ...given };
    return verifyBatches([ROOT, entity as never])
      .filter(({ entities }) => entities.some(({ id }) => id === 'certificates/x'))
      .map(({ purpose }) => purpose);
  };
  it.each<[given: object, expected: readonly string[]]>([
    [{}, ['any']],
    [{ extendedKeyUsage: ['serverAuth'] }, ['sslserver']],
    [{ extendedKeyUsage: ['clientAuth'] }, ['sslclient']],
    [{ extendedKeyUsage: ['emailProtection'] }, ['smimesign']],
    [{ extendedKeyUsage: ['timeStamping'] }, ['timestampsign']],
    [{ extendedKeyUsage: ['OCSPSigning'] }, ['ocsphelper']],
    [{ extendedKeyUsage: ['codeSigning'] }, ['any']],
    [{ extendedKeyUsage: ['codeSigning', 'emailProtection', 'clientAuth'] }, ['smimesign', 'sslclient']],
    [{ extendedKeyUsage: ['emailProtection'], keyUsage: ['digitalSignature'] }, ['smimesign']],
    [{ extendedKeyUsage: ['emailProtection'], keyUsage: ['keyEncipherment'] }, ['any']],
  ])('%j is judged as %j', (given, expected) => {
    expect(purposes(given)).toEqual(expected);
  });

  it('with a critical extension that openssl does not know is judged by itself, and with that left out', () => {
    const odd = (name: string) =>
      aServer({ name, extensions: [{ oid: '1.2.3', critical: true, der: '0500' }] as never });
    const batches = verifyBatches([ROOT, aServer({ name: 'a' }), odd('b'), odd('c')]).slice(1);
    expect(batches.map(({ entities }) => entities.map(({ id }) => id))).toEqual([
      ['servers/a'],
      ['servers/b'],
      ['servers/c'],
    ]);
    expect(batches.map(({ command }) => command.args.includes('-ignore_critical'))).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('lists', () => {
  const crl = (id: string) => ['-CRLfile', `${id}/crl.pem`];
  it.each<[name: string, listed: readonly string[], expected: readonly string[]]>([
    ['none', [], []],
    ['of the issuer alone', [DEEP.id], ['-crl_check', ...crl(DEEP.id)]],
    ['of the issuer and one above', [DEEP.id, ROOT.id], ['-crl_check', ...crl(DEEP.id)]],
    ['of those above alone', [SERVICES.id, ROOT.id], []],
    [
      'of all',
      [ROOT.id, DEEP.id, SERVICES.id],
      ['-crl_check_all', ...crl(DEEP.id), ...crl(SERVICES.id), ...crl(ROOT.id)],
    ],
  ])('%s', (_, listed, expected) => {
    expect(listArgs([DEEP, SERVICES, ROOT], new Set(listed) as never)).toEqual(expected);
    expect(listArgs([], new Set(listed) as never)).toEqual([]);
  });
});

describe('what openssl said', () => {
  it('the files that are good, and no others', () => {
    const printed =
      'servers/a/cert.pem: OK\nservers/b/cert.pem: FAILED\nerror servers/c/cert.pem: verification failed\nservers/d/cert.pem: OK\n';
    expect([...verifiedFiles(printed)]).toEqual(['servers/a/cert.pem', 'servers/d/cert.pem']);
    expect(verifiedFiles('').size).toBe(0);
  });

  it.each([
    [
      'CN = a\nerror 20 at 0 depth lookup: unable to get local issuer certificate\nerror servers/a/cert.pem: verification failed\n',
      'error 20 at 0 depth lookup: unable to get local issuer certificate',
    ],
    [
      'error 10 at 0 depth lookup: certificate has expired\nerror 10 at 1 depth lookup: certificate has expired\n',
      'error 10 at 0 depth lookup: certificate has expired',
    ],
    [
      'error 20 at 12 depth lookup: unable to get local issuer certificate\nerror c.pem: verification failed\n',
      'error 20 at 12 depth lookup: unable to get local issuer certificate',
    ],
    [
      'Can’t open servers/a/cert.pem for reading\nUnable to load certificate file\n',
      'Unable to load certificate file',
    ],
    ['', ''],
  ])('the complaint in %j', (stderr, complaint) => expect(verifyComplaint(stderr)).toBe(complaint));
});
