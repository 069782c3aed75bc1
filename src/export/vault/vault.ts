/** A manifest as roles and policies of OpenBao or Vault: API calls as a shell script, and Terraform. */
import type { Inventory } from '../../pki/entity.ts';
import { commonName } from '../../pki/subject.ts';
import { type IssuingAuthority, issuingAuthorities } from '../authority.ts';
import { type Exported, type ExportFile, type ExportPlace, jsonFile, plainFile } from '../file.ts';
import { type LeafPolicy, leafPolicies } from '../leaf.ts';
import { issuedElsewhere, omissionOf } from '../leaf-omission.ts';
import type { OmissionCause } from '../omission.ts';
import { signScript } from '../sign-script.ts';
import { CALL_LINES } from './call.ts';
import { mountData, mountOf, tuneData } from './mount.ts';
import { readmeFile } from './readme.ts';
import { keyProblems, policyData, requestData, roleData, roleKey, roleProblems, urlData } from './role.ts';
import { authorityScript, setupScript } from './scripts.ts';
import { terraformFile } from './terraform.ts';

/** Leaves with the authorities that issue them; what would not be exact is left out. */
export function vaultExport(inventory: Inventory, place: ExportPlace): Exported {
  const all = leafPolicies(inventory);
  const omissions = all.flatMap((leaf) => omissionOf(leaf, issuedElsewhere, issuerProblems, roleProblems));
  const left = new Set(omissions.map(({ entity }) => entity));
  const authorities = issuingAuthorities(
    inventory,
    all.filter(({ entity }) => !left.has(entity.id)),
  );
  return {
    omissions,
    files: [
      readmeFile(authorities, omissions),
      setupScript(authorities),
      authorityScript(authorities, place),
      plainFile('call.sh', CALL_LINES),
      terraformFile(authorities),
      ...authorities.flatMap((authority) => authorityFiles(authority, place)),
    ],
  };
}

/** The first reason; one is enough to leave it out. */
function issuerProblems({ issuer }: LeafPolicy): readonly OmissionCause[] {
  return keyProblems(issuer.key).length > 0 ? [{ kind: 'issuer', issuer: issuer.id }] : [];
}

function authorityFiles(authority: IssuingAuthority, place: ExportPlace): readonly ExportFile[] {
  const { entity, slug, above, leaves } = authority;
  const [issuer] = above;
  const signing =
    issuer === undefined
      ? []
      : [
          jsonFile(`keys/${slug}.json`, {
            common_name: commonName(entity.subject) ?? entity.name,
            ...roleKey(entity.key),
          }),
          signScript(`sign-${slug}.sh`, entity, issuer, place),
        ];
  return [
    ...signing,
    jsonFile(`mounts/${slug}.json`, mountData(authority)),
    jsonFile(`tune/${slug}.json`, tuneData(authority)),
    jsonFile(`urls/${slug}.json`, urlData(entity)),
    ...leaves.flatMap((leaf) => [
      jsonFile(`roles/${leaf.slug}.json`, roleData(leaf)),
      jsonFile(`requests/${leaf.slug}.json`, requestData(leaf)),
      jsonFile(`policies/${leaf.slug}.json`, policyData(leaf, mountOf(authority))),
    ]),
  ];
}
