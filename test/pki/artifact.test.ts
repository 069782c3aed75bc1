/** Files of entities: each kind of file has a name of its own, and parts of a bundle are numbered. */
import { expect, it } from 'vitest';
import {
  ALL_ARTIFACTS,
  ARTIFACTS,
  type Artifact,
  forbiddenBits,
  holdsTrust,
  modeOf,
  OUTPUTS,
  onlyFor,
  presentsChain,
  STANDARD_OUTPUTS,
} from '../../src/pki/artifact.ts';
import { SLOTS } from '../../src/pki/split.ts';

it('no two kinds have the same name, whatever the letter case', () => {
  const names = ALL_ARTIFACTS.map((artifact) => ARTIFACTS[artifact].file.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9-]+\.[a-z0-9]+$/);
});

it('parts of a bundle are called by their number', () => {
  expect(SLOTS.length).toBeGreaterThan(10);
  for (const slot of SLOTS) expect(ARTIFACTS[slot].file).toBe(`${slot}.pem`);
});

const SECRETS = 'key pkcs8-der pkcs1 sec1 combined pkcs12 keystore keystore-jks secret'.split(' ');
/** Without numbers, which all are alike. */
const kinds = (artifacts: readonly Artifact[]): string =>
  [...new Set(artifacts.map((artifact) => artifact.replace(/-\d$/, '-N')))].join(' ');

it('what holds a private key is read by its owner alone, or by a group that was given it', () => {
  expect(ALL_ARTIFACTS.filter((artifact) => modeOf(artifact) !== 0o644)).toEqual(SECRETS);
  expect([modeOf('key'), forbiddenBits('key'), forbiddenBits('key', true)]).toEqual([0o600, 0o077, 0o037]);
  expect([modeOf('cert'), forbiddenBits('cert'), forbiddenBits('cert', true)]).toEqual([0o644, 0o022, 0o022]);
});

it('what an entity gets where nothing is asked for, and what can be asked for', () => {
  expect(STANDARD_OUTPUTS).toEqual(['key', 'csr', 'cert', 'chain', 'fullchain', 'ca']);
  expect(ALL_ARTIFACTS.filter((artifact) => !OUTPUTS.includes(artifact as never))).toEqual([
    'previous',
    'crl',
    'former-crls',
  ]);
});

it('which files show a peer the authorities between, and which hold the roots that are trusted', () => {
  expect(kinds(OUTPUTS.filter((output) => presentsChain([output])))).toBe(
    'chain fullchain combined pkcs12 keystore keystore-jks secret chain-N',
  );
  expect(kinds(OUTPUTS.filter((output) => holdsTrust([output])))).toBe(
    'ca ca-chain truststore truststore-jks secret bundle ca-crls ca-N',
  );
  expect([presentsChain([]), holdsTrust([]), presentsChain(['key', 'chain'])]).toEqual([false, false, true]);
});

it('which forms only some keys have', () => {
  expect(OUTPUTS.flatMap((output) => (onlyFor(output) ? [[output, onlyFor(output)]] : []))).toEqual([
    ['pkcs1', 'rsa'],
    ['sec1', 'ecdsa'],
  ]);
});
