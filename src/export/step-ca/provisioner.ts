/** Provisioners of step-ca: one for each section of an authority, and for each lifetime in it, which is theirs to say. */
import type { Section } from '../../pki/entity.ts';
import { groupBy } from '../../pki/group.ts';
import type { IssuingAuthority } from '../authority.ts';
import type { LeafPolicy } from '../leaf.ts';

/** One of them, with the leaves that its template knows. */
export interface Provisioner {
  /** `servers`, or `servers-7775699` beside others of that section. */
  readonly name: string;
  readonly leaves: readonly LeafPolicy[];
  /** Seconds from the moment of issue to the end. */
  readonly duration: number;
}

/** Those of an authority, in the order of the manifest. */
export function provisionersOf(authority: IssuingAuthority): readonly Provisioner[] {
  const { leaves } = authority;
  const backdate = backdateOf(authority);
  // A lifetime begins before the moment of issue, by as much for all that one authority signs.
  const durationOf = ({ entity }: LeafPolicy): number => entity.validity - backdate - 1;
  return [...groupBy(leaves, sectionOf)].flatMap(([section, members]) => {
    const groups = [...groupBy(members, durationOf)];
    return groups.map(([duration, some]) => {
      return { name: groups.length === 1 ? section : `${section}-${duration}`, leaves: some, duration };
    });
  });
}

/** Seconds. */
export function backdateOf({ leaves }: IssuingAuthority): number {
  return Math.min(...leaves.map(({ entity }) => entity.backdate));
}

function sectionOf({ entity }: LeafPolicy): Section {
  return `${entity.kind}s`;
}
