// What a key on another machine is asked to sign: read from a file of another machine, and what must not be signed.
import { describe, expect, it } from 'vitest';
import { signScript } from '../../src/openssl/sign-script.ts';
import { readSigningRequest, type SigningRequest, signingFaults } from '../../src/plan/signing-request.ts';
import type { CertificateFacts } from '../../src/x509/facts.ts';
import { aServer, changed, critical, DAY, dns, NOW, signedWith, uncritical } from '../helpers/entities.ts';
import { ROOT, root, SERVICES, services, settled } from './settled.ts';

const WHOLE: SigningRequest = {
  entity: services,
  authority: root,
  notBefore: 1_000,
  notAfter: 2_000,
  extensions: [{ oid: '2.5.29.19', critical: true, value: '30030101ff' }],
  digest: null,
  padding: null,
};

describe('a request that is read', () => {
  it('is what was written', () => {
    expect(readSigningRequest({ ...WHOLE })).toEqual(WHOLE);
    expect(readSigningRequest({ ...WHOLE, digest: 'sha384', padding: 'rsa-pss' })).toMatchObject({
      digest: 'sha384',
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['no entity', { entity: undefined }],
    ['an entity of no section', { entity: 'roots/services' }],
    ['an entity that leads elsewhere', { entity: 'servers/../../etc' }],
    ['an authority that is a path', { authority: 'authorities/a/b' }],
    ['a name that is no word', { entity: 'servers/$(id)' }],
    ['no extensions', { extensions: [] }],
    ['an extension that is not hex', { extensions: [{ oid: '2.5.29.19', critical: true, value: 'xyz' }] }],
    ['an extension without an OID', { extensions: [{ oid: 'CA', critical: true, value: '30' }] }],
    ['an end before its beginning', { notAfter: 1_000 }],
    ['a date that is no number', { notBefore: '1000' }],
    ['a date after all dates', { notAfter: 253_402_300_800 }],
    ['a digest that is not used', { digest: 'sha1' }],
    ['a padding that is not known', { padding: 'none' }],
  ])('with %s is none', (_, given) => {
    expect(readSigningRequest({ ...WHOLE, ...given })).toBeUndefined();
  });
});

describe('what must not be signed', () => {
  const world = settled();
  const [issuer, asked] = [world.cert(root), world.cert(services)];
  const kinds = (cert: CertificateFacts, by = issuer, fits = true) =>
    signingFaults(cert, by, fits).map(({ kind }) => kind);
  const limited = (pathLength: number | null) =>
    changed(issuer, { extensions: { basicConstraints: critical({ ca: true, pathLength }) } });

  it('is nothing of what is in order', () => {
    expect(kinds(asked)).toEqual([]);
    expect(kinds(asked, limited(1))).toEqual([]);
  });

  it.each<[string, readonly string[]]>([
    ['no-authority', kinds(asked, changed(issuer, { extensions: { basicConstraints: undefined } }))],
    ['outlives', kinds(changed(asked, { notAfter: issuer.notAfter + DAY }))],
    ['path-length', kinds(asked, limited(0))],
    ['other-signer', kinds(changed(asked, { extensions: { authorityKeyIdentifier: signedWith('00') } }))],
    ['request-signature', kinds(asked, issuer, false)],
  ])('%s', (kind, found) => expect(found).toEqual([kind]));

  it('is what a certificate without an identifier would sign', () => {
    const by = changed(issuer, { extensions: { subjectKeyIdentifier: undefined } });
    expect(
      kinds(
        changed(asked, {
          extensions: { authorityKeyIdentifier: uncritical({ keyId: null, issuer: null, serial: null }) },
        }),
        by,
      ),
    ).toEqual(['unidentified']);
  });
});

it('sign.sh holds values of a manifest as text alone', () => {
  const value = `TEXT $(touch pwned) \`id\` 'x' "y" \\ #`;
  const entity = { ...SERVICES, subject: [{ type: 'CN', value }] };
  const issuance = { notBefore: 0, notAfter: DAY, cappedBy: null, subjectKeyId: null };
  const script = signScript([{ entity, issuance, issuer: { id: ROOT.id, facts: settled().cert(root) } }]);
  const lines = script.split('\n').filter((line) => line.includes('touch'));
  expect(lines).toEqual([`  subject: CN=${value}`]);
  expect(script.indexOf(lines[0] ?? '')).toBeGreaterThan(script.indexOf("<<'TEXT'"));
});

it('shows what is asked for, each in a line', () => {
  const issuance = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
  const issuer = { id: ROOT.id, facts: settled().cert(root) };
  const shown = (entity: Parameters<typeof signScript>[0][number]['entity']) => {
    const [, text = ''] = signScript([{ entity, issuance, issuer }]).split("<<'TEXT'\n");
    return text.split('\nTEXT\n')[0]?.split('\n');
  };
  const until = 'valid from 2026-11-23T12:00:00Z to 2026-11-24T12:00:00Z';
  const api = aServer({ name: 'api', san: [dns('a.test'), dns('b.test')] });
  const own = [`${SERVICES.id}, signed by ${ROOT.id}`, 'subject: CN=services CA'];
  expect(shown(api)).toEqual(
    [
      `servers/api, signed by ${ROOT.id}`,
      'subject: CN=api.example.test',
      'names: dns:a.test, dns:b.test',
      until,
    ].map((line) => `  ${line}`),
  );
  expect(shown({ ...SERVICES, pathLength: null })).toEqual(
    [...own, 'path length: no limit', until].map((line) => `  ${line}`),
  );
  expect(shown({ ...SERVICES, pathLength: 0 })).toEqual(
    [...own, 'path length: 0', until].map((line) => `  ${line}`),
  );
});

it('signs by the openssl of the machine that it is taken to', () => {
  const issuance = { notBefore: 0, notAfter: DAY, cappedBy: null, subjectKeyId: null };
  const issuer = { id: ROOT.id, facts: settled().cert(root) };
  expect(signScript([{ entity: SERVICES, issuance, issuer }]).split('\n')).toContain(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: of a shell.
    'program=${PKI_OPENSSL:-openssl}',
  );
});
