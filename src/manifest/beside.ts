/** Settings that name a file beside the manifest, below its folder, or elsewhere where the command line allows that. */
import * as z from 'zod';
import { quote } from '../pki/printable.ts';
import type { DiagnosticCode } from './diagnostic.ts';
import { type Parsed, parsed, refused, using, wanted } from './problem.ts';
import { pathFault } from './secret-source.ts';

/** @param code of its mistakes. @param setting that names it. @param what is asked for. @param example of a path. */
function besideManifest(code: DiagnosticCode, setting: string, what: string, example: string) {
  const hint = `name a file below the folder of the manifest, such as ${quote(example)}`;
  const parse = (path: string): Parsed<string> => {
    const why = pathFault(path);
    return why === undefined ? parsed(path) : refused(code, `${setting} ${quote(path)} ${why}`, hint);
  };
  return z
    .string(wanted(what, hint))
    .meta({
      pattern: '^(?![A-Za-z]:)(?!(.*/)?\\.\\.(/|$))[^\\u0000-\\u001f\\u007f\\\\]+$',
      maxLength: 1024,
    })
    .transform(using(parse));
}

/** `certificate: anchors/corp.pem`: an authority of which only certificates are here. What is in it is for resolve/ to say. */
export const anchor = besideManifest(
  'anchor',
  'certificate',
  'the path of a file of certificates',
  'anchors/corp.pem',
);

/** `request: partner.csr`: a certification request whose key is elsewhere. What is in it is for resolve/ to say. */
export const request = besideManifest(
  'request',
  'request',
  'the path of a certification request',
  'requests/partner.csr',
);
