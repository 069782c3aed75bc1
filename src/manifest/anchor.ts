/** `certificate: anchors/corp.pem`: an authority of which only certificates are here. */
import * as z from 'zod';
import { quote } from '../pki/printable.ts';
import { type Parsed, parsed, refused, using, wanted } from './problem.ts';
import { pathFault } from './secret-source.ts';

const HINT = 'name a file below the folder of the manifest, such as "anchors/corp.pem"';

/** A path relative to the manifest; what is in the file is for resolve/ to say. */
export const anchor = z
  .string(wanted('the path of a file of certificates', HINT))
  .meta({
    pattern: '^(?!/)(?![A-Za-z]:)(?!(.*/)?\\.\\.(/|$))[^\\u0000-\\u001f\\u007f\\\\]+$',
    maxLength: 1024,
  })
  .transform(using(parseAnchorPath));

function parseAnchorPath(path: string): Parsed<string> {
  const why = pathFault(path);
  return why === undefined ? parsed(path) : refused('anchor', `certificate ${quote(path)} ${why}`, HINT);
}
