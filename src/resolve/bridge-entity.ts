/** A bridge as an entity, and as an entry would be that says the same. */
import { BRIDGE_OUTPUTS, type Output, STANDARD_OUTPUTS } from '../pki/artifact.ts';
import { type Authority, bridgeName, entityId, type Layout } from '../pki/entity.ts';
import { isKeyless, type KeyPlace } from '../pki/key-place.ts';
import type { Locations } from '../pki/locations.ts';
import { compact } from '../pki/record.ts';
import { pathLengthOf } from '../x509/facts.ts';
import { parseCertificate } from '../x509/parse.ts';
import { type Bridge, bridgeId } from './bridges.ts';
import type { AuthorityDraft } from './draft.ts';
import { signingOf } from './signing.ts';

/** Of its authority's files those that it can have as well, unless the manifest says which. */
function outputsOf({ authority, said }: Bridge): readonly Output[] {
  const { files } = authority.settings.outputs;
  return BRIDGE_OUTPUTS.filter((file) =>
    said.outputs === undefined
      ? STANDARD_OUTPUTS.includes(file) || files.includes(file)
      : said.outputs.includes(file),
  );
}

/** Where its files are, with the placeholders filled in; absent for its usual folder. */
function layoutOf({ authority, by, said }: Bridge): { readonly layout?: Layout } {
  if (said.folder === undefined && said.files === undefined) return {};
  const name = bridgeName(authority.name, by.authority.name);
  const fill = (path: string): string =>
    path.replaceAll('{section}', 'authorities').replaceAll('{name}', name);
  const files = Object.entries(said.files ?? {}).flatMap(([file, path]) =>
    path === undefined ? [] : [[file, fill(path)]],
  );
  return {
    layout: { folder: fill(said.folder ?? entityId('authorities', name)), files: Object.fromEntries(files) },
  };
}

/** The bridge as an entry would be that says the same, for what is checked of every entry. */
export function bridgeDraft(bridge: Bridge): AuthorityDraft {
  const { authority, by, said, item } = bridge;
  const { layout: _, ...draft } = authority;
  const { crl: __, ...settings } = authority.settings;
  return {
    ...draft,
    ...layoutOf(bridge),
    id: bridgeId(bridge),
    name: bridgeName(authority.name, by.authority.name),
    issuer: by.authority.name,
    at: () => authority.at('crossSignedBy', item),
    inherits: () => false,
    settings: {
      ...settings,
      validity: said.validity ?? settings.validity,
      outputs: { ...settings.outputs, files: outputsOf(bridge) },
    },
  };
}

/** @param entity the authority itself. @param locations what the other one publishes. */
export function bridgeEntity(
  bridge: Bridge,
  entity: Authority,
  locations: { readonly locations?: Locations },
): Authority {
  const shown = { ...entity, ...shownIn(entity) };
  const { layout: _l, seals: _s, objects: _o, onChange: _h, locations: _p, signing: _t, ...rest } = shown;
  const {
    passphrase: _a,
    previousPassphrase: _b,
    token: _k,
    crl: _c,
    revokes: _r,
    nameConstraints: _n,
    ...kept
  } = rest;
  const isShown = isKeyless(entity);
  const keyPlace: KeyPlace = { kind: 'bridge', of: entity.id, ...(isShown ? { shown: true } : {}) };
  const { authority, root } = bridge.by;
  return {
    ...kept,
    id: bridgeId(bridge),
    name: bridgeName(bridge.authority.name, authority.name),
    keyPlace,
    issuer: authority.id,
    trust: [root.id],
    ...termsOf(bridge, shown),
    ...layoutOf(bridge),
    outputs: outputsOf(bridge),
    rotateKey: false,
    ...locations,
    ...signingOf(authority),
  };
}

/** Of an anchor the manifest states nothing: its first certificate does. */
function shownIn({
  keyPlace,
}: Authority): Partial<Pick<Authority, 'subject' | 'pathLength' | 'nameConstraints'>> {
  const [pem] = keyPlace?.kind === 'anchor' ? keyPlace.certificates : [];
  if (pem === undefined) return {};
  const facts = parseCertificate(Buffer.from(pem));
  const { subject } = facts;
  const nameConstraints = facts.extensions.nameConstraints?.value;
  return { subject, pathLength: pathLengthOf(facts), ...compact({ nameConstraints }) };
}

/** What the certificate says of itself other than that of its authority. */
function termsOf(
  { said }: Bridge,
  entity: Authority,
): Pick<Authority, 'validity' | 'pathLength' | 'nameConstraints'> {
  return {
    validity: said.validity ?? entity.validity,
    pathLength: said.pathLength === undefined ? entity.pathLength : said.pathLength,
    ...compact({
      nameConstraints:
        said.nameConstraints === undefined ? entity.nameConstraints : (said.nameConstraints ?? undefined),
    }),
  };
}
