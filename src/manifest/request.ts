/** `request: partner.csr`: a certification request whose key is elsewhere. */
import * as z from 'zod';
import { quote } from '../pki/printable.ts';
import { type Parsed, parsed, refused, using, wanted } from './problem.ts';
import { pathFault } from './secret-source.ts';

const HINT = 'name a file below the folder of the manifest, such as "requests/partner.csr"';

/** A path relative to the manifest; what is in the file is for resolve/ to say. */
export const request = z
  .string(wanted('the path of a certification request', HINT))
  .meta({
    pattern: '^(?!/)(?![A-Za-z]:)(?!(.*/)?\\.\\.(/|$))[^\\u0000-\\u001f\\u007f\\\\]+$',
    maxLength: 1024,
  })
  .transform(using(parseRequestPath));

function parseRequestPath(path: string): Parsed<string> {
  const why = pathFault(path);
  return why === undefined ? parsed(path) : refused('request', `request ${quote(path)} ${why}`, HINT);
}
