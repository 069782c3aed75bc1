/** What is worth knowing of what stays as it is, in words. */
import { unreachable } from '../pki/entity.ts';
import { visible } from '../pki/printable.ts';
import type { Remark } from '../plan/remark.ts';

/** A sentence of its own, free of control characters. */
export function remarkText(remark: Remark): string {
  switch (remark.kind) {
    case 'renamed': {
      const { before, after } = remark.reason;
      return visible(`${remark.entity}: the next renewal changes its subject: ${before} → ${after}`);
    }
    case 'zero-serial':
      return `${remark.entity}: its serial number is zero, which RFC 5280 forbids and verifiers take in a root`;
    case 'shared-key': {
      const [first, ...others] = remark.entities;
      return `one private key serves ${remark.entities.join(', ')}: "pki rotate ${others.join(' ') || first}" gives each its own`;
    }
    default:
      return unreachable(remark);
  }
}
