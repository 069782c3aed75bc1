/**
 * A certificate for a key that is elsewhere, in a script: a request with a throwaway key brings the name, and then gives
 * way to the key (openssl-x509(1), -force_pubkey). Names come in through configuration alone, never through arguments.
 */
import { unreachable } from '../pki/entity.ts';
import type { ById } from '../pki/issuers.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { type Place, SCRATCH_FOLDER, stagedPath } from '../pki/paths.ts';
import type { Make, PublicKey } from '../plan/make.ts';
import { AN_ISSUER, certificateSpec, writtenExtensions } from '../plan/wanted.ts';
import { signingBy } from '../x509/signature-write.ts';
import type { Command } from './command.ts';
import { configText } from './config.ts';
import { extensionSections } from './extensions.ts';
import { keyPath, lookUp, pathOf } from './key-path.ts';
import { publicKeyText } from './make-command.ts';
import { keyPass } from './pass.ts';
import { nameCommand, PSS } from './request.ts';

const DAY = 86_400;

const FILES = {
  public: `${SCRATCH_FOLDER}/public.pem`,
  key: `${SCRATCH_FOLDER}/name.key`,
  request: `${SCRATCH_FOLDER}/name.csr`,
} as const;

/** Files that the commands leave in the scratch folder. */
export const GIVEN_LEFTOVERS: readonly string[] = Object.values(FILES);

/**
 * The commands of one script, in their order. Dates are whole days from when it is run: `openssl x509` takes no others
 * before OpenSSL 3.4.
 */
export function givenKeyCommands(
  make: Extract<Make, { op: 'sign' }>,
  key: PublicKey,
  byId: ById,
  place: Pick<Place, 'output' | 'driver'>,
): readonly Command[] {
  const { of, by, issuance, to } = make;
  if (by.kind === 'self') throw new Error(`Internal error: ${of} signs itself with a key that is elsewhere`);
  const [entity, signer] = [lookUp(byId, of), lookUp(byId, by.id)];
  const signing = signingBy(make.signedWith ?? keySpecText(signer.key), entity.signing);
  const spec = certificateSpec(entity, AN_ISSUER, issuance, null);
  const days = Math.max(1, Math.floor((issuance.notAfter + 1 - issuance.notBefore) / DAY));
  const authority = [
    '-CA',
    pathOf(signer, 'cert', undefined, 'current'),
    '-CAkey',
    keyPath(by.key, byId, undefined),
    ...keyPass(signer, place, '-CAkeyform'),
  ];
  const serial = ['-CAserial', `${stagedPath(of, to)}.serial`, '-CAcreateserial'];
  const extensions = ['-extfile', '-', '-extensions', 'extensions'];
  const signed = [`-${signing.digest}`, ...(signing.isPss ? PSS : []), '-days', String(days)];
  return [
    publicCommand(key, byId),
    nameCommand(spec.name, FILES.key, FILES.request),
    {
      args: [
        ...['x509', '-req', '-in', FILES.request, '-force_pubkey', FILES.public],
        ...[...authority, ...serial, ...extensions, ...signed, '-out', stagedPath(of, to)],
      ],
      input: configText(extensionSections(writtenExtensions(spec))),
    },
  ];
}

/** The key as PEM: as it was given, or as the certificate in its place shows it. */
function publicCommand(key: PublicKey, byId: ById): Command {
  switch (key.kind) {
    case 'given':
      return { args: ['pkey', '-pubin', '-pubout', '-out', FILES.public], input: publicKeyText(key) };
    case 'shown': {
      const cert = pathOf(lookUp(byId, key.of), 'cert', undefined, 'current');
      return { args: ['x509', '-in', cert, '-pubkey', '-noout', '-out', FILES.public], input: null };
    }
    default:
      return unreachable(key);
  }
}
