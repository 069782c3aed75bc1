/** What a certification request asks for beyond what its entry is to have. */
import { expect, it } from 'vitest';
import { excessOf } from '../../src/resolve/request-excess.ts';
import { aServer, dns } from '../helpers/entities.ts';

const CN = { type: 'CN', value: 'api.example.test' } as const;
const O = { type: 'O', value: 'Org' } as const;
const unknown = (...oids: readonly string[]) => oids.map((oid) => ({ oid, critical: false, der: '0500' }));
const private_ = (...oids: readonly string[]) => ({ extensions: unknown(...oids) }) as never as object;
const identifier = (value: string) => ({ subjectKeyIdentifier: { critical: false, value } });

/** A server whose key came in a request. */
const requested = (keyIdentifier: string) =>
  aServer({
    name: 'api',
    keyPlace: {
      kind: 'request',
      path: 'api.csr',
      pem: '',
      key: { keyId: 'aa', keyIdentifier, spki: '' },
      ignored: [],
    },
  });

function excess(
  given: {
    readonly subject?: readonly object[];
    readonly extensions?: object;
    readonly unknown?: readonly object[];
  },
  entity = aServer({ name: 'api', san: [dns('a.test')] }),
): readonly string[] {
  const { subject = [], extensions = {}, unknown = [] } = given;
  return excessOf({ subject, extensions: { extensions, unknown } } as never, entity);
}

it.each<[name: string, found: readonly string[], expected: readonly string[]]>([
  ['nothing', excess({}), []],
  ['the name of the entry', excess({ subject: [CN] }), []],
  ['another name', excess({ subject: [{ ...CN, value: 'x' }] }), ['subject CN=x']],
  ['the name and more, as a whole', excess({ subject: [CN, O] }), ['subject CN=api.example.test, O=Org']],
  [
    'names, of which the entry has one',
    excess({ extensions: { subjectAltName: { critical: false, value: ['dns:a.test', 'dns:b.test'] } } }),
    ['san dns:b.test'],
  ],
  ['the identifier of its own key', excess({ extensions: identifier('0a0b') }, requested('0a0b')), []],
  [
    'the identifier of another key',
    excess({ extensions: identifier('0c0d') }, requested('0a0b')),
    ['subjectKeyIdentifier 0c0d'],
  ],
  [
    'an extension that no one knows',
    excess({ unknown: unknown('1.2.3', '1.2.4') }),
    ['extension 1.2.3', 'extension 1.2.4'],
  ],
  [
    'one of two that the entry has',
    excess({ unknown: unknown('1.2.3') }, aServer({ name: 'api', ...private_('1.2.4', '1.2.3') })),
    [],
  ],
  [
    'one that the entry has not, beside one that it has',
    excess({ unknown: unknown('1.2.5', '1.2.4') }, aServer({ name: 'api', ...private_('1.2.4') })),
    ['extension 1.2.5'],
  ],
  [
    'one where the entry has none',
    excess({ unknown: unknown('1.2.5') }, aServer({ name: 'api', ...private_() })),
    ['extension 1.2.5'],
  ],
])('%s', (_, found, expected) => {
  expect(found).toEqual(expected);
});
