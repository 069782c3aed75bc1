import { expect, it } from 'vitest';
import { capabilityOf, lackingMlDsa, type OpensslFault } from '../../src/openssl/capabilities.ts';
import { opensslText } from '../../src/words/openssl.ts';

it.each([
  ['OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)\n', 'OpenSSL 3.0.19'],
  ['OpenSSL 3.0.0 7 sep 2021 (Library: OpenSSL 3.0.0 7 sep 2021)', 'OpenSSL 3.0.0'],
  ['OpenSSL 3.5.9 1 Oct 2026 (Library: OpenSSL 3.5.9 1 Oct 2026)', 'OpenSSL 3.5.9'],
  ['OpenSSL 3.2.0-beta1 26 Oct 2023 (Library: …)', 'OpenSSL 3.2.0-beta1'],
  ['OpenSSL 4.0.3 9 Jun 2026 (Library: OpenSSL 4.0.3 9 Jun 2026)', 'OpenSSL 4.0.3'],
  ['OpenSSL 10.1.0 1 Jan 2040', 'OpenSSL 10.1.0'],
])('%s will do', (printed, version) =>
  expect(capabilityOf(printed, 'openssl')).toEqual({ ok: true, version }),
);

it.each([
  ['OpenSSL 1.1.1w  11 Sep 2023', 'OpenSSL 1.1.1w is too old: 3.0 is the oldest that works'],
  ['OpenSSL 0.9.8zg 14 July 2015', 'OpenSSL 0.9.8zg is too old: 3.0 is the oldest that works'],
  ['LibreSSL 3.3.6', 'LibreSSL 3.3.6 is not OpenSSL, and differs from it where it matters'],
  ['LibreSSL 4.3.1', 'LibreSSL 4.3.1 is not OpenSSL, and differs from it where it matters'],
  ['BoringSSL', '"openssl version" printed "BoringSSL", which names no version'],
  ['', '"openssl version" printed "", which names no version'],
  ['\u001b[31mhello\nOpenSSL 3.0.0', '"openssl version" printed "␛[31mhello", which names no version'],
])('%j will not', (printed, problem) => {
  const found = capabilityOf(printed, '/opt/openssl');
  expect(found.ok ? found : opensslText(found.fault)).toEqual({
    problem: `${problem} (/opt/openssl)`,
    hint: expect.stringContaining('install OpenSSL 3'),
  });
});

it.each<[OpensslFault, string]>([
  [{ kind: 'missing', binary: '/opt/openssl' }, '"/opt/openssl" was not found or cannot be run'],
  [
    {
      kind: 'broken',
      binary: 'openssl',
      problem: 'openssl exited with 127',
      words: 'libssl.so.3: not found',
    },
    '"openssl" does not work: openssl exited with 127, saying "libssl.so.3: not found"',
  ],
  [
    { kind: 'broken', binary: 'openssl', problem: 'openssl was ended by SIGSEGV', words: '' },
    '"openssl" does not work: openssl was ended by SIGSEGV',
  ],
])('what cannot be run is named: %j', (fault, problem) => {
  expect(opensslText(fault).problem).toBe(problem);
});

it.each([
  ['OpenSSL 3.0.19', false],
  ['OpenSSL 3.4.1', false],
  ['OpenSSL 3.5.0', true],
  ['OpenSSL 3.5.9', true],
  ['OpenSSL 3.10.0', true],
  ['OpenSSL 4.0.3', true],
  ['OpenSSL 10.1.0', true],
])('%s has ML-DSA: %s', (version, has) => {
  const entities = [
    { id: 'authorities/root', key: { algorithm: 'ed25519' } },
    { id: 'servers/api', key: { algorithm: 'ml-dsa-65' } },
  ] as const;
  const fault = lackingMlDsa(entities, { version, binary: '/opt/openssl' });
  expect(fault && opensslText(fault).problem).toBe(
    has
      ? undefined
      : `${version} has no ml-dsa-65, the key of servers/api: OpenSSL 3.5 is the oldest that does (/opt/openssl)`,
  );
  expect(lackingMlDsa(entities.slice(0, 1), { version, binary: '/opt/openssl' })).toBeUndefined();
});
