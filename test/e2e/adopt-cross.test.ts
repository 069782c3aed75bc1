// Cross-certificates of other tools: further certificates for the key and name of an authority, by another one.
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { adoptAndApply, found, leftOut } from './adopting.ts';
import { CA, type Files, leaf, Workshop } from './handmade.ts';

const ROOT: Files = { key: 'ca.key', cert: 'ca.crt' };
const PARTNER: Files = { key: 'partner.key', cert: 'partner.crt' };
const BRIDGE = 'authorities/ca@partner';
const KEYED = [...CA, 'authorityKeyIdentifier = keyid'];

/** Two roots, a server below the first, and a certificate for the key of the first by the second. */
async function crossed(cert: string, extensions = KEYED, days = 3650): Promise<Workshop> {
  const shop = new Workshop();
  await shop.root(ROOT, { subject: '/O=Acme/CN=Root', extensions: CA });
  await shop.root(PARTNER, { subject: '/O=Partner/CN=Partner Root', extensions: CA });
  const web = { subject: '/CN=web.example.test', extensions: leaf('serverAuth', 'DNS:web.example.test') };
  await shop.signed({ key: 'web.key', cert: 'web.crt' }, web, ROOT);
  const making = { subject: '/O=Acme/CN=Root', extensions, days, sameKey: true };
  await shop.signed({ key: ROOT.key, cert }, making, PARTNER);
  return shop;
}

const ids = ({ entities }: Awaited<ReturnType<typeof found>>) => entities.map(({ id }) => id);

describe('a cross-certificate', () => {
  it('of a root is described with both authorities, and nothing is due', async () => {
    const shop = await crossed('cross/ca.crt');
    const { manifest, adoption } = await adoptAndApply(shop.folder, {});
    expect(ids(adoption)).toEqual(['authorities/ca', 'authorities/partner', BRIDGE, 'servers/web']);
    expect(adoption.leftOut).toEqual([]);
    expect(manifest).toContain(
      'crossSignedBy: [ { issuer: partner, outputs: [ cert ], folder: ., files: { cert: cross/ca.crt } } ]',
    );
  });

  it('keeps its own lifetime and path length, and a copy of it is called one', async () => {
    const shop = await crossed(
      'older.crt',
      [...KEYED.filter((line) => !line.startsWith('basic')), 'basicConstraints = critical,CA:TRUE,pathlen:0'],
      400,
    );
    shop.put('backup/cross.pem', shop.read('older.crt'));
    const { manifest, adoption } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(manifest).toMatch(
      /issuer: partner, validity: 400d, pathLength: 0,|validity: 400d\n\s+pathLength: 0/,
    );
    expect(leftOut(adoption)).toEqual({ 'backup/cross.pem': 'copy' });
  });

  it('of an intermediate is described too, whichever of the two is called like its key', async () => {
    const shop = await crossed('cross.crt');
    const sub = { key: 'sub.key', cert: 'sub.crt' };
    const making = { subject: '/CN=Sub', extensions: KEYED };
    await shop.signed(sub, making, ROOT);
    await shop.signed({ key: sub.key, cert: 'sub-partner.crt' }, { ...making, sameKey: true }, PARTNER);
    const { adoption } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(ids(adoption)).toContain('authorities/sub@partner');
    expect(adoption.leftOut).toEqual([]);
  });

  it('whose issuer is only a certificate here is reported, and the authority stays a root', async () => {
    // As Let's Encrypt had it: the file with the name of the key is the one by the other root.
    const shop = await crossed('ca-self.crt');
    const [self, cross] = [shop.read('ca.crt'), shop.read('ca-self.crt')];
    shop.put('ca.crt', cross);
    shop.put('ca-self.crt', self);
    rmSync(shop.path(PARTNER.key));
    const { adoption } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(ids(adoption)).toEqual(['authorities/ca-self', 'servers/web']);
    expect(leftOut(adoption)).toEqual({ 'ca.crt': 'cross-certificate', 'partner.crt': 'no-key' });
    expect(adoption.leftOut.find(({ paths }) => paths[0] === 'ca.crt')?.why.text).toBe(
      'a further certificate for the key of "ca-self.crt", by O=Partner, CN=Partner Root, which cannot be renewed here',
    );
  });

  it('that a path length leaves no room for is left out', async () => {
    const shop = await crossed('cross.crt');
    const limited = [...CA.slice(1), 'basicConstraints = critical,CA:TRUE,pathlen:0'];
    await shop.root(PARTNER, { subject: '/O=Partner/CN=Partner Root', extensions: limited });
    const making = { subject: '/O=Acme/CN=Root', extensions: KEYED, sameKey: true };
    await shop.signed({ key: ROOT.key, cert: 'cross.crt' }, making, PARTNER);
    expect(leftOut(await found(shop.folder))).toEqual({ 'cross.crt': 'cross-certificate' });
  });
});

const PERMITTED = 'nameConstraints = critical,permitted;DNS:example.test';

