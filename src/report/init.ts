/** The output of `pki init`: what it wrote, and what to do next. */
import { shownPath } from '../openssl/shell.ts';
import type { Entity } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import type { Advice } from '../words/advice.ts';
import { DEFAULT_MANIFEST } from '../words/manifest-file.ts';
import { countText } from './count.ts';

/** `pki.yaml: created, 1 authority`. */
export function createdText(manifest: string, entities: readonly Entity[]): string {
  return `${visible(manifest)}: created, ${countText(entities)}`;
}

/** The next commands. */
export function firstSteps(manifest: string): string {
  const [plan, apply] = [commandText('plan', manifest), commandText('apply', manifest)];
  return `put your own names into it; then "${plan}" shows what it makes, and "${apply}" makes it`;
}

/** For a file that exists already. */
export function takenText(manifest: string): Advice {
  return {
    problem: `"${manifest}" is there already, and is not overwritten`,
    hint: `"${commandText('plan', manifest)}" shows what it makes; to begin another, name a new file: "pki init other.yaml"`,
  };
}

function commandText(command: string, manifest: string): string {
  return manifest === DEFAULT_MANIFEST ? `pki ${command}` : `pki ${command} ${shownPath(manifest)}`;
}
