/**
 * `openssl ca`: a request becomes a certificate (openssl-ca(1)). `ca` and not `x509 -req`, because on OpenSSL 3.0–3.3
 * only it takes exact dates, even in the past; its database is thrown away after every run.
 */
import type { ById } from '../pki/issuers.ts';
import { keySpecText } from '../pki/key-spec.ts';
import { type Place, stagedPath } from '../pki/paths.ts';
import { generationOf, type Make } from '../plan/make.ts';
import { AN_ISSUER, certificateSpec, type WantedCertificate, writtenExtensions } from '../plan/wanted.ts';
import { type Signing, signingBy } from '../x509/signature-write.ts';
import type { Command } from './command.ts';
import { configText } from './config.ts';
import { policySection } from './distinguished-name.ts';
import { extensionSections } from './extensions.ts';
import { keyPath, lookUp, pathOf } from './key-path.ts';
import { keyPass } from './pass.ts';
import { PSS } from './request.ts';

/** Stages the certificate for a staged request. */
export function signCommand(make: Extract<Make, { op: 'sign' }>, byId: ById, place: Place): Command {
  const { of, by, issuance, to } = make;
  const { run } = place;
  const entity = lookUp(byId, of);
  const signer = by.kind === 'self' ? entity : lookUp(byId, by.id);
  const generation = generationOf(make);
  const certificate = by.kind === 'self' ? ['-selfsign'] : ['-cert', pathOf(signer, 'cert', run, generation)];
  const signing = signingBy(make.signedWith ?? keySpecText(signer.key), entity.signing);
  const spec = certificateSpec(entity, by.kind === 'self' ? null : AN_ISSUER, issuance, null);
  return {
    args: [
      // What `preserve = yes` is to do, and on OpenSSL 3.0 does not: order, RDNs and strings of the request's subject stay.
      ...['ca', '-batch', '-notext', '-preserveDN', '-config', '-'],
      ...[...certificate, '-keyfile', keyPath(by.key, byId, run, generation)],
      ...keyPass(signer, place),
      ...['-startdate', opensslTime(issuance.notBefore), '-enddate', opensslTime(issuance.notAfter)],
      ...(signing.isPss ? PSS : []),
      ...['-in', stagedPath(of, 'csr', run), '-out', stagedPath(of, to, run)],
    ],
    input: signConfig(spec, signing, place),
  };
}

/** The configuration of the call, for a certificate with the extensions of the one that is wanted. */
export function signConfig(
  wanted: Pick<WantedCertificate, 'extensions'>,
  { digest }: Pick<Signing, 'digest'>,
  { database }: Pick<Place, 'database'>,
): string {
  return configText([
    { name: 'ca', entries: [['default_ca', 'issue']] },
    {
      name: 'issue',
      entries: [
        ['database', `${database}/index.txt`],
        ['new_certs_dir', database],
        // One request per call: of several, only the first would get a random serial (159 bits, RFC 5280 §4.1.2.2).
        ['rand_serial', 'yes'],
        // Ed25519 and Ed448 bring their own and ignore this.
        ['default_md', digest],
        ['policy', 'policy'],
        ['string_mask', 'utf8only'],
        ['unique_subject', 'no'],
        // With anything but `none` the request could ask for CA:TRUE and get it.
        ['copy_extensions', 'none'],
        ['x509_extensions', 'extensions'],
      ],
    },
    policySection(),
    ...extensionSections(writtenExtensions(wanted)),
  ]);
}

/** Four-digit years: with two, openssl means 1951 by `51` (openssl quirk); it picks UTCTime or GeneralizedTime itself. */
export function opensslTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/[-:T]|\.\d+/g, '');
}
