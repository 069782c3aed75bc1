/** Objects of Kubernetes: what is written of an entity is read again as what it should hold, whatever order it has. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../../src/pki/entity.ts';
import { byIdOf } from '../../../src/pki/issuers.ts';
import { objectText, secret, trustBundle } from '../../../src/plan/artifacts/object.ts';
import type { ObjectRule } from '../../../src/plan/artifacts/rule.ts';
import { anAuthority, aServer } from '../../helpers/entities.ts';
import { smallCertificate } from '../../helpers/small-certificates.ts';

const API = aServer({ name: 'api' });
const METADATA = {
  name: 'api-tls',
  namespace: 'shop',
  labels: { team: 'b', app: 'a' },
  annotations: { note: 'x' },
};
const NAMED: Entity = { ...API, objects: { secret: METADATA, bundle: { labels: {}, annotations: {} } } };
const PEM = ['one', 'two'].map((name) => smallCertificate(name).pem);
const TEXTS = [
  ['tls.crt', PEM.join('')],
  ['ca.crt', PEM[1] ?? ''],
  ['tls.key', ''],
] as const;

/** What a file says that was written of these texts. */
const readBack = (rule: ObjectRule, entity: Entity, texts: Parameters<typeof objectText>[2] = TEXTS) =>
  rule.read(Buffer.from(objectText(rule, entity, texts)));

describe.each<[string, Entity]>([
  ['with nothing but a name', API],
  ['with all that can be said of it', NAMED],
])('%s', (_, entity) => {
  it('a file is what it should hold', () => {
    const [first, ...pieces] = readBack(secret, entity);
    const [root] = pieces.slice(1);
    expect(pieces).toHaveLength(5);
    const content = secret.content(entity, [
      ['ca.crt', [root ?? '']],
      ['tls.crt', pieces.slice(3)],
      ['tls.key', []],
    ]);
    expect(content).toEqual([first, ...pieces]);
    expect(pieces.filter((piece) => piece.startsWith('in '))).toEqual(['in ca.crt', 'in tls.crt']);
    expect(pieces.slice(3)).toContain(root);
  });
});

it('the order of its keys says nothing, another value does', () => {
  const text = objectText(secret, NAMED, TEXTS);
  const lines = text.split('\n');
  const [kind, type] = ['kind:', 'type:'].map((start) => lines.find((line) => line.startsWith(start)) ?? '');
  const moved = [kind, ...lines.filter((line) => line !== kind)].join('\n');
  expect(secret.read(Buffer.from(moved))).toEqual(readBack(secret, NAMED));
  const other = text.replace(type ?? '', 'type: Opaque');
  expect(secret.read(Buffer.from(other))).not.toEqual(readBack(secret, NAMED));
});

it('each thing that is said of it counts', () => {
  const heads = [
    API,
    { ...API, name: 'web' },
    { ...API, objects: { secret: { ...METADATA, namespace: 'other' } } },
    { ...API, objects: { secret: METADATA } },
    { ...API, objects: { secret: { ...METADATA, labels: {} } } },
    { ...API, objects: { secret: { ...METADATA, annotations: {} } } },
  ].map((entity) => readBack(secret, entity as Entity)[0]);
  expect(new Set(heads).size).toBe(heads.length);
  const sorted = { ...API, objects: { secret: { ...METADATA, labels: { app: 'a', team: 'b' } } } };
  expect(readBack(secret, sorted)[0]).toBe(heads[3]);
  expect(secret.head(NAMED)).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: METADATA,
    type: 'kubernetes.io/tls',
  });
});

it('a secret is in base64, a bundle is plain, and neither is the other', () => {
  const bundled = objectText(trustBundle, API, [['ca.pem', PEM[0] ?? '']]);
  expect(bundled).toContain('-----BEGIN CERTIFICATE-----');
  expect(objectText(secret, API, TEXTS)).not.toContain('BEGIN CERTIFICATE');
  expect(trustBundle.read(Buffer.from(bundled)).slice(1)).toHaveLength(2);
  expect(() => secret.read(Buffer.from(bundled))).toThrow('holds no Secret of Kubernetes');
  expect(() => trustBundle.read(Buffer.from('- a\n'))).toThrow('holds no ConfigMap of Kubernetes');
});

it('they are made of a chain, a key, and the roots that an entity trusts', () => {
  const kinds = (rule: ObjectRule) => rule.parts(API, byIdOf([anAuthority(), API])).map(({ kind }) => kind);
  expect(kinds(secret)).toEqual(['certificate', 'earlier', 'certificate', 'cross', 'key']);
  expect(kinds(trustBundle)).toEqual(['certificate', 'earlier']);
});
