/** EngineMake → command: the one place that says which openssl call makes what. */
import { unreachable } from '../pki/entity.ts';
import type { ById } from '../pki/issuers.ts';
import { type Place, stagedPath } from '../pki/paths.ts';
import type { EngineMake, KeyGiven } from '../plan/make.ts';
import { pemText } from '../x509/pem.ts';
import type { Command } from './command.ts';
import { convertCommand } from './convert.ts';
import { crlCommand } from './crl.ts';
import { keyPath, lookUp } from './key-path.ts';
import { keyPass } from './pass.ts';
import { requestCommand } from './request.ts';
import { signCommand } from './sign.ts';

/** @throws Error where the make is about an entity that is not in `byId`. */
export function makeCommand(make: EngineMake, byId: ById, place: Place): Command {
  switch (make.op) {
    case 'request':
      return requestCommand(make, byId, place);
    case 'sign':
      if (make.key !== undefined) throw new Error(`Internal error: ${make.of} takes more than one command`);
      return signCommand(make, byId, place);
    case 'public':
      return publicKeyCommand(make, byId, place);
    case 'crl':
      return crlCommand(make, byId, place);
    case 'convert':
      return convertCommand(make, place);
    default:
      return unreachable(make);
  }
}

/** PEM of a key that is elsewhere. */
export function publicKeyText({ spki }: KeyGiven): string {
  return pemText('PUBLIC KEY', Buffer.from(spki, 'hex'));
}

/** `openssl pkey`: the public half of a private key (openssl-pkey(1)). */
function publicKeyCommand(
  { of, key }: Extract<EngineMake, { op: 'public' }>,
  byId: ById,
  place: Place,
): Command {
  const { run } = place;
  const out = stagedPath(of, 'public', run);
  if (key.kind === 'given')
    return { args: ['pkey', '-pubin', '-pubout', '-out', out], input: publicKeyText(key) };
  const pass = keyPass(lookUp(byId, of), place, '-inform');
  return { args: ['pkey', '-in', keyPath(key, byId, run), ...pass, '-pubout', '-out', out], input: null };
}
