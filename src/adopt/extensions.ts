/** Policies, must-staple, and what authorities publish, read from certificates as settings of a manifest. */
import { policies, policyConstraints } from '../manifest/policies.ts';
import { location } from '../manifest/url.ts';
import type { EntryText } from '../manifest/write.ts';
import { sameSet } from '../pki/compare.ts';
import { groupBy } from '../pki/group.ts';
import type { Policy } from '../pki/policy.ts';
import { compact } from '../pki/record.ts';
import { authorityInfoAccess } from '../x509/extensions/authority-info-access.ts';
import { crlDistributionPoints } from '../x509/extensions/crl-distribution-points.ts';
import { EXTENSIONS, findExtension } from '../x509/extensions.ts';
import type { CertificateFacts } from '../x509/facts.ts';
import { lacksPolicy, policyTermsOf } from '../x509/policies.ts';
import { constraintsOf } from './constraints.ts';
import type { PlacedPair } from './hierarchy.ts';
import { privateExtensionsOf } from './private-extensions.ts';
import { signingTextOf } from './signing.ts';

type Published = { readonly [F in 'crl' | 'ocsp' | 'caIssuers']?: LocationText };
/** As all three of them are spelled. */
type LocationText = Exclude<EntryText['caIssuers'], undefined>;
type PublishedField = keyof Published;

/** What certificates of a folder say beyond names, usages and dates. */
export class ExtensionReader {
  readonly #below: ReadonlyMap<PlacedPair | null, readonly PlacedPair[]>;
  readonly #published = new Map<PlacedPair, Published>();
  /** Authorities whose demands something below them does not meet: validation would refuse the manifest. */
  readonly #unmet: ReadonlySet<PlacedPair>;

  constructor(pairs: readonly PlacedPair[]) {
    this.#below = groupBy(pairs, ({ issuer }) => issuer);
    this.#unmet = new Set(pairs.flatMap((pair) => (isRefused(pair) ? lineOf(pair) : [])));
  }

