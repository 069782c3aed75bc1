/** Passphrases in a script that a user runs by hand: openssl reads them where the manifest says, or asks at the terminal. */
import { isAbsolute } from '../pki/allowed-paths.ts';
import type { Entity } from '../pki/entity.ts';
import type { Place } from '../pki/paths.ts';
import { type SecretSource, secretSourceText } from '../pki/secret-source.ts';

/** @param option `-passin` or `-passout`. @param output the folder in which openssl runs, relative to the manifest's. */
export function passArgs(
  option: '-passin' | '-passout',
  source: SecretSource | undefined,
  output: string | undefined,
): readonly string[] {
  if (source === undefined || output === undefined) return [];
  switch (source.kind) {
    case 'env':
      return [option, secretSourceText(source)];
    case 'file':
      return [option, `file:${fromOutput(output, source.path)}`];
    case 'command':
    case 'prompt':
      // The configuration is on standard input: openssl asks at the terminal.
      return [];
  }
}

/** A path of the manifest, as it is in the output folder. */
export function fromOutput(output: string, path: string): string {
  return isAbsolute(path) ? path : `${upFrom(output)}${path}`;
}

/** From the output folder to that of the manifest: `../`. */
export function upFrom(output: string): string {
  const parts = output.split('/').filter((part) => !['', '.'].includes(part));
  return parts.map(() => '../').join('');
}

/** What opens the key of an entity as the script leaves it; engines never get here with such a key. */
export function keyPass(
  { passphrase, token }: Entity,
  { output, driver }: Pick<Place, 'output' | 'driver'>,
  form: '-keyform' | '-inform' | '-CAkeyform' = '-keyform',
): readonly string[] {
  if (token === undefined) return passArgs('-passin', passphrase, output);
  // A provider knows the URI of a key by itself, once its configuration is loaded (script-program.ts).
  const engine = driver === 'engine' ? ['-engine', 'pkcs11', form, 'engine'] : [];
  return [...engine, ...passArgs('-passin', token.pin, output)];
}

/** Arguments of `openssl` by which a key that stays takes another form. @see openssl-pkcs8(1) */
export function relockArgs(entity: Entity, output: string, from: string, to: string): readonly string[] {
  const { passphrase, previousPassphrase } = entity;
  const opens = passArgs('-passin', previousPassphrase, output);
  if (passphrase === undefined) return ['pkey', '-in', from, ...opens, '-out', to];
  const closes = passArgs('-passout', passphrase, output);
  const how = ['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA256', '-iter', '600000'];
  return ['pkcs8', '-topk8', '-in', from, ...opens, ...how, ...closes, '-out', to];
}
