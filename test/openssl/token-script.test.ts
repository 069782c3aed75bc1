// Keys on tokens in the script of a plan: each openssl is given them in the way that it has.
import { expect, it } from 'vitest';
import { makeCommand } from '../../src/openssl/make-command.ts';
import { programLines, TOKEN_CONFIG } from '../../src/openssl/script-program.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import { SCRIPT_PLACE } from '../../src/pki/paths.ts';
import type { TokenDriver } from '../../src/pki/token.ts';
import type { EngineMake } from '../../src/plan/make.ts';
import { anAuthority, aServer, DAY, NOW } from '../helpers/entities.ts';

const ROOT = anAuthority({
  token: { uri: 'pkcs11:token=pki;object=root', pin: { kind: 'file', path: 'pin' } },
});
const API = aServer({
  name: 'api',
  token: { uri: 'pkcs11:token=pki;id=%02', pin: { kind: 'env', name: 'TOKEN_PIN' } },
});
const issuance = { notBefore: NOW, notAfter: NOW + DAY, cappedBy: null, subjectKeyId: null };
const key = { kind: 'token', of: API.id, isNew: false } as const;

const MAKES: Readonly<Record<string, EngineMake>> = {
  request: { op: 'request', of: API.id, key },
  public: { op: 'public', of: API.id, key },
  sign: {
    op: 'sign',
    of: API.id,
    by: { kind: 'authority', id: ROOT.id, key: { kind: 'token', of: ROOT.id, isNew: false } },
    issuance,
    to: 'cert',
  },
};

it.each<readonly [string, TokenDriver, string]>([
  [
    'request',
    'engine',
    '-key pkcs11:token=pki;id=%02;type=private -engine pkcs11 -keyform engine -passin env:TOKEN_PIN',
  ],
  ['request', 'provider', '-key pkcs11:token=pki;id=%02;type=private -passin env:TOKEN_PIN'],
  [
    'public',
    'engine',
    '-in pkcs11:token=pki;id=%02;type=private -engine pkcs11 -inform engine -passin env:TOKEN_PIN',
  ],
  ['public', 'provider', '-in pkcs11:token=pki;id=%02;type=private -passin env:TOKEN_PIN'],
  [
    'sign',
    'engine',
    '-keyfile pkcs11:token=pki;object=root;type=private -engine pkcs11 -keyform engine -passin file:../pin',
  ],
  ['sign', 'provider', '-keyfile pkcs11:token=pki;object=root;type=private -passin file:../pin'],
])('%s by the %s: %s', (op, driver, words) => {
  const make = MAKES[op];
  if (make === undefined) throw new Error(op);
  const { args } = makeCommand(make, byIdOf([ROOT, API]), { ...SCRIPT_PLACE, output: 'pki', driver });
  expect(args.join(' ')).toContain(words);
  expect(args.includes('engine')).toBe(driver === 'engine');
});

it('the configuration of the provider is for calls with keys of tokens alone', () => {
  const lines = programLines('openssl', { byProvider: true });
  expect(lines).toContain(`*' pkcs11:'*) OPENSSL_CONF=$PWD/${TOKEN_CONFIG} command "$program" "$@" ;;`);
  expect(lines).toContain('export OPENSSL_CONF=/dev/null');
  expect(programLines('openssl')).not.toContain('pkcs11');
});
