/** Where a server listens, as users write it. */
import { isIP } from 'node:net';

/** A DNS name or an IP address (without brackets), and a TCP port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

const HOST =
  /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/;
const HTTPS_PORT = 443;

/** `api.example.test:8443`, `127.0.0.1:8443`, `[::1]:8443` or an `https` URL; `undefined` for anything else. */
export function endpointOf(text: string): Endpoint | undefined {
  const [, rest = text, path] = /^https:\/\/([^/?#]+)([/?#].*)?$/i.exec(text) ?? [];
  const isUrl = rest !== text || path !== undefined;
  const [, address, name, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(rest) ?? [];
  const host = address ?? name ?? '';
  const port = digits === undefined && isUrl ? HTTPS_PORT : Number(digits ?? 0);
  const isHost = address === undefined ? isIP(host) === 4 || isName(host) : isIP(host) === 6;
  return isHost && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

/** The same for a server of this program: port 0 is one that the system picks. */
export function listenerOf(text: string): Endpoint | undefined {
  const [, host] = /^(.+):0$/.exec(text) ?? [];
  if (host === undefined) return endpointOf(text);
  const found = endpointOf(`${host}:1`);
  return found && { ...found, port: 0 };
}

/** A name whose last label is a number would be read as an address (RFC 6943 §3.1.1). */
function isName(host: string): boolean {
  return HOST.test(host) && !/(?:^|\.)\d+\.?$/.test(host);
}

/** The form that `endpointOf` reads. */
export function endpointText({ host, port }: Endpoint): string {
  return `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}
