/** The output of `pki ocsp`. */
import type { OcspResult, OcspWritten } from '../index.ts';
import { isoTime } from '../plan/validity.ts';
import type { Advice } from '../words/advice.ts';
import { ocspFaultText } from '../words/ocsp.ts';
import { plural } from './count.ts';
import { adviceMessages, type Message } from './message.ts';
import type { Style } from './style.ts';

/** A line for each authority, and where the files are. */
export function ocspText({ authorities, folder, written, removed }: OcspResult, style: Style): string {
  const lines = authorities.map((one) => `${style.strong(one.authority)}: ${writtenText(one)}`);
  const gone = removed === 0 ? '' : `, ${removed} removed`;
  const done = written + removed === 0 ? 'nothing to do' : `${plural(written, 'file')} written${gone}`;
  return [...lines, `${folder}: ${done}`].map((line) => `${line}\n`).join('');
}

function writtenText({ authority, signer, signed, kept, revoked, nextUpdate }: OcspWritten): string {
  if (nextUpdate === null) return 'no certificates to answer for';
  const counts = [
    ...(signed === 0 ? [] : [`${plural(signed, 'response')} signed`]),
    ...(kept === 0 ? [] : [signed === 0 ? `${plural(kept, 'response')} up to date` : `${kept} up to date`]),
    ...(revoked === 0 ? [] : [`${revoked} revoked`]),
  ];
  const by = signer === authority ? '' : ` by ${signer}`;
  return `${counts.join(', ')}; good until ${isoTime(nextUpdate)}, signed${by === '' ? ' by itself' : by}`;
}

/** What is to be done by hand. */
export function ocspMessages({ authorities, failures }: OcspResult): readonly Message[] {
  const warnings = authorities.flatMap(({ authority, unlisted }): readonly Message[] => {
    if (unlisted.length === 0) return [];
    const text = `${plural(unlisted.length, 'certificate')} of "${authority}" that the manifest revokes ${unlisted.length === 1 ? 'is' : 'are'} answered with "good" until apply has listed ${unlisted.length === 1 ? 'it' : 'them'}`;
    return [
      { kind: 'warning', text },
      { kind: 'hint', text: 'run "pki apply --allow revoke", then this again' },
    ];
  });
  return [...warnings, ...failures.flatMap(({ fault }) => adviceMessages(ocspFaultText(fault)))];
}

/** No authority of the manifest is to be asked. */
export function noAuthority(): Advice {
  return {
    problem: 'no authority of the manifest has "ocsp"',
    hint: 'add "ocsp: true", or "ocsp: { url: http://… }" where its certificates are to say whom to ask',
  };
}

/** docs/json.md */
export function ocspJson({ authorities, failures, folder, written, removed }: OcspResult): unknown {
  return {
    format: 'pki-ocsp',
    version: 1,
    folder,
    written,
    removed,
    authorities: authorities.map(({ nextUpdate, ...one }) => ({
      ...one,
      nextUpdate: nextUpdate === null ? null : isoTime(nextUpdate),
    })),
    failures: failures.map(({ authority, fault }) => ({ authority, ...ocspFaultText(fault) })),
  };
}
