/** Where OCSP responses are in a folder for a web server, and how it finds the one that is asked for. Pure. */
import type { Entity, EntityId } from '../pki/entity.ts';
import { readAll } from '../x509/der.ts';
import { encodeOcspRequest } from '../x509/ocsp-request.ts';
import { ocspFacts } from '../x509/ocsp-response.ts';
import { answersOcsp } from './ocsp.ts';

/** Where they are, below the output folder, unless `pki ocsp` is asked for another folder. */
export const OCSP_FOLDER = 'ocsp';

/** What the list of that folder calls its content. */
export const OCSP_TARGET = 'ocsp';

/** The response about one certificate of an authority. */
export function responsePath({ id }: Pick<Entity, 'id'>, serial: string): string {
  return `${id}/${serial}.der`;
}

/** The response about the certificate that an entity has now, for its server to staple. */
export function staplePath(id: EntityId): string {
  return `${id}.der`;
}

/** The questions that clients ask by GET, each with its file. */
export const MAP_FILE = 'requests.map';

const HEADER = `# Which file answers which question (RFC 6960 appendix A.1: GET with the request in base64), for a "map" of nginx:
#   map $uri $ocsp_file { include .../requests.map; }
`;

/** Lines for a `map` of nginx, by path as nginx has it: decoded, and with one slash for several. */
export function mapText(entities: readonly Entity[], files: ReadonlyMap<string, Buffer>): string {
  const lines = entities.filter(answersOcsp).flatMap((authority) => {
    const folder = `${authority.id}/`;
    const own = [...files].filter(([path]) => path.startsWith(folder));
    return pathsOf(authority.ocsp.url).flatMap((prefix) =>
      own.map(([path, der]) => `"${askedPath(prefix, der)}" "/${path}";`),
    );
  });
  return `${HEADER}${lines
    .sort()
    .map((line) => `${line}\n`)
    .join('')}`;
}

/** What stands before questions in the path of a URL; the longest first, and `` in any case. */
export function askedPrefixes(entities: readonly Entity[]): readonly string[] {
  const paths = entities.filter(answersOcsp).flatMap(({ ocsp: { url } }) => pathsOf(url));
  return [...new Set([...paths.map((path) => path.replace(/\/+$/, '')), ''])].sort(
    (a, b) => b.length - a.length,
  );
}

/** The paths of its URLs, and `/` where it has none. */
function pathsOf(urls: readonly string[]): readonly string[] {
  const paths = urls.map((url) => /^[^/]*\/\/[^/?#]*([^?#]*)/.exec(url)?.[1] ?? '');
  return [...new Set(paths.length === 0 ? [''] : paths)];
}

function askedPath(prefix: string, der: Buffer): string {
  const { certId } = ocspFacts(der);
  const request = encodeOcspRequest(readAll(Buffer.from(certId, 'hex')).bytes).toString('base64');
  return `${prefix}/${request}`.replace(/\/+/g, '/');
}
