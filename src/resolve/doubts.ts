/** Values that are allowed and hardly meant: quotes of a word processor, placeholders, spaces that only look like one. */
import type { Report } from '../manifest/report.ts';
import type { Setting } from '../manifest/settings.ts';
import { isExact } from '../manifest/subject.ts';
import { quote } from '../pki/printable.ts';
import { type San, sanText } from '../pki/san.ts';
import { statedAttributes } from './attributes.ts';
import { doubtAbout } from './doubt.ts';
import { type Draft, draftText, isHost, type LeafDraft } from './draft.ts';
import { isRefusedHost } from './host-name.ts';

/** Warns of them; a value that several entries inherit is warned of once. */
export function checkDoubts(drafts: readonly Draft[], report: Report): void {
  for (const draft of drafts) {
    for (const text of textsOf(draft)) checkText(draft, text, report);
    if (isHost(draft)) checkUris(draft, report);
  }
}

interface Text {
  readonly what: string;
  readonly value: string;
  readonly setting: Setting;
  /** The attribute of a subject. */
  readonly item?: string;
}

/** What of the subject is written, not made of the entry's name. */
function textsOf({ settings }: Draft): readonly Text[] {
  const { commonName, subject } = settings;
  const attributes = isExact(subject)
    ? subject.exact.map(({ type, value }): Text => ({ what: type, value, setting: 'subject' }))
    : statedAttributes(subject).map(({ key, value }): Text => {
        return { what: key, value, setting: 'subject', item: key };
      });
  const own: Text[] =
    commonName === undefined ? [] : [{ what: 'common name', value: commonName, setting: 'commonName' }];
  return [...own, ...attributes];
}

function checkText(draft: Draft, { what, value, setting, item }: Text, report: Report): void {
  const doubt = doubtAbout(value);
  // What is refused for it has been said.
  if (doubt === undefined || (setting === 'commonName' && isRefusedHost(draft))) return;
  const { message, hint } = doubt;
  report.warn({
    code: 'text',
    at: draft.at(setting, item),
    message: `${what} ${quote(value)} ${message}`,
    hint,
  });
}

/** `https://api.example.test/` among the names of a host that is not listed itself. */
function checkUris(leaf: LeafDraft, report: Report): void {
  const { san = [] } = leaf.settings;
  const listed = new Set(san.map(({ value }) => value.toLowerCase()));
  san.forEach((name, item) => {
    const host = urlHost(name);
    const isMeant = /^uri:/i.test(leaf.text('san', item) ?? '');
    if (host === undefined || isMeant || listed.has(host)) return;
    report.warn({
      code: 'san',
      at: leaf.at('san', item),
      message: `${quote(name.value)} of ${draftText(leaf)} is a URI, and clients look for the name of the host`,
      hint: `write ${quote(host)}, or ${quote(sanText(name))} where the URI is meant`,
    });
  });
}

/** The host of a URL that people type. */
function urlHost({ kind, value }: San): string | undefined {
  const found = /^(?:https?|wss?|tcp|tls|ldaps?|amqps?|mqtts?):\/\/([^/?#]*@)?(\[[^\]]*\]|[^/?#:]+)/i.exec(
    value,
  );
  return kind === 'uri' ? found?.[2]?.replace(/^\[|\]$/g, '').toLowerCase() : undefined;
}
