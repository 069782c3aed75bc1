/** The output of `pki ocsp`. */
import type { EntityId, OcspResult, OcspWritten } from '../index.ts';
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
  return [
    ...unlistedMessages(authorities),
    ...failures.flatMap(({ fault }) => adviceMessages(ocspFaultText(fault))),
  ];
}

/** Of what the manifest revokes, and no list has yet. */
export function unlistedMessages(
  authorities: readonly Pick<OcspWritten, 'authority' | 'unlisted'>[],
  then = ', then this again',
): readonly Message[] {
  return authorities.flatMap(({ authority, unlisted }): readonly Message[] => {
    if (unlisted.length === 0) return [];
    const [is, it] = unlisted.length === 1 ? ['is', 'it'] : ['are', 'them'];
    const text = `${plural(unlisted.length, 'certificate')} of "${authority}" that the manifest revokes ${is} answered with "good" until apply has listed ${it}`;
    return [
      { kind: 'warning', text },
      { kind: 'hint', text: `run "pki apply --allow revoke"${then}` },
    ];
  });
}

/** Where it listens, and for whom. @param at host and port. */
export function servedText(at: string, authorities: readonly EntityId[]): string {
  return `http://${at}/: answers for ${authorities.join(', ')}\n`;
}

/** What was typed is no place to listen. */
export function noListener(): Advice {
  return {
    problem: '--serve takes an address and a port',
    hint: 'write "--serve 127.0.0.1:8080", or "--serve 127.0.0.1:0" for a port that is free',
  };
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
