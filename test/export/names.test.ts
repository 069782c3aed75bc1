/** What entries, Secrets and sets of roots are called in other engines, and what Go writes of a name. */
import { describe, expect, it } from 'vitest';
import { issuingAuthorities } from '../../src/export/authority.ts';
import { isInGoOrder, namesOf, valuesOf } from '../../src/export/go.ts';
import { leafPolicies } from '../../src/export/leaf.ts';
import { secretClashes, secretName } from '../../src/export/secret-name.ts';
import { nameSlug, slugOf } from '../../src/export/slug.ts';
import { templateProblems } from '../../src/export/step-ca/template.ts';
import { trustSetOf, trustSets } from '../../src/export/trust-set.ts';
import { nameProblems } from '../../src/export/vault/names.ts';
import type { Authority, EndEntity } from '../../src/pki/entity.ts';
import { isDnsLabel } from '../../src/pki/kubernetes.ts';
import type { Subject } from '../../src/pki/subject.ts';
import { sha256 } from '../../src/x509/public-key.ts';
import { aClient, anAuthority, anInventory, aServer, dns, ip } from '../helpers/entities.ts';

describe('a name in other engines', () => {
  const digest = (name: string): string => sha256(Buffer.from(name)).slice(0, 10);

  it.each(['a', 'api', 'a-b', '0', 'a--b', 'a'.repeat(40), 'api-0123456789a', 'api-012345678g'])(
    'stays where a label may have it: %s',
    (name) => expect(nameSlug(name)).toBe(name),
  );

  it.each<[name: string, begins: string]>([
    ['API', 'api'],
    ['a_b', 'a-b'],
    ['a...b', 'a-b'],
    ['-a-', 'a'],
    ['_', 'x'],
    ['é', 'x'],
    ['日本', 'x'],
    ['a'.repeat(41), 'a'.repeat(28)],
    // No end of one that is cut is a hyphen.
    [`${'a'.repeat(27)}_bcdefghijklmnop`, 'a'.repeat(27)],
    // What looks like one with a digest could be that of another.
    ['api-0123456789', 'api-0123456789'],
    ['api-abcdef0123', 'api-abcdef0123'],
  ])('has a digest where it is written otherwise: %s', (name, begins) => {
    expect(nameSlug(name)).toBe(`${begins}-${digest(name)}`);
    expect(isDnsLabel(`pki-certificates-${nameSlug(name)}`)).toBe(true);
  });

  it('of an entry begins with its section', () => {
    expect(slugOf('servers/api')).toBe('servers-api');
    expect(slugOf('clients/API')).toBe(`clients-api-${digest('API')}`);
    expect(slugOf('servers/a')).not.toBe(slugOf('clients/a'));
  });
});

describe('the order in which Go writes a subject', () => {
  const of = (types: string): Subject =>
    types
      .split(' ')
      .filter((type) => type !== '')
      .map((type, i) => {
        const joined = type.startsWith('+') ? { joined: true as const } : {};
        return { type: type.replace('+', ''), value: String(i), ...joined };
      });
  it.each([
    ['', true],
    ['CN', true],
    ['C O OU L ST street postalCode CN serialNumber UID', true],
    ['O +O CN', true],
    ['O O', false],
    ['CN O', false],
    ['L OU', false],
    ['ST L', false],
    ['street ST', false],
    ['postalCode street', false],
    ['serialNumber CN', false],
    ['UID serialNumber', false],
    ['O C', false],
    ['OU O', false],
    ['O +CN', false],
    ['DC CN', false],
    ['title', false],
  ])('%s: %s', (types, isSo) => expect(isInGoOrder(of(types))).toBe(isSo));

  it('values and names are those of one kind, in their order', () => {
    expect(valuesOf(of('O CN O'), 'O')).toEqual(['0', '2']);
    expect(valuesOf(of('CN'), 'O')).toEqual([]);
    expect(namesOf([dns('a'), ip('127.0.0.1'), dns('b')], 'dns')).toEqual(['a', 'b']);
  });
});

