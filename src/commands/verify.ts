/** `pki verify`: certificates and handshakes again, changing nothing. */
import { plan } from '../index.ts';
import { isDue } from '../plan/plan.ts';
import { clockMessages } from '../report/clock.ts';
import { DUE_TEXT } from '../report/plan.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';
import { openWithOpenssl } from './project.ts';
import { type ProofFlags, prove } from './proof.ts';
import type { SampleFlags } from './sample.ts';

/** Options of `pki verify`. */
export interface VerifyFlags extends ProofFlags, SampleFlags {
  readonly public?: boolean;
}

/** `failed` where the proof does; changes that are due are no failure, and reported on stderr. */
export async function verifyCommand(
  manifest: string,
  flags: VerifyFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  if ([flags.sample, flags.against, flags.at, flags.token, flags.keys, flags.only].some(isGiven))
    return (await import('./sample.ts')).sampleCommand(manifest, flags, console, interruption);
  const project = await openWithOpenssl(manifest, flags, console, interruption);
  if (project === undefined) return EXIT.failed;
  const isPublic = flags.public === true;
  const proof = await prove(project, flags, console, interruption.signal, { isPublic });
  if (flags.json) console.json(proof.json);
  // What works may still not match the manifest: a surplus root in a bundle refuses no one.
  const made = await plan(project, isPublic ? { sight: 'public' } : {});
  console.say(...clockMessages(made));
  // What of the archive is old is no file of an entity.
  if (isDue({ ...made, prunes: [] })) console.say({ kind: 'note', text: DUE_TEXT });
  return proof.code;
}

function isGiven(value: unknown): boolean {
  return value !== undefined;
}
