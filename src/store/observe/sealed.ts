/** Files under a password, opened where the password is to be had. */
import type { Artifact } from '../../pki/artifact.ts';
import type { Entity } from '../../pki/entity.ts';
import { SEALED, type SealedArtifact } from '../../pki/seal.ts';
import { type SecretFault, secretSourceText } from '../../pki/secret-source.ts';
import type { SealedFacts } from '../../plan/artifacts/rule.ts';
import { hasPassphrase } from '../../plan/commands.ts';
import type { ArtifactStates, FileState, Observation } from '../../plan/observation.ts';
import { sealedRule } from '../../plan/sealed.ts';
import type { FoundFiles } from './find-files.ts';
import type { Reader } from './reader.ts';

/** The same states, with what is in files that could be opened. */
export function opened(
  entity: Entity,
  states: ArtifactStates,
  bytes: FoundFiles['bytes'],
  reader: Reader,
): ArtifactStates {
  const secrets = reader.secretsFor(entity.id);
  const changed = SEALED.flatMap((artifact) => {
    const [source, file, found] = [entity.seals?.[artifact]?.password, states[artifact], bytes[artifact]];
    if (source === undefined || file.state !== 'present' || found.state !== 'present') return [];
    const secret = secrets?.read(source);
    return secret?.ok ? [[artifact, openedState(artifact, file, found.facts, secret.value)]] : [];
  });
  return { ...states, ...Object.fromEntries(changed) };
}

function openedState(
  artifact: SealedArtifact,
  file: Extract<FileState<SealedFacts>, { state: 'present' }>,
  bytes: Buffer,
  password: string,
): FileState<SealedFacts> {
  try {
    return {
      ...file,
      facts: { ...file.facts, content: sealedRule(artifact).open(bytes, password) ?? 'other-password' },
    };
  } catch {
    // Its MAC is right and its content is not, which no program made; nothing of it may be quoted.
    return { state: 'garbage', detail: `holds no readable ${sealedRule(artifact).called}` };
  }
}

/** Why passwords are not to be had that files are closed by; no others are looked for. */
export function lackingSecrets({ secrets }: Reader): Pick<Observation, 'closed'> {
  const faults = secrets?.faults() ?? new Map<string, SecretFault>();
  return faults.size === 0 ? {} : { closed: faults };
}

/** Whether what is in its files may be known without the passwords that a run needs for it. */
export function areReadable(entity: Entity): boolean {
  return !hasPassphrase(entity) && entity.token === undefined;
}

/** Where the passwords of its files are from, of those that are there; `null` where one is not to be had. */
export function sealSources(
  entity: Entity,
  there: ReadonlySet<Artifact>,
  reader: Reader,
): readonly string[] | null {
  const sources = SEALED.flatMap((artifact) => {
    const source = entity.seals?.[artifact]?.password;
    return source === undefined || !there.has(artifact) ? [] : [source];
  });
  const secrets = reader.secretsFor(entity.id);
  if (sources.some((source) => secrets?.read(source).ok !== true)) return null;
  return [...new Set(sources.map(secretSourceText))];
}

/** Whether each of its files under a password was opened. */
export function areOpened({ seals = {} }: Entity, files: Pick<ArtifactStates, SealedArtifact>): boolean {
  return SEALED.every((artifact) => {
    const file = files[artifact];
    return seals[artifact] === undefined || (file.state === 'present' && Array.isArray(file.facts.content));
  });
}
