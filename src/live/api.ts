/** One call of an engine by HTTPS, or by HTTP to this machine: JSON there and back, within limits, along no redirect. */
import { request as http } from 'node:http';
import { request as https } from 'node:https';
import { errorCode, messageOf } from '../pki/errors.ts';

/** What is asked. */
export interface ApiCall {
  readonly url: URL;
  /** Sent as JSON; absent: nothing is, and the call is a GET. */
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Roots that its certificate may lead to, PEM. */
  readonly roots: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** What came back, or why nothing did. */
export type ApiAnswer =
  | { readonly ok: true; readonly status: number; readonly body: unknown }
  | { readonly ok: false; readonly detail: string };

const SECONDS = 20;
const MOST = 4 * 1024 * 1024;

/** Never rejects for what a server can do. */
export async function callApi({ url, body, headers, roots, signal }: ApiCall): Promise<ApiAnswer> {
  if (!isSafe(url)) return { ok: false, detail: 'a token goes by HTTPS alone, but to this machine itself' };
  const text = body === undefined ? undefined : JSON.stringify(body);
  const tooLate = AbortSignal.timeout(SECONDS * 1000);
  const options = {
    method: text === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(text === undefined ? {} : { 'Content-Type': 'application/json' }) },
    signal: AbortSignal.any([tooLate, ...(signal === undefined ? [] : [signal])]),
  };
  try {
    return await new Promise<ApiAnswer>((resolve, reject) => {
      const call =
        url.protocol === 'https:' ? https(url, { ...options, ca: [...roots] }) : http(url, options);
      call.on('error', reject);
      call.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('error', reject);
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MOST) call.destroy(new Error('it answers without end'));
          else chunks.push(chunk);
        });
        response.on('end', () =>
          resolve({ ok: true, status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) }),
        );
      });
      call.end(text);
    });
  } catch (error) {
    // Node says only that the call was aborted, and not by what.
    return { ok: false, detail: tooLate.aborted ? `no answer within ${SECONDS} s` : detailOf(error) };
  }
}

/** A token that others can read is theirs. */
function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** What is no JSON is a text. */
function parsed(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Whatever the system calls them. */
const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ENOTFOUND: 'there is no host of that name (ENOTFOUND)',
  EPROTO: 'it does not speak TLS there (EPROTO)',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate has another name (ERR_TLS_CERT_ALTNAME_INVALID)',
};

function detailOf(error: unknown): string {
  const code = errorCode(error);
  if (code === 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' || code === 'SELF_SIGNED_CERT_IN_CHAIN')
    return `its certificate leads to no root that is trusted here (${code})`;
  return code === '' ? messageOf(error) : (FAILURES[code] ?? code);
}
