/** Objects of Kubernetes, as this run leaves them. */
import { modeOf } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { isObject } from '../pki/kubernetes.ts';
import { objectText } from '../plan/artifacts/object.ts';
import { RULES } from '../plan/artifacts/rules.ts';
import type { Work } from '../plan/change.ts';
import { StepError } from '../store/step-error.ts';
import { parsePieces } from '../x509/parse.ts';
import { partsText } from './parts.ts';
import type { Run } from './run.ts';

/** Stages those that the change writes; members are published by then. */
export function writeObjects(run: Run, entity: Entity, change: Work): void {
  for (const artifact of change.writes.filter(isObject)) {
    const rule = RULES[artifact];
    const texts = Object.entries(rule.entries).map(
      ([key, parts]) => [key, partsText(run, change, parts(entity, run.byId))] as const,
    );
    const text = objectText(rule, entity, texts);
    const pieces = texts.map(([key, pem]) => [key, pem === '' ? [] : parsePieces(Buffer.from(pem))] as const);
    // Like everything that is made, it is read back before it is published.
    if (rule.read(Buffer.from(text)).join('\n') !== rule.content(entity, pieces).join('\n'))
      throw new StepError({ kind: 'made-other-content', maker: 'node', artifact });
    run.staging.write(entity.id, artifact, text, modeOf(artifact));
  }
}
