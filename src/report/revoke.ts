/** The output of `pki revoke`: lines that go and come, and what to do next. */

import { shownPath } from '../openssl/shell.ts';
import type { EntityId } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import type { Advice } from '../words/advice.ts';
import { DEFAULT_MANIFEST } from '../words/manifest-file.ts';
import type { Style } from './style.ts';

interface Lines {
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** `pki.yaml:8`, and the lines below with − and +. */
export function editText(manifest: string, { line, removed, added }: Lines, style: Style): string {
  return [
    visible(`${manifest}:${line}`),
    ...removed.map((text) => style.bad(`- ${visible(text)}`)),
    ...added.map((text) => style.good(`+ ${visible(text)}`)),
  ].join('\n');
}

/** What to do with an edit that was only shown. */
export function writeHint(manifest: string): string {
  return `nothing is written yet: "--write" makes this edit in ${visible(manifest)}, with all else in it as it is`;
}

/** What makes an edit take effect. */
export function applyHint(manifest: string): string {
  const file = manifest === DEFAULT_MANIFEST ? '' : `${shownPath(manifest)} `;
  return `"pki apply ${file}--allow revoke" puts it on the list of its authority, and its files into the archive`;
}

/** Where a program cannot tell what its author meant. */
export function byHandText(id: EntityId, reason: string): Advice {
  return {
    problem: `"${id}" does not stand by itself in the manifest, or says how it is revoked in more than a word`,
    hint: `write "revoked: ${visible(reason)}" into it by hand`,
  };
}

/** It says so already. */
export function revokedAlreadyText(id: EntityId): string {
  return `the manifest says of ${id} just that, and stays as it is`;
}

/** Why the file was not written. */
export function unreplacedText(manifest: string, why: 'changed' | 'owner' | 'stream'): Advice {
  const name = `"${visible(manifest)}"`;
  switch (why) {
    case 'changed':
      return { problem: `${name} has changed meanwhile, and is left as it is`, hint: 'run this again' };
    case 'owner':
      return {
        problem: `${name} is another user's, and is left as it is`,
        hint: 'make the edit as that user',
      };
    case 'stream':
      return { problem: `${name} is no file that could be written`, hint: 'name the file of the manifest' };
  }
}
