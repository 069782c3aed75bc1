/** What `openssl verify` said, in one line when all is well. */
import type { CertificateCheck } from '../run/verify.ts';
import type { Style } from './style.ts';

/** Checks that failed, all of them where `verbose`, then a line that sums up; ends with a newline. */
export function certificatesText(
  checks: readonly CertificateCheck[],
  { style, verbose }: { readonly style: Style; readonly verbose: boolean },
): string {
  const bad = checks.filter(({ problem }) => problem !== null);
  const shown = verbose ? checks : bad;
  const lines = shown.map(({ entity, purpose, problem }) =>
    problem === null
      ? `  ${style.good('ok')}  ${entity} (${purpose})`
      : `  ${style.bad('bad')} ${entity} (${purpose}): ${problem}`,
  );
  const count = new Set(checks.map(({ entity }) => entity)).size;
  const summary =
    bad.length === 0
      ? style.good(`certificates: ${count} verified by openssl, RFC 5280 strict`)
      : style.bad(`certificates: ${bad.length} of ${checks.length} checks failed`);
  return `${[...lines, summary].join('\n')}\n`;
}
