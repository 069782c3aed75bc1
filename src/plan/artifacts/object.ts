/** Files of Kubernetes: `secret.yaml` with key, chain and roots as `kubernetes.io/tls`, `bundle.yaml` with the roots. */

import { canonicalText, sorted, type YamlValue, yamlObject, yamlText } from '../../manifest/yaml-object.ts';
import { compare } from '../../pki/compare.ts';
import type { Entity } from '../../pki/entity.ts';
import { metadataOf, type ObjectArtifact, objectName } from '../../pki/kubernetes.ts';
import { parsePieces } from '../../x509/parse.ts';
import { fullchainParts, trustParts } from '../parts.ts';
import type { Entries, ObjectRule } from './rule.ts';

/** Keys of its data are those that ingress controllers and cert-manager read. */
export const secret = object({
  artifact: 'secret',
  kind: 'Secret',
  type: 'kubernetes.io/tls',
  encoding: 'base64',
  entries: {
    'ca.crt': (entity) => trustParts(entity),
    'tls.crt': fullchainParts,
    'tls.key': ({ id }) => [{ kind: 'key', of: id }],
  },
});

/** What pods mount to trust the roots. */
export const trustBundle = object({
  artifact: 'bundle',
  kind: 'ConfigMap',
  encoding: 'text',
  entries: { 'ca.pem': (entity) => trustParts(entity) },
});

interface Shape extends Pick<ObjectRule, 'kind' | 'encoding' | 'entries'> {
  readonly artifact: ObjectArtifact;
  readonly type?: string;
}

function object({ artifact, kind, type, encoding, entries }: Shape): ObjectRule {
  const head = (entity: Entity) => ({
    apiVersion: 'v1',
    kind,
    metadata: metadataText(entity, artifact),
    ...(type === undefined ? {} : { type }),
  });
  return {
    by: 'object',
    kind,
    encoding,
    entries,
    read: (bytes) => readObject(bytes, kind, encoding),
    parts: (entity, byId) => Object.values(entries).flatMap((parts) => parts(entity, byId)),
    pieces: (facts) => facts,
    head,
    content: (entity, found) => piecesOf(head(entity), found),
  };
}

function metadataText(entity: Entity, artifact: ObjectArtifact): Readonly<Record<string, YamlValue>> {
  const said = metadataOf(entity, artifact);
  const maps = { labels: said.labels, annotations: said.annotations };
  const filled = Object.entries(maps).filter(([, map]) => Object.keys(map).length > 0);
  return {
    name: objectName(entity.name, said),
    ...(said.namespace === undefined ? {} : { namespace: said.namespace }),
    ...Object.fromEntries(filled.map(([key, map]) => [key, sorted(map)])),
  };
}

/** What is in such a file, in the words of `content`. @throws Error that quotes nothing of it: there is a key in it. */
function readObject(bytes: Buffer, kind: string, encoding: ObjectRule['encoding']): readonly string[] {
  const { data, ...head } = yamlObject(bytes.toString('utf8')) ?? {};
  if (head['kind'] !== kind || typeof data !== 'object' || data === null)
    throw new Error(`holds no ${kind} of Kubernetes`);
  const entries = Object.entries(data).map(([key, value]) => [key, piecesIn(value, kind, encoding)] as const);
  return piecesOf(head, entries).flatMap((piece) => piece ?? []);
}

function piecesIn(value: unknown, kind: string, encoding: ObjectRule['encoding']): readonly string[] {
  if (typeof value !== 'string') throw new Error(`holds no ${kind} of Kubernetes`);
  const text = Buffer.from(value, encoding === 'base64' ? 'base64' : 'utf8');
  return parsePieces(text);
}

function piecesOf(head: object, entries: Entries): readonly (string | null)[] {
  const filled = entries.filter(([, pieces]) => pieces.length > 0);
  return [
    canonicalText(head),
    ...filled.toSorted(([a], [b]) => compare(a, b)).flatMap(([key, pieces]) => [`in ${key}`, ...pieces]),
  ];
}

/** The file, of PEM texts by key. */
export function objectText(
  rule: ObjectRule,
  entity: Entity,
  texts: readonly (readonly [key: string, pem: string])[],
): string {
  const data = texts
    .filter(([, pem]) => pem !== '')
    .map(([key, pem]) => [key, rule.encoding === 'base64' ? Buffer.from(pem).toString('base64') : pem]);
  return yamlText({ ...rule.head(entity), data: Object.fromEntries(data) });
}