  /** As a manifest spells it. */
  settingsOf(pair: PlacedPair): EntryText {
    const { section, cert } = pair;
    const isAuthority = section === 'authorities';
    return compact({
      policies: policiesIn(cert.facts),
      policyConstraints: isAuthority ? this.#demandsOf(pair) : undefined,
      inhibitAnyPolicy: isAuthority && !this.#unmet.has(pair) ? anyPolicyIn(cert.facts) : undefined,
      mustStaple: this.#mustStaple(pair) ? true : undefined,
      ocspNoCheck: isResponder(pair) ? true : undefined,
      ...(isAuthority ? signingTextOf(pair, this.#below.get(pair) ?? []) : {}),
      ...(isAuthority ? this.#publishedBy(pair) : {}),
      extensions: privateExtensionsOf(cert.facts, section),
    });
  }

  /** OIDs of extensions that are there and that no setting describes, so that the next certificate will not have them. */
  lostOf(pair: PlacedPair): readonly string[] {
    const { facts } = pair.cert;
    const own = this.settingsOf(pair);
    const by = pair.issuer === null ? {} : this.#publishedBy(pair.issuer);
    const isDescribed: Readonly<Record<string, boolean>> = {
      nameConstraints: constraintsOf(facts) !== undefined,
      certificatePolicies: own.policies !== undefined,
      policyConstraints: own.policyConstraints !== undefined,
      inhibitAnyPolicy: own.inhibitAnyPolicy !== undefined,
      mustStaple: own.mustStaple !== undefined,
      ocspNoCheck: own.ocspNoCheck !== undefined,
      crlDistributionPoints: by.crl !== undefined,
      authorityInfoAccess: (['ocsp', 'caIssuers'] as const).every(
        (field) => urlsIn(facts, field).length === 0 || by[field] !== undefined,
      ),
    };
    const read = EXTENSIONS.filter(
      (rule) => findExtension(facts, rule) !== undefined && isDescribed[rule.name] === false,
    );
    const others = facts.unknown.filter(({ oid }) => own.extensions?.[oid] === undefined);
    return [...read, ...others].map(({ oid }) => oid);
  }

  /** What all certificates that it signed have in common. */
  #publishedBy(authority: PlacedPair): Published {
    const known = this.#published.get(authority);
    if (known !== undefined) return known;
    const signed = (this.#below.get(authority) ?? []).map(({ cert }) => cert.facts);
    const published = publishedIn(signed);
    this.#published.set(authority, published);
    return published;
  }

  #demandsOf(pair: PlacedPair): EntryText['policyConstraints'] {
    const found = pair.cert.facts.extensions.policyConstraints;
    if (found?.critical !== true || this.#unmet.has(pair)) return undefined;
    const { requireExplicitPolicy, inhibitPolicyMapping } = found.value;
    const text = compact({
      requireExplicitPolicy: requireExplicitPolicy ?? undefined,
      inhibitPolicyMapping: inhibitPolicyMapping ?? undefined,
    });
    return policyConstraints.safeParse(text).success ? text : undefined;
  }

  #mustStaple({ section, issuer, cert }: PlacedPair): boolean {
    const found = cert.facts.extensions.mustStaple;
    const isServer = section === 'servers' || section === 'peers';
    if (found === undefined || found.critical || !isServer || issuer === null) return false;
    return String(found.value) === '5' && this.#publishedBy(issuer).ocsp !== undefined;
  }
}

/** What certificates of one authority have in common about where it publishes. */
export function publishedIn(signed: readonly CertificateFacts[]): Published {
  return compact({
    crl: commonLocation(signed, 'crl'),
    ocsp: commonLocation(signed, 'ocsp'),
    caIssuers: commonLocation(signed, 'caIssuers'),
  });
}

function isResponder({ section, cert }: PlacedPair): boolean {
  const { ocspNoCheck, extendedKeyUsage } = cert.facts.extensions;
  const isMeant = extendedKeyUsage?.value.includes('OCSPSigning') ?? false;
  return section === 'certificates' && ocspNoCheck?.value === true && isMeant;
}

function isRefused(pair: PlacedPair): boolean {
  return lacksPolicy(
    lineOf(pair)
      .slice(0, -1)
      .toReversed()
      .map(({ cert }) => policyTermsOf(cert.facts)),
  );
}

/** From one of them up to its root. */
function lineOf(pair: PlacedPair): readonly PlacedPair[] {
  return pair.issuer === null ? [pair] : [pair, ...lineOf(pair.issuer)];
}

function anyPolicyIn({ extensions }: CertificateFacts): number | undefined {
  const found = extensions.inhibitAnyPolicy;
  return found?.critical === true && found.value <= 100 ? found.value : undefined;
}

/** `undefined` where there are none, or some that validation refuses. */
function policiesIn({ extensions }: CertificateFacts): EntryText['policies'] {
  const found = extensions.certificatePolicies?.value;
  if (found === undefined) return undefined;
  const written = found.map(spelled);
  const read = policies.safeParse(written);
  return read.success && JSON.stringify(read.data) === JSON.stringify(found) ? written : undefined;
}

type PolicyText = NonNullable<EntryText['policies']>[number];

function spelled({ oid, qualifiers }: Policy): PolicyText {
  if (qualifiers.length === 0) return oid;
  const textOf = (kind: string): string | undefined => qualifiers.find((one) => one.kind === kind)?.text;
  return { policy: oid, ...compact({ cps: textOf('cps'), notice: textOf('notice') }) };
}

/** Where all of them say the same, and validation takes it. */
function commonLocation(
  signed: readonly CertificateFacts[],
  field: PublishedField,
): LocationText | undefined {
  const [first = [], ...others] = signed.map((facts) => urlsIn(facts, field));
  if (first.length === 0 || others.some((urls) => !sameSet(urls, first))) return undefined;
  const [only = '', ...more] = first;
  const text = { url: more.length === 0 ? only : [...first] };
  return location('').safeParse(text).success ? text : undefined;
}

function urlsIn({ extensions }: CertificateFacts, field: PublishedField): readonly string[] {
  if (field === 'crl') return crlDistributionPoints.items(extensions.crlDistributionPoints?.value ?? []);
  const access = extensions.authorityInfoAccess;
  return access === undefined || access.critical ? [] : authorityInfoAccess.items(access.value, field);
}
