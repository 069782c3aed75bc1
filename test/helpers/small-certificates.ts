/** Certificates of Ed25519 keys, made in the process: for what looks at who signed what, and until when. */
import { generateKeyPairSync } from 'node:crypto';
import { context } from '../../src/x509/der.ts';
import { encode } from '../../src/x509/der-write.ts';
import {
  bytes,
  CN,
  certificate,
  extension,
  integer,
  name,
  oid,
  pemOf,
  sequence,
  signed,
  type TestKey,
  testKey,
  utcTime,
  VERSION_3,
} from './certificate-der.ts';
import { DAY, NOW } from './entities.ts';

const ED25519 = sequence(oid('1.3.101.112'));

/** One that can sign others. */
export interface SmallCertificate {
  readonly common: string;
  readonly key: TestKey;
  readonly der: Buffer;
  readonly pem: string;
}

/** The private key, PEM of PKCS#8. */
export const keyPem = ({ key }: TestKey): string => String(key.export({ format: 'pem', type: 'pkcs8' }));

export const smallKey = (): TestKey =>
  testKey(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));

/** @param issuer absent: it signs itself. @param days from now on. */
export function smallCertificate(
  common: string,
  {
    issuer,
    days = 1,
    isAuthority = true,
    key = smallKey(),
  }: {
    readonly issuer?: Pick<SmallCertificate, 'common' | 'key'>;
    readonly days?: number;
    readonly isAuthority?: boolean;
    readonly key?: TestKey;
  } = {},
): SmallCertificate {
  const parts = {
    version: VERSION_3,
    serial: integer('01'),
    algorithm: ED25519,
    issuer: name([CN, issuer?.common ?? common]),
    validity: sequence(utcTime(NOW), utcTime(NOW + days * DAY)),
    subject: name([CN, common]),
    spki: key.spki,
    between: Buffer.of(),
    extensions: isAuthority ? [extension('2.5.29.19', bytes('30 03 01 01 ff'), true)] : [],
  };
  const der = certificate(parts, issuer?.key ?? key, ED25519, null);
  return { common, key, der, pem: pemOf(der) };
}

/** A list of one authority, with its number. @param entries serial numbers (hex), each with further extensions. */
export function smallList(
  { common, key }: Pick<SmallCertificate, 'common' | 'key'>,
  entries: readonly (readonly [serial: string, ...extensions: readonly Buffer[]])[] = [],
  number: string | null = '07',
): Buffer {
  const listed = entries.map(([serial, ...extensions]) =>
    sequence(integer(serial), utcTime(NOW), ...(extensions.length === 0 ? [] : [sequence(...extensions)])),
  );
  const tbs = sequence(
    integer('01'),
    ED25519,
    name([CN, common]),
    utcTime(NOW),
    utcTime(NOW + DAY),
    ...(listed.length === 0 ? [] : [sequence(...listed)]),
    ...(number === null ? [] : [encode(context(0), sequence(extension('2.5.29.20', integer(number))))]),
  );
  return signed(tbs, key, ED25519, null);
}
