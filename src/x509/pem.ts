/**
 * PEM (RFC 7468): the blocks of a text that every program reads alike. Programs disagree about everything else: GnuTLS
 * reads indented boundaries and OpenSSL none, Go wants no byte order mark, Java no boundary that closes nothing. What
 * only some of them read is a flaw, never silence: it could hide a certificate that another program trusts.
 */
export interface PemBlock {
  readonly label: string;
  /** The content between the boundaries; of no use where it is encrypted. */
  readonly der: Uint8Array;
  /** A private key behind a passphrase: by its label (RFC 5958), or by RFC 1421's headers as OpenSSL wrote them before. */
  readonly encrypted: boolean;
}

/** What is wrong with a boundary, or with what stands between two of them. */
export type PemFlawKind =
  /** That of UTF-8, in front of the first boundary. */
  | 'byte-order-mark'
  /** Other text is in the line of a boundary. */
  | 'boundary'
  /** A boundary opens a block that nothing closes, or closes one that is not open. */
  | 'unclosed'
  /** RFC 1421's headers, which RFC 7468 no longer has, on anything but an encrypted key. */
  | 'header'
  | 'empty-line'
  | 'base64'
  | 'nul';

/** A flaw, and the line that it is in (from 1). */
export interface PemFlaw {
  readonly kind: PemFlawKind;
  readonly line: number;
}

/** The sound blocks in order, and the first flaw that would be a block for some programs. */
export interface Pem {
  readonly blocks: readonly PemBlock[];
  readonly flaw: PemFlaw | null;
}

/** A file that not every program reads alike. */
export class PemError extends Error {
  override readonly name = 'PemError';

  constructor({ kind, line }: PemFlaw) {
    super(`has ${FLAWS[kind]} in line ${line}, which not every program reads`);
  }
}

const FLAWS: Readonly<Record<PemFlawKind, string>> = {
  'byte-order-mark': 'a byte order mark',
  boundary: 'spaces or other text beside a PEM boundary',
  unclosed: 'a PEM boundary without its counterpart',
  header: 'PEM headers',
  'empty-line': 'an empty line inside PEM',
  base64: 'damaged base64',
  nul: 'a NUL character',
};

const MARK = '\xef\xbb\xbf';

/** A text without the byte order mark that it may begin with. @param text one character per octet. */
export function withoutMark(text: string): string {
  return text.startsWith(MARK) ? text.slice(MARK.length) : text;
}

/** A label is any printable text (RFC 7468 §3): `PKCS#11 PROVIDER URI`, `X9.42 DH PARAMETERS`. */
const BEGIN = /-----BEGIN ([!-,.-~](?:[- ]?[!-,.-~])*)-----[ \t\r]*(?:\n|$)/y;
const REST = /[ \t\r]*(?:\n|$)/y;

/** @param text one character per octet. */
export function readPem(text: string): Pem {
  const blocks: PemBlock[] = [];
  const flaws: [kind: PemFlawKind, at: number][] = [];
  const boundary = /-----(?:BEGIN|END)/g;
  for (let match = boundary.exec(text); match !== null; match = boundary.exec(text)) {
    const found = blockAt(text, match.index);
    if ('flaw' in found) flaws.push([found.flaw, match.index]);
    else {
      blocks.push(found.block);
      boundary.lastIndex = found.end;
    }
  }
  // OpenSSL reads no further than the first NUL.
  const nul = text.indexOf('\0');
  if (nul !== -1) flaws.push(['nul', nul]);
  const [first] = flaws;
  return { blocks, flaw: first === undefined ? null : { kind: first[0], line: lineOf(text, first[1]) } };
}

function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

type Reading = { readonly block: PemBlock; readonly end: number } | { readonly flaw: PemFlawKind };

function blockAt(text: string, at: number): Reading {
  if (at === MARK.length && text.startsWith(MARK)) return { flaw: 'byte-order-mark' };
  if (at > 0 && text[at - 1] !== '\n') return { flaw: 'boundary' };
  const label = matchAt(BEGIN, text, at);
  if (label === null) return { flaw: text.startsWith('-----END', at) ? 'unclosed' : 'boundary' };
  const start = BEGIN.lastIndex;
  const close = text.indexOf('-----', start);
  const end = `-----END ${label}-----`;
  if (close === -1 || !text.startsWith(end, close)) return { flaw: 'unclosed' };
  if (text[close - 1] !== '\n' || matchAt(REST, text, close + end.length) === null)
    return { flaw: 'boundary' };
  const block = blockOf(label, text.slice(start, close));
  return typeof block === 'string' ? { flaw: block } : { block, end: REST.lastIndex };
}

/** As OpenSSL wrote keys with a passphrase before PKCS#8. */
const LOCK = /^Proc-Type: 4,ENCRYPTED[ \t\r]*\n(?:[!-9;-~]+: [ -~]*[ \t\r]*\n)*(?=[ \t\r]*\n)/;

function blockOf(label: string, body: string): PemBlock | PemFlawKind {
  const lock = label.endsWith('PRIVATE KEY') ? (LOCK.exec(body)?.[0] ?? '') : '';
  const content = body.slice(lock.length);
  const flaw = contentFlaw(content);
  if (flaw !== null) return flaw;
  const encrypted = lock !== '' || label === 'ENCRYPTED PRIVATE KEY';
  return { label, der: Buffer.from(content, 'base64'), encrypted };
}

/** What the pattern captures there, or `null`; its `lastIndex` is behind the match. */
function matchAt(pattern: RegExp, text: string, at: number): string | null {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  return match === null ? null : (match[1] ?? '');
}

/** RFC 4648 §3.5: bits behind the last octet are zero. OpenSSL and Go read others too, GnuTLS does not. */
const BASE64 = /^[A-Za-z0-9+/]*(?:[A-Za-z0-9+/]|[AQgw]==|[AEIMQUYcgkosw048]=)$/;

function contentFlaw(body: string): PemFlawKind | null {
  const base64 = body.replaceAll(/[ \t\r\n]/g, '');
  if (body.includes(':')) return 'header';
  if (!BASE64.test(base64) || base64.length % 4 !== 0) return 'base64';
  return /(?:^|\n)[ \t\r]*\n/.test(body) && !startsEmpty(body) ? 'empty-line' : null;
}

/**
 * An empty line ends RFC 1421's headers: OpenSSL takes what precedes it for those, so that only the first line may be
 * one, and counts the characters of each line from there on.
 */
function startsEmpty(body: string): boolean {
  return /^[ \t\r]*\n(?:[A-Za-z0-9+/=]{64}[ \t\r]*\n)*(?:[A-Za-z0-9+/=]{1,64}[ \t\r]*\n)?$/.test(body);
}

/** Every block of a text in which all programs read the same. @throws PemError */
export function pemBlocks(text: string): readonly PemBlock[] {
  const { blocks, flaw } = readPem(text);
  if (flaw !== null) throw new PemError(flaw);
  return blocks;
}

/** What stands around a revocation list (RFC 7468 §6). */
export const LIST_LABEL = 'X509 CRL';

/** The PEM text of one block: 64 characters a line, closed by a newline (RFC 7468 §2). */
export function pemText(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