describe('the Secret of a leaf', () => {
  const leaf = (name: string, namespace?: string, stated?: string): EndEntity => ({
    ...aServer({ name, outputs: ['key', 'cert', 'secret'] }),
    objects: {
      secret: {
        labels: {},
        annotations: {},
        ...(namespace === undefined ? {} : { namespace }),
        ...(stated === undefined ? {} : { name: stated }),
      },
    },
  });
  const policies = (...leaves: readonly EndEntity[]) => leafPolicies(anInventory(anAuthority(), ...leaves));

  it('is called as its file says, or as the leaf is in other engines', () => {
    const bare = aServer({ name: 'bare' });
    const names = policies(leaf('api'), leaf('web', 'shop', 'tls'), bare).map(secretName);
    expect(names).toEqual(['api', 'tls', 'servers-bare']);
  });

  it('is the first of its name and namespace', () => {
    const all = policies(
      leaf('a', 'shop', 'tls'),
      leaf('b', 'shop', 'tls'),
      leaf('c', 'bank', 'tls'),
      leaf('d', undefined, 'tls'),
      leaf('e', '', 'tls'),
      leaf('f', 'shop'),
    );
    const clashes = secretClashes(all);
    expect(all.map((one) => clashes(one))).toEqual([
      [],
      [{ kind: 'secret', name: 'tls', of: 'servers/a' }],
      [],
      [],
      [{ kind: 'secret', name: 'tls', of: 'servers/d' }],
      [],
    ]);
    expect(secretClashes([])(all[0] as (typeof all)[0])).toEqual([]);
  });
});

describe('what an engine takes over', () => {
  const A = anAuthority({ name: 'a' });
  const B = anAuthority({ name: 'b' });
  const LOW = anAuthority({ name: 'Low', issuer: A.id, trust: [A.id] });
  const leaf = (name: string, issuer: string, trust: readonly string[]) =>
    aClient({ name, issuer, trust, validity: 1000, backdate: 100 });
  const INVENTORY = anInventory(
    A,
    B,
    LOW,
    leaf('one', LOW.id, [A.id]),
    leaf('two', LOW.id, [A.id, B.id]),
    leaf('three', A.id, [B.id, A.id]),
    leaf('none', A.id, []),
    leaf('lost', 'authorities/gone', ['authorities/gone']),
  );

  it('are leaves whose issuer is there, each with the time from its issue to its last second', () => {
    const leaves = leafPolicies(INVENTORY);
    expect(leaves.map(({ slug, issuer, ttl }) => [slug, issuer.id, ttl])).toEqual([
      ['clients-one', LOW.id, 899],
      ['clients-two', LOW.id, 899],
      ['clients-three', A.id, 899],
      ['clients-none', A.id, 899],
    ]);
    const [first] = leaves;
    expect([first?.keyUsage, first?.extendedKeyUsage, first?.policies]).toEqual([
      ['digitalSignature'],
      ['clientAuth'],
      [],
    ]);
  });

  it('are authorities that issue some, with all above', () => {
    const found = issuingAuthorities(INVENTORY, leafPolicies(INVENTORY)).map((one) => [
      one.entity.id,
      one.slug,
      one.above.map(({ id }) => id),
      one.leaves.map(({ entity }) => entity.name),
    ]);
    expect(found).toEqual([
      [A.id, 'a', [], ['three', 'none']],
      [LOW.id, nameSlug('Low'), [A.id], ['one', 'two']],
    ]);
    expect(issuingAuthorities(INVENTORY, [])).toEqual([]);
  });

  it('are sets of roots, each once, whatever their order', () => {
    const sets = trustSets(INVENTORY).map(({ name, roots }) => [name, roots.map(({ id }) => id)]);
    expect(sets).toEqual([
      ['pki-trust-a', [A.id]],
      [`pki-trust-${nameSlug('a+b')}`, [A.id, B.id]],
    ]);
    expect(trustSetOf(INVENTORY)([B.id, A.id]).name).toBe(trustSetOf(INVENTORY)([A.id, B.id]).name);
    expect(trustSetOf(INVENTORY)([B.id, 'authorities/gone']).roots.map(({ id }) => id)).toEqual([B.id]);
  });
});

