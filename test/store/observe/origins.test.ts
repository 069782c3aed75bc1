/** What cannot be read in the place of a file of ours: damage to it is repaired, and what is of others stays. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Artifact, eachArtifact } from '../../../src/pki/artifact.ts';
import type { Entity } from '../../../src/pki/entity.ts';
import { ledgerEntry } from '../../../src/store/ledger.ts';
import { Origins } from '../../../src/store/observe/origins.ts';
import { aServer, certificateFor, DAY, keyFacts, NOW, observed, present } from '../../helpers/entities.ts';
import { memoryFolder } from '../../helpers/folders.ts';

const work = memoryFolder();
const API = aServer({ name: 'api' });
const LAID_OUT = { ...API, layout: { folder: 'src', files: {} } } as Entity;
const GARBAGE = { state: 'garbage', detail: 'x' } as const;
const BLOCKED = (artifact: Artifact) => ({ state: 'blocked', cause: { kind: 'foreign', artifact } });
let made = 0;

interface Case {
  readonly entity?: Entity;
  /** Whether the file was in that place before. */
  readonly isUnchanged?: boolean;
  readonly others?: boolean;
  /** Whom the ledger has a line of. */
  readonly issued?: Entity;
}

function folder(issued: Entity | undefined): string {
  const root = join(work, `${++made}`);
  mkdirSync(join(root, '.pki'), { recursive: true, mode: 0o700 });
  if (issued === undefined) return root;
  const issuance = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
  const facts = certificateFor(issued, keyFacts('k'), issuance, null, '0a');
  const about = { entity: issued.id, issuer: 'authorities/root', now: NOW, reasons: [], engine: undefined };
  const line = `${JSON.stringify(ledgerEntry(facts, about))}\n`;
  writeFileSync(join(root, '.pki/ledger.jsonl'), line, { mode: 0o600 });
  return root;
}

/** Whether a file that cannot be read is replaced; by default nothing else speaks for it. */
function isOurs(
  artifact: Artifact,
  content: string | Buffer,
  { entity = LAID_OUT, isUnchanged = true, others = false, issued }: Case = {},
): boolean {
  const states = { ...observed(others ? { csr: present({} as never) } : {}), [artifact]: GARBAGE } as never;
  const bytes = { ...eachArtifact(() => ({ state: 'missing' })), [artifact]: present(Buffer.from(content)) };
  const origins = new Origins(folder(issued), { isUnchanged: () => isUnchanged } as never);
  const { [artifact]: found } = origins.judged(entity, states, bytes as never);
  expect([GARBAGE, BLOCKED(artifact)]).toContainEqual(found);
  return found.state === 'garbage';
}

const pem = (label: string): string => `-----BEGIN ${label}-----\nMA`;
const CERTIFICATES = ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'];
const KEYS = ['PRIVATE KEY', 'EC PRIVATE KEY', 'RSA PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'];

describe('by the boundary of its PEM', () => {
  it.each<[Artifact, readonly string[]]>([
    ['key', KEYS],
    ['pkcs1', KEYS],
    ['pkcs8-der', KEYS],
    ['csr', ['CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST']],
    ['cert', CERTIFICATES],
    ['chain', CERTIFICATES],
    ['der', CERTIFICATES],
    ['public', ['PUBLIC KEY', 'RSA PUBLIC KEY']],
    ['pkcs7', ['PKCS7', 'CMS']],
    ['combined', [...KEYS, ...CERTIFICATES]],
    ['crl', ['X509 CRL']],
    ['ca-crls', [...CERTIFICATES, 'X509 CRL']],
    ['pkcs12', []],
    ['secret', []],
  ])('%s is ours', (artifact, labels) => {
    const all = [...KEYS, ...CERTIFICATES, 'CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'];
    const known = [...all, 'PUBLIC KEY', 'RSA PUBLIC KEY', 'PKCS7', 'CMS', 'X509 CRL', 'OPENSSH PRIVATE KEY'];
    expect(known.filter((label) => isOurs(artifact, pem(label))).sort()).toEqual([...labels].sort());
  });

  it('wherever that stands, and however early it was cut', () => {
    expect(isOurs('cert', `Bag Attributes\n${pem('CERTIFICATE')}`)).toBe(true);
    expect(isOurs('cert', '-----BEGIN CERT')).toBe(true);
    expect(isOurs('cert', '-----BEGIN CERTAIN')).toBe(false);
  });
});

