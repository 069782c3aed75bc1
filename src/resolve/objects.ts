/** Objects of Kubernetes: each has a name that Kubernetes takes, and none replaces another in the cluster. */
import type { Report } from '../manifest/report.ts';
import { isDnsSubdomain, isObject, metadataOf, type ObjectArtifact, objectName } from '../pki/kubernetes.ts';
import { quote } from '../pki/printable.ts';
import { type Draft, draftText } from './draft.ts';

/** Errors at the `outputs` that ask for them. */
export function checkObjects(drafts: readonly Draft[], report: Report): void {
  const owners = new Map<string, Draft>();
  for (const draft of drafts)
    for (const artifact of draft.settings.outputs.files.filter(isObject)) {
      checkName(draft, artifact, report);
      const place = placeOf(draft, artifact);
      const owner = owners.get(place);
      if (owner !== undefined) refuseSecond(draft, artifact, owner, report);
      owners.set(place, owner ?? draft);
    }
}

/** One that is stated is checked where it stands (manifest/kubernetes.ts). */
function checkName(draft: Draft, artifact: ObjectArtifact, report: Report): void {
  const { name } = metadataOf(draft.settings.outputs, artifact);
  if (name !== undefined || isDnsSubdomain(draft.name)) return;
  report.error({
    code: 'artifact',
    at: draft.at('outputs'),
    message: `${draftText(draft)} cannot give its name to a ${artifact} of Kubernetes`,
    hint: `name it: "${artifact}: { name: … }", in lower-case letters, digits and "-"`,
  });
}

/** Of all that a cluster has, by kind, namespace and name. */
function placeOf(draft: Draft, artifact: ObjectArtifact): string {
  const metadata = metadataOf(draft.settings.outputs, artifact);
  return `${artifact} ${metadata.namespace ?? ''}/${objectName(draft.name, metadata)}`;
}

function refuseSecond(draft: Draft, artifact: ObjectArtifact, owner: Draft, report: Report): void {
  const name = objectName(draft.name, metadataOf(draft.settings.outputs, artifact));
  report.error({
    code: 'artifact',
    at: draft.at('outputs'),
    message: `the ${artifact} ${quote(name)} of ${draftText(draft)} would replace that of ${draftText(owner)}`,
    hint: `name it: "${artifact}: { name: … }", or give it another namespace`,
    // Inherited, both stand in the same place.
    related: isSamePlace(draft, owner) ? [] : [{ at: owner.at('outputs'), message: 'first used here' }],
  });
}

function isSamePlace(a: Draft, b: Draft): boolean {
  return a.at('outputs').start === b.at('outputs').start;
}
