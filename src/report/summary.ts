/** What a first certificate will say, below its row of the plan. */
import { visible } from '../pki/printable.ts';
import type { CertificateSummary, ExtensionSummary } from '../plan/summary.ts';
import { few } from '../words/few.ts';
import { ownerText } from '../words/owner.ts';

/** A summary of a first certificate; later ones are described by their reasons. */
export function summaryLines(summary: CertificateSummary): readonly string[] {
  const { subject, san, key, issuer, usages, profile, extensions } = summary;
  const stated = extensions.filter(({ name }) => name !== 'basicConstraints');
  const by = profile === null ? '' : ` (profile ${profile})`;
  return [
    visible(ownerText(subject, san)),
    `${key}, ${issuer === null ? 'self-signed' : `issued by ${issuer}`}; ${usages.join(', ')}${by}`,
    ...pathLengthOf(extensions).map((limit) => `pathLength: ${limit}`),
    ...stated.map(({ name, items }) =>
      visible(`${name}: ${few(items.map((item) => withoutName(item, name)))}`),
    ),
  ];
}

/** That one is an authority, its name says. How many may stand below it, nothing else does. */
function pathLengthOf(extensions: readonly ExtensionSummary[]): readonly string[] {
  return extensions.flatMap(({ name, items }) => (name === 'basicConstraints' ? items.slice(1) : []));
}

/** A private extension's value names its OID, as reasons do (`1.2.3 utf8 rack 12`); the line begins with it. */
function withoutName(item: string, name: string): string {
  return item.startsWith(`${name} `) ? item.slice(name.length + 1) : item;
}
