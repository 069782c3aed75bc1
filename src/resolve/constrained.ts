/** Every name below an authority against the name constraints of all authorities above it (RFC 5280 §6.1.3 (b), (c)). */
import type { Report } from '../manifest/report.ts';
import type { Span } from '../manifest/source.ts';
import { bridgeName, type Entity } from '../pki/entity.ts';
import { byIdOf } from '../pki/issuers.ts';
import type { NameConstraints } from '../pki/name-constraints.ts';
import { quote } from '../pki/printable.ts';
import { sanText } from '../pki/san.ts';
import { issuedName } from '../x509/name.ts';
import { namesOutside } from '../x509/name-constraints.ts';
import { bridgedLines } from './bridge-limits.ts';
import type { Bridge } from './bridges.ts';
import { type AuthorityDraft, type Draft, draftText } from './draft.ts';
import { type Hierarchy, lineOf } from './hierarchy.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

interface Constrained {
  readonly entity: Entity;
  readonly draft: Draft;
  readonly by: Constraining;
}

/** What constrains: the certificate of an authority, or a further one. */
interface Constraining {
  /** For messages, with an article or a kind where it needs one. */
  readonly text: string;
  /** What to change, for hints. */
  readonly setting: string;
  readonly at: Span;
  readonly constraints: NameConstraints;
}

/** `undefined` of one that constrains nothing. */
function constrainingOf(authority: AuthorityDraft): Constraining | undefined {
  const { nameConstraints: constraints } = authority.settings;
  const name = quote(authority.name);
  return (
    constraints && {
      text: `authority ${name}`,
      setting: `nameConstraints of ${name}`,
      at: authority.at('nameConstraints'),
      constraints,
    }
  );
}

function constrainingBridge({ authority, by, said, item }: Bridge): Constraining | undefined {
  const constraints = said.nameConstraints ?? undefined;
  const name = quote(bridgeName(authority.name, by.authority.name));
  return (
    constraints && {
      text: `authority ${name}`,
      setting: `nameConstraints in "crossSignedBy" of ${quote(authority.name)}`,
      at: authority.at('crossSignedBy', item),
      constraints,
    }
  );
}

/** An error for each name that is outside, and warnings of what some verifiers make of constraints. */
export function checkConstrainedNames(
  entities: readonly Entity[],
  leaves: readonly SignedLeaf[],
  hierarchy: Hierarchy,
  bridges: readonly Bridge[],
  report: Report,
): void {
  for (const { authority } of hierarchy.order) warnOfDirectories(constrainingOf(authority), report);
  for (const bridge of bridges) warnOfDirectories(constrainingBridge(bridge), report);
  const byId = byIdOf(entities);
  const checkBy = (draft: Draft, all: readonly (Constraining | undefined)[], id = draft.id): void => {
    const entity = byId.get(id);
    if (entity === undefined || !draft.isKnown('san', 'commonName', 'subject')) return;
    for (const by of all) if (by !== undefined) checkNames({ entity, draft, by }, report);
  };
  const check = (draft: Draft, above: readonly AuthorityDraft[], id = draft.id): void =>
    checkBy(draft, above.map(constrainingOf), id);
  for (const { authority, issuer } of hierarchy.order)
    if (issuer !== null) check(authority, lineOf(hierarchy.positions.get(issuer.name), hierarchy));
  for (const { leaf, issuer } of leaves) check(leaf, lineOf(issuer, hierarchy));
  for (const { id, draft, above, bridge } of bridgedLines(bridges, leaves, hierarchy)) {
    check(draft, above, id);
    if (draft !== bridge.authority) checkBy(draft, [constrainingBridge(bridge)]);
  }
}

/** Seen with Go 1.26: `unhandled critical extension`. */
function warnOfDirectories(by: Constraining | undefined, report: Report): void {
  const { permitted = [], excluded = [] } = by?.constraints ?? {};
  if (by === undefined || ![...permitted, ...excluded].some((name) => name.startsWith('dirName:'))) return;
  report.warn({
    code: 'san',
    at: by.at,
    message: `Go refuses everything below ${by.text}: it knows no name constraints of kind "dirName", and they are critical`,
    hint: 'constrain other kinds of names, if Go is to accept it',
  });
}

function checkNames(constrained: Constrained, report: Report): void {
  const { entity, draft, by } = constrained;
  const san = entity.san.map(sanText);
  const outside = namesOutside(by.constraints, {
    subject: entity.subject,
    subjectDer: issuedName(entity, undefined),
    san,
  });
  for (const name of outside)
    report.error({
      code: 'san',
      at: placeOf(name, san, draft),
      message: `${quote(name)}, a name of ${draftText(draft)}, is outside the name constraints of ${by.text}`,
      hint: `rename it, let another authority sign it, or change ${by.setting}`,
      ...relatedTo(constrained),
    });
  if (outside.length === 0) warnOfReaders(constrained, report);
}

/** A name that is in the list, or else the common name. */
function placeOf(name: string, san: readonly string[], draft: Draft): Span {
  const index = san.indexOf(name);
  return index === -1 || !draft.says('san') ? draft.at(draft.nameSetting) : draft.at('san', index);
}

function relatedTo({ by }: Constrained) {
  return { related: [{ at: by.at, message: 'the constraints' }] };
}

/** Seen with Java 8 to 25 and with webpki; everyone else takes these certificates. */
function warnOfReaders(constrained: Constrained, report: Report): void {
  const { entity, draft, by } = constrained;
  const has = (kind: string): boolean => by.constraints.permitted.some((name) => name.startsWith(`${kind}:`));
  const isNameless = !entity.san.some(({ kind }) => kind === 'dns');
  const hasName = entity.subject.some(({ type }) => type === 'CN');
  if (has('dns') && (entity.kind === 'client' || entity.kind === 'certificate') && isNameless && hasName)
    report.warn({
      code: 'san',
      at: draft.at(draft.nameSetting),
      message: `Java refuses ${draftText(draft)}: below DNS name constraints it takes a common name for a DNS name where there is none among the SANs`,
      hint: 'give it a DNS name in "san" that is permitted, if Java is to accept it',
      ...relatedTo(constrained),
    });
  if (has('email') && entity.san.some(({ kind }) => kind === 'email'))
    report.warn({
      code: 'san',
      at: draft.at('san'),
      message: `rustls refuses ${draftText(draft)}: it knows no e-mail name constraints`,
      hint: 'constrain other kinds of names, if rustls is to accept it',
      ...relatedTo(constrained),
    });
}
