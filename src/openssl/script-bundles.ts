/** The script's part that puts files together from their parts (plan/parts.ts). */
import type { Artifact } from '../pki/artifact.ts';
import { type EntityId, unreachable } from '../pki/entity.ts';
import { filePath } from '../pki/files.ts';
import type { ById } from '../pki/issuers.ts';
import { partsPath, stagedPath } from '../pki/paths.ts';
import { isSlot } from '../pki/split.ts';
import { ruleOf } from '../plan/artifacts/rules.ts';
import { type Change, crossingOf, isWork, keptTrustOf, makesKey, type Work } from '../plan/change.ts';
import type { Make } from '../plan/make.ts';
import type { Part } from '../plan/parts.ts';
import { lookUp } from './key-path.ts';
import { shellPath, shellWords } from './shell.ts';

/** What the lines of one script follow from. */
export interface Context {
  readonly byId: ById;
  readonly changes: ReadonlyMap<EntityId, Change>;
}

/**
 * Shell lines that stage those bundles that the change writes, and use up its cross-certificate. Parts come from their
 * places, only new ones of its own from staging.
 */
export function bundleLines(change: Work, context: Context): readonly string[] {
  const entity = lookUp(context.byId, change.id);
  const made = change.writes.flatMap((artifact) => {
    const rule = ruleOf(artifact);
    if (rule.by !== 'parts') return [];
    const path = stagedPath(entity.id, artifact);
    return [together(rule.parts(entity, context.byId), change, context, path, rule.nth)];
  });
  return [
    ...made,
    ...(crossingOf(change) === null ? [] : [`rm -f ${stagedPath(entity.id, 'cross')}`]),
    ...(change.formerLists?.last == null ? [] : [`rm -f ${stagedPath(entity.id, 'former-crl')}`]),
  ];
}

/** A shell line that stages the parts of a file that openssl converts. */
export function partsLine({ of, parts, to }: Extract<Make, { op: 'convert' }>, context: Context): string {
  const change = context.changes.get(of);
  if (change === undefined || !isWork(change))
    throw new Error(`Internal error: nothing is planned for ${of}`);
  return together(parts, change, context, partsPath(of, to));
}

/** A shell line that writes parts of a file into one. @param nth the one certificate of them, from 0; or all. */
export function together(
  parts: readonly Part[],
  change: Work,
  context: Context,
  path: string,
  nth?: number,
): string {
  const lines = parts.flatMap((part) => partLines(part, change, context));
  return `{ ${joined(lines).join('; ')}; }${nth === undefined ? '' : ` | nth ${nth + 1}`} >${path}`;
}

/** A file to be printed whole, or a call of one of the functions below. */
type Line = { readonly cat: string } | { readonly call: string };

/** One `cat` for files that follow each other. */
function joined(lines: readonly Line[]): readonly string[] {
  const commands: string[] = [];
  for (const line of lines) {
    const last = commands.at(-1);
    if ('call' in line) commands.push(line.call);
    else if (last?.startsWith('cat ')) commands.splice(-1, 1, `${last} ${line.cat}`);
    else commands.push(`cat ${line.cat}`);
  }
  return commands;
}

function partLines(part: Part, change: Work, context: Context): readonly Line[] {
  const isOwn = part.of === change.id;
  const entity = lookUp(context.byId, part.of);
  switch (part.kind) {
    case 'key':
      return [
        { cat: isOwn && makesKey(change) ? stagedPath(part.of, 'key') : shellPath(filePath(entity, 'key')) },
      ];
    case 'certificate':
      if (entity.elsewhere) return [{ call: `openssl x509 -in ${shellPath(filePath(entity, 'cert'))}` }];
      return [
        {
          cat:
            isOwn && change.writes.includes('cert')
              ? stagedPath(part.of, 'cert')
              : shellPath(filePath(entity, 'cert')),
        },
      ];
    case 'joint':
      return jointLines(part, change, context);
    case 'earlier':
      return earlierLines(part.of, context);
    case 'routes':
      return routeLines(part.of, context);
    case 'presented':
      return [{ call: `behind 1 ${shellPath(filePath(entity, 'cert'))}` }];
    case 'cross':
      return isOwn ? ownCrossLines(change, context) : crossLines(part.of, context);
    case 'former-lists':
      return formerListLines(part.of, change, context);
    case 'list':
      return [
        {
          cat:
            isOwn && change.list !== undefined
              ? stagedPath(part.of, 'crl')
              : shellPath(filePath(entity, 'crl')),
        },
      ];
    default:
      return unreachable(part);
  }
}

