/** What a plan shows of certificates that are not made yet. */
import { expect, it } from 'vitest';
import { summariesOf } from '../../src/plan/summary.ts';
import {
  aChange,
  aClient,
  anAuthority,
  aServer,
  DAY,
  dns,
  email,
  ip,
  NOW,
  uri,
} from '../helpers/entities.ts';

const ISSUANCE = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
const ROOT = anAuthority({ name: 'root', key: { algorithm: 'rsa', size: 4096 }, pathLength: 1 });
const API = aServer({
  name: 'api',
  issuer: ROOT.id,
  validity: 30 * DAY,
  profile: 'short',
  san: [dns('api.test'), ip('10.0.0.1')],
});
const ALICE = aClient({ name: 'alice', issuer: ROOT.id, san: [email('a@b.test'), uri('urn:a')] });

it('only of those that are issued, each with what the manifest says, and the extensions of its own', () => {
  const changes = [
    aChange({ id: ROOT.id, action: 'create', issuance: ISSUANCE }),
    aChange({ id: API.id, action: 'issue', issuance: ISSUANCE }),
    aChange({ id: ALICE.id, action: 'refresh' }),
  ];
  const found = summariesOf([ROOT, API, ALICE], changes, new Map());
  expect(Object.fromEntries(found)).toEqual({
    [ROOT.id]: {
      subject: 'CN=root CA',
      san: [],
      key: 'rsa-4096',
      issuer: null,
      usages: ['keyCertSign', 'cRLSign'],
      lifetime: ROOT.validity,
      profile: null,
      extensions: [{ name: 'basicConstraints', critical: true, items: ['CA:TRUE', '1'] }],
    },
    [API.id]: {
      subject: 'CN=api.example.test',
      san: ['dns:api.test', 'ip:10.0.0.1'],
      key: 'ecdsa-p256',
      issuer: ROOT.id,
      usages: ['digitalSignature', 'serverAuth'],
      lifetime: 30 * DAY,
      profile: 'short',
      extensions: [{ name: 'basicConstraints', critical: true, items: ['CA:FALSE'] }],
    },
  });
});
