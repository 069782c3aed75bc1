/** RFC 5280 §4.2.1.9: how many authorities may stand below one that limits it. */
import type { Report } from '../manifest/report.ts';
import { quote } from '../pki/printable.ts';
import { type AuthorityDraft, draftText } from './draft.ts';
import type { Hierarchy } from './hierarchy.ts';

/** How many more authorities may follow, and whose path length says so. */
interface Allowance {
  readonly left: number;
  readonly limiter: AuthorityDraft;
}

function ownAllowance(authority: AuthorityDraft): Allowance {
  return { left: authority.settings.pathLength ?? Number.POSITIVE_INFINITY, limiter: authority };
}

function reportTooDeep(authority: AuthorityDraft, { limiter }: Allowance, report: Report): void {
  const length = limiter.settings.pathLength ?? 0;
  const allowed =
    length === 0 ? 'no authority' : `only ${length} level${length === 1 ? '' : 's'} of authorities`;
  report.error({
    code: 'path-length',
    about: draftText(authority),
    at: authority.at('issuer'),
    message: `${draftText(authority)} is too deep: pathLength ${length} of ${quote(limiter.name)} allows ${allowed} below it`,
    hint: `raise the pathLength of ${quote(limiter.name)}, or let another authority sign ${quote(authority.name)}`,
    related: [{ at: limiter.at('pathLength'), message: 'the path length' }],
  });
}

/** Reports each authority that stands deeper than an ancestor allows; what is below it is not reported again. */
export function checkPathLengths(hierarchy: Hierarchy, report: Report): void {
  const allowances = new Map<AuthorityDraft, Allowance>();
  for (const { authority, issuer } of hierarchy.order) {
    const above = issuer === null ? undefined : allowances.get(issuer);
    const own = ownAllowance(authority);
    if (above === undefined || above.left === 0) {
      if (above) reportTooDeep(authority, above, report);
      allowances.set(authority, own);
    } else {
      const rest = { left: above.left - 1, limiter: above.limiter };
      allowances.set(authority, own.left <= rest.left ? own : rest);
    }
  }
}