describe('names that OpenBao and Vault would not write as they are', () => {
  const problems = (entity: Partial<EndEntity>) => nameProblems({ subject: [], san: [], ...entity });
  const [O, CN] = [
    { type: 'O', value: 'a' },
    { type: 'CN', value: 'b.test' },
  ] as const;
  it.each<[string, Partial<EndEntity>, readonly object[]]>([
    ['none', {}, []],
    ['an order that is theirs', { subject: [O, CN], exactSubject: true }, []],
    ['another order, where it is stated', { subject: [CN, O], exactSubject: true }, [{ kind: 'order' }]],
    ['another order, where any will do', { subject: [CN, O] }, []],
    ['another type', { subject: [{ type: 'title', value: 'x' }] }, [{ kind: 'attribute', type: 'title' }]],
    ['two common names', { subject: [CN, CN] }, [{ kind: 'attribute', type: 'CN' }]],
    ['two organizations', { subject: [O, O] }, []],
    [
      'a kind of names',
      { san: [{ kind: 'registeredID', value: '1.2' }] },
      [{ kind: 'san', name: 'registeredID:1.2' }],
    ],
    ['a comma', { san: [{ kind: 'uri', value: 'x:a,b' }] }, [{ kind: 'value', value: 'x:a,b' }]],
    ['a star at the end', { san: [{ kind: 'uri', value: 'x:a*' }] }, [{ kind: 'value', value: 'x:a*' }]],
    ['a star within', { san: [{ kind: 'uri', value: 'x:*a' }] }, []],
    ['a wildcard', { subject: [{ type: 'CN', value: '*.a.test' }], san: [dns('*.a.test')] }, []],
  ])('%s', (_, entity, expected) => expect(problems(entity)).toEqual(expected));
});

describe('what step-ca would not write as it is', () => {
  const problems = (given: Partial<EndEntity>, by: Partial<Authority> = {}) =>
    leafPolicies(anInventory(anAuthority(by), { ...aClient(), ...given })).flatMap(templateProblems);
  const CN = { type: 'CN', value: 'a' } as const;
  it.each<[string, Partial<EndEntity>, Partial<Authority>, readonly object[]]>([
    ['nothing', {}, {}, []],
    ['a key', { key: { algorithm: 'ed448' } }, {}, [{ kind: 'key', key: 'ed448' }]],
    ['a small key', { key: { algorithm: 'rsa', size: 1024 } }, {}, [{ kind: 'key', key: 'rsa-1024' }]],
    ['no key of 2048 bits', { key: { algorithm: 'rsa', size: 2048 } }, {}, []],
    ['the key of its issuer', {}, { key: { algorithm: 'ed448' } }, [{ kind: 'key', key: 'ed448' }]],
    ['an attribute', { subject: [{ type: 'UID', value: 'x' }] }, {}, [{ kind: 'attribute', type: 'UID' }]],
    [
      'a second common name',
      { subject: [CN, CN] },
      {},
      [
        { kind: 'attribute', type: 'CN' },
        { kind: 'attribute', type: 'CN' },
      ],
    ],
    ['an order', { subject: [CN, { type: 'O', value: 'b' }], exactSubject: true }, {}, [{ kind: 'order' }]],
    ['no order that is not stated', { subject: [CN, { type: 'O', value: 'b' }] }, {}, []],
    ['a name', { san: [{ kind: 'upn', value: 'a@b' }] }, {}, [{ kind: 'san', name: 'upn:a@b' }]],
    ['a time of 300 s', { validity: 601, backdate: 300 }, {}, []],
    ['less than that', { validity: 600, backdate: 300 }, {}, [{ kind: 'validity' }]],
    [
      'purposes that are critical',
      { kind: 'certificate', extendedKeyUsage: ['timeStamping'] },
      {},
      [{ kind: 'extension', name: 'extendedKeyUsage' }],
    ],
    ['no purposes that are not', { extendedKeyUsage: ['timeStamping'] }, {}, []],
    ['no names that are critical', { subject: [], san: [dns('a.test')] }, {}, []],
  ])('is %s', (_, given, by, expected) => expect(problems(given, by)).toEqual(expected));
});
