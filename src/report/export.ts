/** The output of `pki export`: what was written where, and what is left out. */
import { omissionText } from '../export/omission.ts';
import { TARGETS } from '../export/target.ts';
import type { Advice, ExportResult, ExportTarget } from '../index.ts';
import { plural } from './count.ts';
import type { Message } from './message.ts';

/** `export/vault: 12 files written, for OpenBao or Vault`. @param folder as it was named. */
export function exportText({ target, files, written, removed }: ExportResult, folder: string): string {
  const { engine } = TARGETS[target];
  if (written + removed === 0) return `${folder}: nothing to do, ${plural(files, 'file')} for ${engine}`;
  const gone = removed === 0 ? '' : `, ${removed} removed`;
  return `${folder}: ${plural(written, 'file')} written${gone}, for ${engine}`;
}

/** `--sops` where no secret is written. */
export function nothingToSeal(target: ExportTarget): Advice {
  return {
    problem: `"--sops" seals Secrets, and an export to ${TARGETS[target].engine} holds none`,
    hint: 'leave it out',
  };
}

/** `--vault` where no issuer is written. */
export function nothingToAsk(target: ExportTarget): Advice {
  return {
    problem: `"--vault" is where issuers of cert-manager ask, and an export to ${TARGETS[target].engine} holds none`,
    hint: 'leave it out',
  };
}

/** What comes next, and what is not there. */
export function exportMessages({ target, omissions }: ExportResult, folder: string): readonly Message[] {
  const { engine } = TARGETS[target];
  return [
    ...omissions.map((omission) => ({ kind: 'warning', text: omissionText(omission, engine) }) as const),
    { kind: 'hint', text: `"${folder}/README.md" has the commands that follow` },
  ];
}
