/**
 * Servers whose certificates demand a stapled OCSP response: one is signed for each, as the authority would sign it, shown in a
 * handshake, and judged by openssl as it arrived.
 */
import { join } from 'node:path';
import { OpensslError, opensslIn } from '../engine/openssl-call.ts';
import { TLS_VERSIONS, type TlsVersion, versionText } from '../handshake/case.ts';
import type { Credentials } from '../handshake/credentials.ts';
import { showStaple } from '../handshake/staple.ts';
import { judgeCommand, judgement, STAPLE_FILES } from '../openssl/ocsp.ts';
import type { EndEntity, Entity, EntityId, Inventory } from '../pki/entity.ts';
import { byIdOf, issuersAbove } from '../pki/issuers.ts';
import { keysOf } from '../pki/record.ts';
import type { Secrets } from '../store/secrets.ts';
import { readPublished } from '../store/symlinks/read.ts';
import { type OcspFault, ocspFaultText } from '../words/ocsp.ts';
import { parseCertificate } from '../x509/parse.ts';
import { type AuthorityAnswers, ocspAuthorities } from './ocsp-answers.ts';
import { respondAbout, signingFault } from './ocsp-respond.ts';
import { OcspSigner } from './ocsp-signer.ts';
import { copy, inCopies, userErrorOf } from './verify-certificates.ts';

/** What came of a staple. */
export type StapleOutcome =
  /** It arrived, and openssl takes it. */
  | { readonly kind: 'taken'; readonly signer: EntityId }
  | { readonly kind: 'refused'; readonly problem: string }
  /** No key that could sign one is here: nothing was tried. */
  | { readonly kind: 'unsigned'; readonly fault: OcspFault };

/** A server that has to staple. */
export interface StapleCheck {
  readonly entity: EntityId;
  readonly outcome: StapleOutcome;
}

/** What to judge, where, and with what; `now` in seconds since 1970. */
export interface StapleOptions {
  readonly root: string;
  readonly binary: string;
  readonly now: number;
  readonly secrets?: Secrets | undefined;
  readonly signal?: AbortSignal;
}

/** @param demanding those that can be played. @param credentials what they load. */
export async function checkStaples(
  inventory: Inventory,
  demanding: readonly EndEntity[],
  credentials: ReadonlyMap<EntityId, Credentials>,
  options: StapleOptions,
): Promise<readonly StapleCheck[]> {
  const found = new Map(
    ocspAuthorities(options.root, inventory, options.now, options.secrets).map((one) => [
      one.authority.id,
      one,
    ]),
  );
  const checks: StapleCheck[] = [];
  for (const entity of demanding) {
    const files = credentials.get(entity.id);
    const authority = found.get(entity.issuer);
    if (files === undefined || authority === undefined) continue;
    const outcome: StapleOutcome = authority.ok
      ? await stapleOf(
          { entity, files, authority, issuers: issuersAbove(entity, byIdOf(inventory.entities)) },
          options,
        )
      : { kind: 'unsigned', fault: authority.fault };
    checks.push({ entity: entity.id, outcome });
  }
  return checks;
}

interface Demand {
  readonly entity: Entity;
  readonly files: Credentials;
  readonly authority: AuthorityAnswers;
  readonly issuers: readonly Entity[];
}

async function stapleOf(demand: Demand, options: StapleOptions): Promise<StapleOutcome> {
  const { authority, files } = demand;
  const { serial } = parseCertificate(Buffer.from(files.fullchain));
  const status = authority.answers.find((answer) => answer.serial === serial)?.status ?? { kind: 'unknown' };
  const signer = await OcspSigner.open(authority.signer, options);
  let staple: Buffer;
  try {
    staple = await respondAbout(signer, { serial, status }, options.now);
  } catch (error) {
    return unsignedBy(signingFault(error, authority.signer));
  } finally {
    await signer.close();
  }
  const problem = await problemOf(demand, staple, serial, options);
  return problem === null
    ? { kind: 'taken', signer: authority.signer.signer.id }
    : { kind: 'refused', problem };
}

/** A key that was there, and an openssl that did not sign with it what was asked, is no key that is elsewhere. */
function unsignedBy(fault: OcspFault): StapleOutcome {
  return fault.kind === 'made-other' || fault.kind === 'openssl'
    ? { kind: 'refused', problem: ocspFaultText(fault).problem }
    : { kind: 'unsigned', fault };
}

/** In every version of TLS: 1.3 has the staple beside the certificate, 1.2 in a message of its own. */
async function problemOf(
  demand: Demand,
  staple: Buffer,
  serial: string,
  options: StapleOptions,
): Promise<string | null> {
  for (const version of TLS_VERSIONS) {
    const shown = await showStaple(demand.files, staple, version, options.signal);
    options.signal?.throwIfAborted();
    const problem = shown.ok ? await judged(demand, shown.response, serial, options) : shown.code;
    if (problem !== null) return over(version, problem);
  }
  return null;
}

function over(version: TlsVersion, problem: string): string {
  return `${versionText(version)}: ${problem}`;
}

async function judged(
  { issuers }: Demand,
  response: Buffer | null,
  serial: string,
  options: StapleOptions,
): Promise<string | null> {
  if (response === null) return 'the server stapled nothing';
  const [issuer = '', ...above] = issuers.map((authority) => certificateText(authority, options.root));
  const files = {
    response,
    issuer,
    between: [issuer, ...above].slice(0, -1).join('') || issuer,
    root: above.at(-1) ?? issuer,
  };
  return inCopies(async (copies) => {
    for (const name of keysOf(STAPLE_FILES)) copy(join(copies, STAPLE_FILES[name]), Buffer.from(files[name]));
    try {
      return judgement(await opensslIn(copies, options.binary, options).run(judgeCommand(serial)));
    } catch (error) {
      if (!(error instanceof OpensslError) || error.end !== 'by-itself') throw userErrorOf(error);
      // Where it takes the response for none, it says nothing of a status.
      return (error.stdout === '' ? null : judgement(error.stdout)) ?? error.lastWords;
    }
  });
}

/** PEM; empty where there is none, which openssl then says. */
function certificateText(authority: Entity, root: string): string {
  if (authority.keyPlace?.kind === 'anchor') return authority.keyPlace.certificates[0] ?? '';
  const file = readPublished(root, authority, 'cert');
  return file.state === 'present' ? file.facts.toString('latin1') : '';
}
