/** What stands behind the certificate of an authority, and is named by nothing: the plan says it before the proof fails. */
import { expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { alsoTrusted } from '../../src/plan/also-trusted.ts';
import type { EntityObservation } from '../../src/plan/observation.ts';
import { certificateFacts } from '../../src/x509/certificate.ts';
import { trustAnchor } from '../../src/x509/trust-anchor.ts';
import { aChange, anAuthority, aServer, observed, present } from '../helpers/entities.ts';
import { type SmallCertificate, smallCertificate } from '../helpers/small-certificates.ts';

const ROOT = smallCertificate('root', { days: 90 });
const SUB = smallCertificate('sub', { issuer: ROOT });
const PARTNER = smallCertificate('partner');
const EVIL = smallCertificate('evil');
/** Before it was renewed: of the same name and key. */
const RENEWED = smallCertificate('root', { key: ROOT.key, days: 5 });
/** What the root was before its key was replaced. */
const FORMER = smallCertificate('root');
/** In the name of the root and for its key, signed by another: what it was bound to may be gone. */
const ALTERED = smallCertificate('root', { issuer: EVIL, key: ROOT.key });
const NAMESAKE = { ...smallCertificate('root', { issuer: ROOT, key: ROOT.key, days: 7 }) };
const FORGED = Buffer.from(NAMESAKE.der);
FORGED[FORGED.length - 1] = (FORGED.at(-1) ?? 0) ^ 1;

const root = anAuthority({ name: 'root' });
const sub = anAuthority({ name: 'sub', issuer: root.id });
const partner = anAuthority({ name: 'partner' });
const server = aServer({ name: 'api', issuer: sub.id });
const facts = ({ der }: SmallCertificate) => certificateFacts(der);
const known = new Map([
  [root.id, { keys: new Set<string>(), certificates: new Set([facts(FORMER).fingerprint]) }],
]);

function remarks(
  entity: Entity,
  ders: readonly Uint8Array[],
  { changes = [], ofRoot = {} }: { changes?: Parameters<typeof alsoTrusted>[2]; ofRoot?: object } = {},
) {
  const found: readonly (readonly [string, Partial<EntityObservation>])[] = [
    [root.id, { cert: present(facts(ROOT)), ...ofRoot }],
    [sub.id, { cert: present(facts(SUB)) }],
    [partner.id, { cert: present(facts(PARTNER)) }],
    [server.id, { cert: present(facts(SUB)) }],
  ];
  const entities = new Map(
    found.map(([id, files]) => {
      const behind = id === entity.id && ders.length > 0 ? { behind: ders.map(trustAnchor) } : {};
      return [id, observed({ ...files, ...behind })] as const;
    }),
  );
  const inventory = [root, sub, partner, server].map((one) => (one.id === entity.id ? entity : one));
  return alsoTrusted(inventory, { entities, orphans: [], known }, changes);
}

const previous = (one: SmallCertificate) => ({
  previous: present([{ ...facts(one), signedBy: facts(one).keyId }]),
});

it.each<[string, ReturnType<typeof remarks>, readonly SmallCertificate[]]>([
  ['nothing', remarks(sub, []), []],
  ['its issuer', remarks(sub, [ROOT.der]), []],
  ['its issuer before a renewal', remarks(sub, [RENEWED.der]), []],
  ['itself again', remarks(sub, [SUB.der]), []],
  ['another authority of the manifest', remarks(sub, [PARTNER.der]), [PARTNER]],
  ['one that it trusts', remarks({ ...sub, trust: [partner.id] }, [PARTNER.der]), []],
  ['a stranger behind its issuer', remarks(sub, [ROOT.der, EVIL.der]), [EVIL]],
  ['two of them', remarks(sub, [EVIL.der, PARTNER.der]), [EVIL, PARTNER]],
  ['a stranger behind a root', remarks(root, [EVIL.der]), [EVIL]],
  ['what stands below it', remarks(root, [SUB.der]), [SUB]],
  ['a key of the root that another vouches for', remarks(root, [ALTERED.der]), []],
  ['a former root that nothing names', remarks(root, [FORMER.der]), [FORMER]],
  ['a former root', remarks(root, [FORMER.der], { ofRoot: previous(FORMER) }), []],
  ['a former root that another hand added', remarks(root, [EVIL.der], { ofRoot: previous(EVIL) }), [EVIL]],
  ['behind a leaf, which is trusted by none', remarks(server, [EVIL.der]), []],
])('%s', (_, found, strangers) => {
  const fingerprints = strangers.map((one) => facts(one).fingerprint);
  expect(found.map((one) => (one.kind === 'also-trusted' ? one.fingerprints : one))).toEqual(
    strangers.length === 0 ? [] : [fingerprints],
  );
});

it('says where', () => {
  expect(remarks(sub, [EVIL.der])).toMatchObject([
    { kind: 'also-trusted', entity: sub.id, path: 'authorities/sub/cert.pem' },
  ]);
});

it('a root that did not sign itself, and what is no certificate, are not those that are named', () => {
  expect(remarks(root, [FORGED])).toMatchObject([{ fingerprints: [trustAnchor(FORGED).fingerprint] }]);
  const rubbish = Buffer.from('3003020101', 'hex');
  expect(remarks(root, [rubbish])).toMatchObject([{ fingerprints: [trustAnchor(rubbish).fingerprint] }]);
});

it('goes with a new certificate, and stays with a new bundle', () => {
  const after = (action: 'issue' | 'refresh') =>
    remarks(sub, [EVIL.der], { changes: [aChange({ id: sub.id, action })] }).length;
  expect([after('issue'), after('refresh')]).toEqual([0, 1]);
});
