/** Files under a password, opened where the password is to be had. */
import type { Entity } from '../../pki/entity.ts';
import { SEALED, type SealedArtifact } from '../../pki/seal.ts';
import { type SecretFault, secretSourceText } from '../../pki/secret-source.ts';
import type { SealedFacts } from '../../plan/artifacts/rule.ts';
import { hasPassphrase, sourcesOf } from '../../plan/commands.ts';
import type { ArtifactStates, FileState, Observation } from '../../plan/observation.ts';
import { sealedRule } from '../../plan/sealed.ts';
import type { FoundFiles } from './find-files.ts';
import type { Reader } from './reader.ts';

/** The same states, with what is in files that could be opened. */
export function opened(
  entity: Entity,
  states: ArtifactStates,
  bytes: FoundFiles['bytes'],
  { secrets }: Reader,
): ArtifactStates {
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

/** Why passwords that the manifest names are not to be had. */
export function lackingSecrets(
  entities: readonly Entity[],
  { secrets }: Reader,
): Pick<Observation, 'secrets'> {
  const faults = new Map<string, SecretFault>();
  for (const entity of entities)
    for (const password of sourcesOf(entity)) {
      const secret = secrets?.read(password);
      // What no run has asked for yet may well be to be had.
      if (secret?.ok === false && secret.fault.kind !== 'waits')
        faults.set(secretSourceText(password), secret.fault);
    }
  return faults.size === 0 ? {} : { secrets: faults };
}

/** Where the passwords of its files are from; `null` where one is not to be had, or the key has a passphrase or is on a token. */
export function sealSources(entity: Entity, { secrets }: Reader): readonly string[] | null {
  if (hasPassphrase(entity) || entity.token !== undefined) return null;
  const sources = sourcesOf(entity);
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
