/** Cross-certificates as settings of the two authorities, and what of them no setting describes. */

import type { EntryText } from '../manifest/write.ts';
import { compact } from '../pki/record.ts';
import { EXTENSIONS, findExtension } from '../x509/extensions.ts';
import { pathLengthOf } from '../x509/facts.ts';
import type { Bridge } from './bridges.ts';
import { constraintsOf } from './constraints.ts';
import type { EntryDraft } from './draft.ts';
import { publishedIn } from './extensions.ts';
import type { EntryNote } from './left-out.ts';
import { validityText } from './length.ts';

/** The drafts, authorities among them with `crossSignedBy`. */
export function withBridges(
  drafts: readonly EntryDraft[],
  bridges: readonly Bridge[],
): readonly EntryDraft[] {
  const issuers = new Set(drafts.map(({ pair }) => pair.issuer));
  return drafts.map((draft) => {
    const [own, made] = [
      bridges.filter(({ of }) => of.id === draft.id),
      bridges.filter(({ by }) => by.id === draft.id),
    ];
    // Of an authority that signed nothing else here, they alone show where it publishes.
    const published = issuers.has(draft.pair) ? {} : publishedIn(made.map(({ cert }) => cert.facts));
    const crossed = own.length === 0 ? {} : { crossSignedBy: own.map(textOf) };
    return { ...draft, entry: { ...draft.entry, ...published, ...crossed } };
  });
}

function textOf({ cert: { facts }, path, of, by }: Bridge) {
  const { text } = validityText(facts, 'intermediate');
  const isCapped = facts.notAfter === by.pair.cert.facts.notAfter;
  const limit = pathLengthOf(facts);
  const nameConstraints = constraintsOf(facts);
  const isAsOf = JSON.stringify(nameConstraints) === JSON.stringify(of.entry.nameConstraints);
  return {
    issuer: by.name,
    ...compact({ validity: text === of.entry.validity || isCapped ? undefined : text }),
    ...(limit === pathLengthOf(of.pair.cert.facts) ? {} : { pathLength: limit }),
    ...(isAsOf ? {} : { nameConstraints: nameConstraints ?? null }),
    outputs: ['cert' as const],
    folder: '.',
    files: { cert: path },
  };
}

/** Extensions that a cross-certificate has and its next one will not: policies are those of the authority, places those of the signer. */
export function bridgeNotes(bridges: readonly Bridge[], drafts: readonly EntryDraft[]): readonly EntryNote[] {
  const entries = new Map(drafts.map(({ id, entry }) => [id, entry]));
  return bridges.flatMap(({ id, of, by, cert: { facts } }) => {
    const described = describedBy(entries.get(of.id) ?? {}, entries.get(by.id) ?? {});
    const lost = EXTENSIONS.filter(
      (rule) => findExtension(facts, rule) !== undefined && described[rule.name] === false,
    );
    const others = facts.unknown.filter(({ oid }) => of.entry.extensions?.[oid] === undefined);
    const oids = [...lost, ...others].map(({ oid }) => oid);
    return oids.length === 0 ? [] : [{ id, note: { kind: 'extensions', oids } } as const];
  });
}

function describedBy(of: EntryText, by: EntryText): Readonly<Record<string, boolean>> {
  return {
    certificatePolicies: of.policies !== undefined,
    policyConstraints: of.policyConstraints !== undefined,
    inhibitAnyPolicy: of.inhibitAnyPolicy !== undefined,
    crlDistributionPoints: by.crl != null && typeof by.crl === 'object' && 'url' in by.crl,
    authorityInfoAccess: (by.ocsp ?? by.caIssuers) !== undefined,
  };
}
