/** The script's part that writes objects of Kubernetes: the same text as that of apply. */
import { yamlText } from '../manifest/yaml-object.ts';
import type { Entity } from '../pki/entity.ts';
import { isObject, type ObjectArtifact } from '../pki/kubernetes.ts';
import { partsPath, stagedPath } from '../pki/paths.ts';
import type { ObjectRule } from '../plan/artifacts/rule.ts';
import { RULES } from '../plan/artifacts/rules.ts';
import type { Work } from '../plan/change.ts';
import { lookUp } from './key-path.ts';
import { type Context, together } from './script-bundles.ts';
import { shellWords } from './shell.ts';

/** Shell lines that stage those that the change writes. */
export function objectLines(change: Work, context: Context): readonly string[] {
  const entity = lookUp(context.byId, change.id);
  return change.writes.filter(isObject).flatMap((artifact) => {
    const rule = RULES[artifact];
    const entries = Object.entries(rule.entries).flatMap(([key, parts]) => [
      together(parts(entity, context.byId), change, context, partsPath(entity.id, artifact)),
      ...entryLines(key, rule, entity, artifact),
    ]);
    return [headLine(rule, entity, artifact), ...entries];
  });
}

function headLine(rule: ObjectRule, entity: Entity, artifact: ObjectArtifact): string {
  const lines = yamlText(rule.head(entity)).trimEnd().split('\n');
  return `${shellWords(['printf', '%s\\n', ...lines, 'data:'])} >${stagedPath(entity.id, artifact)}`;
}

/** One entry of the data, of the parts that are together in a file. */
function entryLines(
  key: string,
  { encoding }: ObjectRule,
  { id }: Entity,
  artifact: ObjectArtifact,
): readonly string[] {
  const [parts, to] = [partsPath(id, artifact), stagedPath(id, artifact)];
  const text =
    encoding === 'base64'
      ? `printf '  ${key}: '; openssl base64 -A -in ${parts}; echo`
      : `echo '  ${key}: |'; sed 's/^/    /' ${parts}`;
  return [`{ ${text}; } >>${to}`, `rm -f ${parts}`];
}