/** A root's earlier certificates, by fingerprint: they are in its folder, however far the run has come. */
function earlierLines(id: EntityId, { byId, changes }: Context): readonly Line[] {
  const entity = lookUp(byId, id);
  if (entity.keyPlace?.kind === 'anchor')
    return entity.keyPlace.certificates.slice(1).map((pem) => ({ call: printed(pem) }));
  const files = `${shellPath(filePath(entity, 'cert'))} ${shellPath(filePath(entity, 'previous'))}`;
  return keptTrust(id, changes).previous.map((fingerprint) => ({ call: `pick ${fingerprint} ${files}` }));
}

/** A command that prints a text of whole lines. */
export function printed(text: string): string {
  return `printf '%s\\n' ${shellWords(text.trimEnd().split('\n'))}`;
}

/** What intermediates had from those: in their places, or in the root's file already. */
function routeLines(id: EntityId, { byId, changes }: Context): readonly Line[] {
  const children = [...byId.values()].filter(({ kind, issuer }) => kind === 'authority' && issuer === id);
  const places = [filePath(lookUp(byId, id), 'previous'), ...children.map((one) => filePath(one, 'cert'))];
  const files = places.map(shellPath).join(' ');
  return keptTrust(id, changes).routes.map((fingerprint) => ({ call: `pick ${fingerprint} ${files}` }));
}

function jointLines(
  { of, root }: Extract<Part, { kind: 'joint' }>,
  change: Work,
  context: Context,
): readonly Line[] {
  const { route } = keptTrust(of, context.changes);
  if (route !== null)
    return [{ call: `pick ${route} ${shellPath(filePath(lookUp(context.byId, root), 'previous'))}` }];
  return [
    ...partLines({ kind: 'certificate', of }, change, context),
    ...partLines({ kind: 'cross', of: root }, change, context),
  ];
}

/** Of the root that is being published: the new cross-certificate, and those that it had. */
function ownCrossLines(change: Work, { byId }: Context): readonly Line[] {
  const file = shellPath(filePath(lookUp(byId, change.id), 'previous'));
  const kept = change.cross.map((fingerprint) => ({ call: `pick ${fingerprint} ${file}` }));
  return crossingOf(change) === null ? kept : [{ cat: stagedPath(change.id, 'cross') }, ...kept];
}

/** Of a root that is in its place: they come after everything else. */
function crossLines(id: EntityId, { byId, changes }: Context): readonly Line[] {
  const change = changes.get(id);
  const { previous, routes, cross } = keptTrust(id, changes);
  const isMade = change !== undefined && crossingOf(change) !== null;
  if (!isMade && cross.length === 0) return [];
  const file = shellPath(filePath(lookUp(byId, id), 'previous'));
  return [{ call: `behind ${previous.length + routes.length} ${file}` }];
}

/** Those that have ended are left to the next run. */
function formerListLines(id: EntityId, change: Work, { byId, changes }: Context): readonly Line[] {
  const own = changes.get(id);
  const lists = own !== undefined && isWork(own) ? own.formerLists : undefined;
  const whole = `{ cat ${shellPath(filePath(lookUp(byId, id), 'former-crls'))} 2>/dev/null || :; }`;
  const others = `awk '/BEGIN X509 CRL/ { n++ } n > 1 { print }' ${shellPath(filePath(lookUp(byId, id), 'former-crls'))}`;
  if (id !== change.id) return [{ call: whole }];
  return [
    ...(lists?.last == null ? [] : [{ cat: stagedPath(id, 'former-crl') }]),
    ...(lists?.keep.length === 0 ? [] : [{ call: lists?.last?.archived === undefined ? whole : others }]),
  ];
}

function keptTrust(id: EntityId, changes: Context['changes']) {
  const change = changes.get(id);
  if (change === undefined) throw new Error(`Internal error: nothing is planned for ${id}`);
  return keptTrustOf(change);
}

/** A shell function: of all certificates in some files, the one with a SHA-256 fingerprint. */
export const PICK = `pick() {
  wanted=$1
  shift
  rm -rf .pki/pick
  mkdir -p .pki/pick
  cat "$@" 2>/dev/null | awk '/BEGIN CERTIFICATE/ { n++ } { print >(".pki/pick/" n) }'
  for file in .pki/pick/*; do
    found=$(openssl x509 -in "$file" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g' | tr A-F a-f)
    if [ "$found" = "$wanted" ]; then openssl x509 -in "$file"; rm -rf .pki/pick; return; fi
  done
  return 1
}`;

/** A shell function: the certificates of a file behind its first so many. */
export const BEHIND = `behind() {
  awk -v count="$1" '/BEGIN CERTIFICATE/ { n++ } n > count { print }' "$2"
}`;

/** Whether a file takes one certificate of several to make. */
export function takesNth(artifact: Artifact): boolean {
  return isSlot(artifact) || artifact === 'truststore-jks';
}

/** A shell function: one certificate of several. */
export const NTH = `nth() {
  awk -v nth="$1" '/BEGIN CERTIFICATE/ { n++ } n == nth { print }'
}`;
