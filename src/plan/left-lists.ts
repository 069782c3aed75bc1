/** Files of revocation lists that the manifest no longer asks for, in folders that are ours. Pure. */
import type { Artifact } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { filePath, isOwed } from '../pki/files.ts';
import { listPiece } from '../x509/parse.ts';
import { type EntityObservation, NOTHING, type Observation } from './observation.ts';
import type { Remark } from './remark.ts';

/** Those that `outputs` asks for: each holds what is in the files of authorities as well. */
const COPIES = ['crls', 'ca-crls', 'crl-der'] as const;
type Copy = (typeof COPIES)[number];

/** Pieces of files, by what identifies them. */
export type KnownContent = ReadonlySet<string>;

/** What authorities have in files of their own. Nothing is lost with a file that holds no more than that. */
export function knownPieces(entities: readonly Entity[], observation: Observation): KnownContent {
  const authorities = entities.filter(({ kind }) => kind === 'authority');
  return new Set(authorities.flatMap(({ id }) => piecesOf(observation.entities.get(id) ?? NOTHING)));
}

function piecesOf({ cert, crl, previous, 'former-crls': former }: EntityObservation): readonly string[] {
  return [
    ...(cert.state === 'present' ? [cert.facts.fingerprint] : []),
    ...(crl.state === 'present' ? [listPiece(crl.facts.fingerprint)] : []),
    ...(previous.state === 'present' ? previous.facts.map(({ fingerprint }) => fingerprint) : []),
    ...(former.state === 'present' ? former.facts.map(({ fingerprint }) => listPiece(fingerprint)) : []),
  ];
}

/** Of a file under the usual name of one, in the usual folder: whether it is of this program and can go. */
export function areLeftCopies(
  entity: Entity,
  observed: EntityObservation,
  known: KnownContent,
): readonly Copy[] {
  return leftCopies(entity, observed).filter((artifact) => {
    const file = observed[artifact];
    return file.state === 'present' && file.facts.every((piece) => known.has(piece));
  });
}

function leftCopies(entity: Entity, observed: EntityObservation): readonly Copy[] {
  // Where another tool laid out the folder, a file beside ours is that tool's (pki/files.ts).
  if (entity.layout !== undefined) return [];
  return COPIES.filter(
    (artifact) =>
      !isOwed(entity, artifact) && observed[artifact].state === 'present' && !isBehind(observed, artifact),
  );
}

/** What stays where the files of an entity were is said of all of them at once (plan/remark.ts). */
function isBehind({ formerLocation }: EntityObservation, artifact: Artifact): boolean {
  return formerLocation?.files.some(({ file }) => file === artifact) ?? false;
}

/** Files that stay: lists end, and a program that goes on reading one refuses everyone from then on. */
export function leftListRemarks(
  entities: readonly Entity[],
  observation: Observation,
  known: KnownContent,
): readonly Remark[] {
  return entities.flatMap((entity) => {
    const observed = observation.entities.get(entity.id) ?? NOTHING;
    if (entity.revoked !== undefined) return [];
    const gone = areLeftCopies(entity, observed, known);
    const stay = leftCopies(entity, observed).filter((artifact) => !gone.includes(artifact));
    return [
      ...ownListRemarks(entity, observed),
      ...stay.map((artifact): Remark => {
        return { kind: 'left-list', entity: entity.id, path: filePath(entity, artifact), nextUpdate: null };
      }),
    ];
  });
}

/** An authority's list holds what cannot be made again, so it stays where `crl` no longer asks for one. */
function ownListRemarks(entity: Entity, observed: EntityObservation): readonly Remark[] {
  const { crl, listSignedBy } = observed;
  if (entity.kind !== 'authority' || isOwed(entity, 'crl') || isBehind(observed, 'crl')) return [];
  if (crl.state !== 'present' || listSignedBy == null) return [];
  const { nextUpdate } = crl.facts;
  return [{ kind: 'left-list', entity: entity.id, path: filePath(entity, 'crl'), nextUpdate }];
}