describe('name constraints of a cross-certificate', () => {
  it('of its own are described, and nothing is due', async () => {
    const shop = await crossed('cross.crt', [...KEYED, PERMITTED]);
    const { manifest } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(manifest).toMatch(/nameConstraints:\n +permitted:\n +- example.test\n/);
  });

  it('that its authority has, and it has not, are null', async () => {
    const shop = await crossed('cross.crt');
    await shop.root(ROOT, { subject: '/O=Acme/CN=Root', extensions: [...CA, PERMITTED] });
    const making = { subject: '/O=Acme/CN=Root', extensions: KEYED, sameKey: true };
    await shop.signed({ key: ROOT.key, cert: 'cross.crt' }, making, PARTNER);
    const web = { subject: '/CN=web.example.test', extensions: leaf('serverAuth', 'DNS:web.example.test') };
    await shop.signed({ key: 'web.key', cert: 'web.crt' }, web, ROOT);
    const { manifest } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(manifest).toMatch(/nameConstraints: null/);
  });

  it('that forbid what is below leave it where it is', async () => {
    const shop = await crossed('cross.crt', [...KEYED, PERMITTED.replace('example', 'other')]);
    expect(leftOut(await found(shop.folder))).toEqual({ 'cross.crt': 'cross-certificate' });
  });
});

describe('other extensions of a cross-certificate', () => {
  const POLICY = 'certificatePolicies = 1.2.3.4';
  const POINT = 'crlDistributionPoints = URI:http://partner.example.test/crl';

  it('say where an authority publishes that signed nothing else here, and a note names those that go', async () => {
    const shop = await crossed('cross.crt', [...KEYED, POLICY, POINT]);
    const { manifest, adoption } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(manifest).toMatch(/crl: \{ url: "?http:\/\/partner.example.test\/crl"? \}/);
    const notes = adoption.entities.find(({ id }) => id === BRIDGE)?.notes;
    expect(notes).toEqual([expect.objectContaining({ kind: 'extensions', oids: ['2.5.29.32'] })]);
  });
});

describe('the chain that files show', () => {
  const chained = async (...chain: readonly string[]): Promise<Workshop> => {
    const shop = await crossed('cross.crt');
    shop.put('web-fullchain.crt', ['web.crt', ...chain].map((file) => shop.read(file)).join(''));
    return shop;
  };

  it.each([
    ['through a cross-certificate is preferred', ['cross.crt'], true],
    ['of its own line is not', [], false],
  ] as const)('%s', async (_, chain, isPreferred) => {
    const shop = await chained(...chain);
    const { manifest, adoption } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(manifest.includes('preferredChain: partner')).toBe(isPreferred);
    expect(adoption.leftOut).toEqual([]);
  });

  it('leads through an intermediate, and on to the root of the other authority', async () => {
    const shop = await crossed('cross.crt');
    const [sub, other] = ['sub', 'other'].map((name) => ({ key: `${name}.key`, cert: `${name}.crt` })) as [
      Files,
      Files,
    ];
    await shop.signed(sub, { subject: '/CN=Sub', extensions: KEYED }, ROOT);
    await shop.signed(other, { subject: '/CN=Other', extensions: KEYED }, PARTNER);
    await shop.signed(
      { key: sub.key, cert: 'bridge.crt' },
      { subject: '/CN=Sub', extensions: KEYED, sameKey: true },
      other,
    );
    const api = { subject: '/CN=api.example.test', extensions: leaf('serverAuth', 'DNS:api.example.test') };
    await shop.signed({ key: 'api.key', cert: 'api.crt' }, api, sub);
    const chain = ['bridge.crt', 'other.crt'].map((file) => shop.read(file)).join('');
    shop.put('api-chain.crt', chain);
    shop.put('api-fullchain.crt', shop.read('api.crt') + chain);
    const { manifest, adoption } = await adoptAndApply(shop.folder, {}, { prove: false });
    expect(manifest).toContain('preferredChain: other');
    expect(adoption.leftOut).toEqual([]);
  });
});

describe('names outside the name constraints of an authority above', () => {
  it.each([
    ['a name of its own', 'web.other.test', 'DNS:web.other.test', 'dns:web.other.test'],
    ['a common name that counts as one', 'web.other.test', undefined, 'CN=web.other.test'],
  ])(
    '%s: the certificate is left out with the reason, the others are described',
    async (_, cn, san, name) => {
      const shop = new Workshop();
      const constraints = 'nameConstraints = critical,permitted;DNS:example.test';
      await shop.root(ROOT, { subject: '/CN=Root', extensions: [...CA, constraints] });
      for (const [file, subject, alternative] of [
        ['web', cn, san],
        ['api', 'api.example.test', 'DNS:api.example.test'],
      ] as const) {
        const making = { subject: `/CN=${subject}`, extensions: leaf('serverAuth', alternative) };
        await shop.signed({ key: `${file}.key`, cert: `${file}.crt` }, making, ROOT);
      }
      const { adoption } = await adoptAndApply(shop.folder, {}, { prove: false });
      expect(ids(adoption)).toEqual(['authorities/ca', 'servers/api']);
      expect(adoption.leftOut.map(({ why }) => why.text)).toEqual([
        `its name "${name}" is outside the name constraints of CN=Root: nothing that heeds them accepts it`,
      ]);
    },
  );
});
