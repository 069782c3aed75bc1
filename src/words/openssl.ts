/** Why an openssl cannot be used, and where to get another. */
import type { OpensslFault } from '../openssl/capabilities.ts';
import { unreachable } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import type { Advice } from './advice.ts';

const INSTALL =
  'install OpenSSL 3: "apt install openssl", "dnf install openssl", "apk add openssl", "brew install openssl@3"; or name it in PKI_OPENSSL';

/** Free of control characters, whatever the program printed. */
export function opensslText(fault: OpensslFault): Advice {
  const hint =
    fault.kind === 'no-ml-dsa'
      ? 'name an OpenSSL 3.5 or later in PKI_OPENSSL, or give another key in the manifest'
      : INSTALL;
  return { problem: problemOf(fault), hint };
}

function problemOf(fault: OpensslFault): string {
  const { binary } = fault;
  switch (fault.kind) {
    case 'no-version':
      return `"openssl version" printed "${visible(fault.printed)}", which names no version (${binary})`;
    case 'not-openssl':
      return `${fault.version} is not OpenSSL, and differs from it where it matters (${binary})`;
    case 'too-old':
      return `${fault.version} is too old: 3.0 is the oldest that works (${binary})`;
    case 'no-ml-dsa':
      return `${fault.version} has no ${fault.key}, the key of ${fault.entity}: OpenSSL 3.5 is the oldest that does (${binary})`;
    case 'broken':
      return `"${binary}" does not work: ${fault.problem}${fault.words === '' ? '' : `, saying "${fault.words}"`}`;
    case 'missing':
      return `"${binary}" was not found or cannot be run`;
    default:
      return unreachable(fault);
  }
}