describe('by its first octets', () => {
  const version = Buffer.from('30820100020103', 'hex');
  const long = Buffer.from('3082020030820100', 'hex');
  it.each<[string, Artifact, string | Buffer, boolean]>([
    ['DER of a certificate', 'der', long, true],
    ['DER of a list', 'crl', long, true],
    ['DER of a certificate where there is none', 'cert', long, false],
    ['a key store', 'pkcs12', version, true],
    ['a key store of a short length', 'pkcs12', Buffer.from('300502010304', 'hex'), true],
    ['a key store of another version', 'pkcs12', Buffer.from('30820100020102', 'hex'), false],
    ['DER of no sequence', 'pkcs12', Buffer.from('31820100020103', 'hex'), false],
    ['DER of a length that no file has', 'pkcs12', Buffer.from('308400000100020103', 'hex'), false],
    ['a private key', 'pkcs8-der', Buffer.from('308201000201000f', 'hex'), true],
    ['what is signed', 'pkcs7', Buffer.from('3082010006092a864886f70d010702', 'hex'), true],
    ['another content', 'pkcs7', Buffer.from('3082010006092a864886f80d010702', 'hex'), false],
    ['a store of Java', 'keystore-jks', Buffer.from('feedfeed00000002', 'hex'), true],
    ['half the mark of one', 'keystore-jks', Buffer.from('feed', 'hex'), true],
    ['a program of Java', 'keystore-jks', Buffer.from('cafebabe00000002', 'hex'), false],
    ['a Secret', 'secret', 'apiVersion: v1\nkind: Secret\nmeta', true],
    ['a Secret that was cut', 'secret', 'apiVersion: v1\nki', true],
    ['a ConfigMap in the place of one', 'secret', 'apiVersion: v1\nkind: ConfigMap\n', false],
    ['a ConfigMap', 'bundle', 'apiVersion: v1\nkind: ConfigMap\nx', true],
    ['a script', 'key', '#!/bin/sh\n', false],
    ['nothing', 'key', '', true],
    ['spaces', 'key', ' \n', true],
    ['zeros', 'pkcs12', Buffer.alloc(64), true],
    ['zeros, and one that is none', 'pkcs12', Buffer.concat([Buffer.alloc(64), Buffer.of(1)]), false],
  ])('%s as %s', (_, artifact, content, expected) => expect(isOurs(artifact, content)).toBe(expected));
});

describe('of what it was not made for', () => {
  it.each<[string, Case, boolean]>([
    ['nothing speaks', {}, false],
    ['the ledger', { issued: API }, true],
    ['the ledger, by a line of another', { issued: aServer({ name: 'web' }) }, false],
    ['the ledger, but it was elsewhere', { issued: API, isUnchanged: false }, false],
    ['what else is in its own folder', { entity: API, others: true }, true],
    ['what else is there, but it was elsewhere', { entity: API, others: true, isUnchanged: false }, false],
    ['what else is in a folder of another tool', { others: true }, false],
    ['an empty folder of its own', { entity: API }, false],
    ['an empty folder of its own, and the ledger', { entity: API, issued: API }, true],
  ])('%s says that it is ours', (_, given, expected) =>
    expect(isOurs('key', '#!/bin/sh\n', given)).toBe(expected),
  );
});

it('what can be read, or is not there, is as it was', () => {
  const states = observed({ key: present(keyFacts('k')) });
  const bytes = { ...eachArtifact(() => ({ state: 'missing' })), key: present(Buffer.from('x')) } as never;
  const origins = new Origins(folder(undefined), { isUnchanged: () => true } as never);
  expect(origins.judged(LAID_OUT, states, bytes)).toBe(states);
});
