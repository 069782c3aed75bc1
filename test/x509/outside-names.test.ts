/** Names that constraints exclude (RFC 5280 §4.2.1.10), by kind; judged.test.ts asks openssl about the same rules. */
import { describe, expect, it } from 'vitest';
import type { Subject } from '../../src/pki/subject.ts';
import { nameDer } from '../../src/x509/name.ts';
import { namesOutside } from '../../src/x509/name-constraints.ts';

const outside = (
  constraints: { readonly permitted?: readonly string[]; readonly excluded?: readonly string[] },
  san: readonly string[],
  subject: Subject = [],
): readonly string[] =>
  namesOutside(
    { permitted: [], excluded: [], ...constraints },
    { subject, subjectDer: nameDer(subject), san },
  );

describe('a base', () => {
  it.each<[base: string, within: readonly string[], beyond: readonly string[]]>([
    [
      'dns:a.test',
      ['dns:a.test', 'dns:A.TEST', 'dns:x.a.test', 'dns:x.y.a.test', 'dns:*.a.test'],
      ['dns:b.test', 'dns:xa.test', 'dns:test'],
    ],
    ['dns:.a.test', ['dns:x.a.test', 'dns:X.A.test'], ['dns:a.test', 'dns:xa.test']],
    ['dns:', ['dns:a', 'dns:a.test'], []],
    ['dns:A.test', ['dns:x.a.test'], ['dns:b.test']],
    ['ip:10.0.0.0/8', ['ip:10.1.2.3'], ['ip:11.0.0.1', 'ip:::1']],
    ['ip:2001:db8::/32', ['ip:2001:db8::1'], ['ip:2001:db9::1', 'ip:10.0.0.1']],
    ['email:a.test', ['email:x@a.test', 'email:X@A.test'], ['email:x@b.a.test', 'email:x@xa.test']],
    ['email:.a.test', ['email:x@b.a.test'], ['email:x@a.test', 'email:x@xa.test']],
    [
      'email:x@a.test',
      ['email:x@a.test', 'email:x@A.TEST'],
      ['email:X@a.test', 'email:y@a.test', 'email:x@b.test'],
    ],
    [
      'uri:a.test',
      ['uri:https://a.test', 'uri:https://A.test:443/x', 'uri:x://u@a.test?q', 'uri:x://a.test#f'],
      ['uri:https://x.a.test', 'uri:https://b.test/a.test', 'uri:https://a.test@b.test/'],
    ],
    ['uri:.a.test', ['uri:https://x.a.test/'], ['uri:https://a.test/', 'uri:https://xa.test/']],
  ])('%s', (base, within, beyond) => {
    expect(outside({ permitted: [base] }, [...within, ...beyond])).toEqual(beyond);
    expect(outside({ excluded: [base] }, [...within, ...beyond])).toEqual(within);
  });

  it.each(['uri:urn:a', 'uri:https:///x', 'uri:https://[::1]/', 'uri:1x://a.test'])(
    'of URIs holds no %s',
    (name) => {
      expect(outside({ permitted: ['uri:a.test'] }, [name])).toEqual([name]);
    },
  );
});

describe('constraints', () => {
  it('say nothing of kinds that they do not name', () => {
    const names = ['dns:b.test', 'ip:10.0.0.1', 'uri:https://b.test'];
    expect(outside({ permitted: ['email:a.test'] }, names)).toEqual([]);
    expect(outside({}, names)).toEqual([]);
  });

  it('are met by one of several, unless another excludes it', () => {
    const permitted = ['dns:a.test', 'dns:b.test'];
    expect(outside({ permitted }, ['dns:x.a.test', 'dns:b.test', 'dns:c.test'])).toEqual(['dns:c.test']);
    expect(outside({ permitted, excluded: ['dns:x.a.test'] }, ['dns:x.a.test', 'dns:a.test'])).toEqual([
      'dns:x.a.test',
    ]);
  });

  it('exclude a wildcard with any name that it stands for', () => {
    const excluded = (base: string) => outside({ excluded: [base] }, ['dns:*.a.test']).length === 1;
    expect(['dns:x.a.test', 'dns:X.A.test', 'dns:.x.a.test', 'dns:a.test'].map(excluded)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['dns:x.y.a.test', 'dns:x.b.test', 'dns:b.test'].map(excluded)).toEqual([false, false, false]);
    expect(outside({ excluded: ['dns:x.a.test'] }, ['dns:a.test'])).toEqual([]);
  });

  it('of a kind without rules exclude all of that kind', () => {
    for (const which of ['permitted', 'excluded'])
      expect(outside({ [which]: ['registeredID:1.2.3'] }, ['registeredID:1.2.3', 'dns:a'])).toEqual([
        'registeredID:1.2.3',
      ]);
    expect(outside({ excluded: ['otherName:1.2;utf8:x'] }, ['upn:a@b'])).toEqual(['upn:a@b']);
  });
});

describe('the subject', () => {
  const CN = (value: string): Subject => [{ type: 'CN', value }];
  it.each<[string, boolean]>([
    ['b.test', true],
    ['b-c.d_e.test', true],
    ['a.test', false],
    ['b', false],
    ['b.', false],
    ['.b.test', false],
    ['b..test', false],
    ['-b.test', false],
    ['b-.test', false],
    ['b.test-', false],
    ['b.test x', false],
    ['x b.test', false],
    ['b.test/x', false],
  ])('has a host in its common name %j, where that looks like one', (value, isOutside) => {
    expect(outside({ permitted: ['dns:a.test'] }, [], CN(value))).toEqual(isOutside ? [`CN=${value}`] : []);
    expect(outside({ permitted: ['dns:a.test'] }, ['dns:a.test'], CN(value))).toEqual([]);
  });

  it('has addresses of mail', () => {
    const subject: Subject = [{ type: 'emailAddress', value: 'x@b.test' }];
    expect(outside({ permitted: ['email:a.test'] }, [], subject)).toEqual(['emailAddress=x@b.test']);
    expect(outside({ permitted: ['email:b.test'] }, [], subject)).toEqual([]);
  });

  it('is a directory name, below those that begin like it', () => {
    const subject: Subject = [{ type: 'O', value: 'Acme' }, ...CN('x')];
    const permitted = (base: string) => outside({ permitted: [base] }, [], subject);
    expect(permitted('dirName:O=Acme')).toEqual([]);
    expect(permitted('dirName:CN=x,O=Acme')).toEqual([]);
    expect(permitted('dirName:O=Other')).toEqual(['O=Acme, CN=x']);
    expect(permitted('dirName:CN=y,CN=x,O=Acme')).toEqual(['O=Acme, CN=x']);
    expect(
      outside({ excluded: ['dirName:O=Acme'] }, ['dirName:CN=y,O=Acme', 'dirName:O=B'], subject),
    ).toEqual(['O=Acme, CN=x', 'dirName:CN=y,O=Acme']);
    expect(outside({ permitted: ['dirName:O=Other'] }, [])).toEqual([]);
  });
});
