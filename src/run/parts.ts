/** Files that are put together from their parts (plan/parts.ts), as this run leaves them. */
import { modeOf } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { unreachable } from '../pki/entity.ts';
import { ruleOf } from '../plan/artifacts/rules.ts';
import { crossingOf, type Work } from '../plan/change.ts';
import type { Part } from '../plan/parts.ts';
import { listText } from '../x509/crl.ts';
import { pemBlocks, pemText } from '../x509/pem.ts';
import { keyAfter } from './keys.ts';
import { entityOf, type Run } from './run.ts';

/** Stages those that the change writes; members are published by then. They are synced with everything else. */
export function writeBundles(run: Run, entity: Entity, change: Work): void {
  for (const artifact of change.writes) {
    const rule = ruleOf(artifact);
    if (rule.by !== 'parts') continue;
    const text = nthText(partsText(run, change, rule.parts(entity, run.byId)), rule.nth);
    run.staging.write(entity.id, artifact, text, modeOf(artifact));
  }
}

/** One block of several, or all. */
function nthText(text: string, nth: number | undefined): string {
  if (nth === undefined) return text;
  const block = pemBlocks(text)[nth];
  if (block === undefined) throw new Error(`Internal error: there are not ${nth + 1} certificates`);
  return pemText(block.label, block.der);
}

/** Parts of a file of the entity that changes, as PEM. */
export function partsText(run: Run, change: Work, parts: readonly Part[]): string {
  return parts
    .map((part) => (part.of === change.id ? ownText(run, change, part) : memberText(run, part)))
    .join('');
}

/** A part of the entity that is being published: new ones are still in staging. */
function ownText(run: Run, change: Work, part: Part): string {
  const { staging, published } = run;
  const { of } = part;
  switch (part.kind) {
    case 'key':
      return keyAfter(run, entityOf(run, of), change).toString('latin1');
    case 'certificate':
      return change.writes.includes('cert')
        ? staging.read(of, 'cert').toString('latin1')
        : published.certificate(of).pem;
    case 'joint':
      throw new Error(`Internal error: ${of} stands above itself`);
    case 'earlier':
      return published.earlier(of);
    case 'routes':
      return published.keptRoutes(of);
    case 'cross':
      return (
        (crossingOf(change) === null ? '' : staging.read(of, 'cross').toString('latin1')) +
        published.keptCross(of)
      );
    case 'list':
      return change.list === undefined ? published.list(of) : listText(staging.read(of, 'crl'));
    case 'former-lists':
      return (
        (change.formerLists?.last == null ? '' : listText(staging.read(of, 'former-crl'))) +
        published.formerLists(of, change.formerLists?.keep)
      );
    case 'presented':
      return published.presented(of);
    default:
      return unreachable(part);
  }
}

/** A part of another entity, which is in its place by now. */
function memberText({ published }: Run, part: Part): string {
  const { of } = part;
  switch (part.kind) {
    case 'key':
    case 'routes':
    case 'presented':
      throw new Error(`Internal error: the ${part.kind} of ${of} is no part of another entity's file`);
    case 'certificate':
      return published.certificate(of).pem;
    case 'joint':
      return published.route(of, part.root) ?? published.certificate(of).pem + published.cross(part.root);
    case 'earlier':
      return published.earlier(of);
    case 'cross':
      return published.cross(of);
    case 'list':
      return published.list(of);
    case 'former-lists':
      return published.formerLists(of);
    default:
      return unreachable(part);
  }
}
