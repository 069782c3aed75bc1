/** What a certification request asks for and its entity is not to have: shown, and ignored. */
import type { Entity } from '../pki/entity.ts';
import { requestOf } from '../pki/key-place.ts';
import { type Subject, subjectText } from '../pki/subject.ts';
import { type AnyExtension, EXTENSIONS, findExtension } from '../x509/extensions.ts';
import type { RequestContent } from '../x509/request.ts';

/** One text each, such as `subject CN=x`, `san dns:x.test`, `keyUsage keyCertSign`, `extension 1.2.3`. */
export function excessOf({ subject, extensions }: RequestContent, entity: Entity): readonly string[] {
  const known = EXTENSIONS.flatMap((rule) => excessIn(rule, extensions, entity));
  const others = extensions.unknown.filter(({ oid }) => !entity.extensions?.some((own) => own.oid === oid));
  return [
    ...subjectExcess(subject, entity.subject),
    ...known,
    ...others.map(({ oid }) => `extension ${oid}`),
  ];
}

/** All of a name or nothing: of a part of it no one would know where it belongs. */
function subjectExcess(asked: Subject, wanted: Subject): readonly string[] {
  const own = new Set(wanted.map(({ type, value }) => `${type}=${value}`));
  return asked.every(({ type, value }) => own.has(`${type}=${value}`))
    ? []
    : [`subject ${subjectText(asked)}`];
}

function excessIn(
  rule: AnyExtension,
  extensions: RequestContent['extensions'],
  entity: Entity,
): readonly string[] {
  const found = findExtension(extensions, rule);
  if (found === undefined) return [];
  const wanted = rule.wanted({
    entity,
    issuer: AN_ISSUER,
    keyIdentifier: requestOf(entity)?.key.keyIdentifier ?? null,
  });
  return rule.fields.flatMap((field) => {
    const own = wanted === null || wanted.presence === 'none' ? [] : rule.items(wanted.value, field);
    return rule.items(found.value, field).flatMap((item) => (own.includes(item) ? [] : [`${field} ${item}`]));
  });
}

/** It need not be known: what the issuer alone knows, no request asks for. */
const AN_ISSUER = { subjectDer: null, issuerDer: null, keyIdentifier: null, serial: null } as const;
