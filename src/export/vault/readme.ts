/** What to do with an export to OpenBao or Vault: three commands. */
import type { IssuingAuthority } from '../authority.ts';
import { type ExportFile, plainFile } from '../file.ts';
import { leftOutLines } from '../left-out.ts';
import type { Omission } from '../omission.ts';
import { TARGETS } from '../target.ts';
import { mountOf } from './mount.ts';

/** `README.md`. */
export function readmeFile(
  authorities: readonly IssuingAuthority[],
  omissions: readonly Omission[],
): ExportFile {
  return plainFile('README.md', [
    '# Roles for OpenBao or Vault',
    '',
    'Written by `pki export vault`; run that again after a change of the manifest. No file here holds a secret. `setup.sh`',
    'and `authority.sh` use `bao`, `vault` or `curl`, with the address and token that these have in the environment: a token',
    'that may manage mounts, roles and policies. Until there is a key, the engine warns that no default issuer is set.',
    '',
    '```sh',
    './setup.sh',
    ...authorities.flatMap(keyLines),
    ...authorities.slice(0, 1).flatMap(issueLines),
    '```',
    '',
    ...(authorities.some(({ above }) => above.length > 0)
      ? [
          'The key of an authority is made in the engine and never leaves it: `request` writes a request, `sign-NAME.sh` signs it',
          'where the key of its issuer is (on a machine without a network, if you like: it needs openssl and nothing else), and',
          '`install` brings the certificate. Put that certificate into the output folder, too. Or bring the key that is in the',
          'output folder: `./authority.sh import NAME`.',
          '',
        ]
      : []),
    'A role issues one certificate of the manifest: subject, usages and lifetime are fixed. Its policy (`pki-NAME`) fixes the',
    'names as well, each as it is in the manifest; give it to the token, AppRole or certificate of the machine that asks.',
    'Without the policy a role lets its names be left out, and lets a common name that is no host name be another.',
    '',
    '`main.tf` is the same as `setup.sh` for Terraform or OpenTofu; use one of both.',
    '',
    '| entity | role | policy |',
    '| --- | --- | --- |',
    ...authorities.flatMap((authority) =>
      authority.leaves.map(
        ({ entity, slug }) => `| ${entity.id} | ${mountOf(authority)}/sign/${slug} | pki-${slug} |`,
      ),
    ),
    ...leftOutLines(omissions, TARGETS.vault.engine),
  ]);
}

function keyLines({ slug, above }: IssuingAuthority): readonly string[] {
  if (above.length === 0) return [`./authority.sh import ${slug}   # a root: its key goes into the engine`];
  return [
    `./authority.sh request ${slug} ${slug}.csr`,
    `./sign-${slug}.sh ${slug}.csr ${slug}.pem   # where the key of its issuer is`,
    `./authority.sh install ${slug} ${slug}.pem`,
  ];
}

function issueLines(authority: IssuingAuthority): readonly string[] {
  return authority.leaves
    .slice(0, 1)
    .map(
      ({ slug }) =>
        `bao write -field=certificate ${mountOf(authority)}/sign/${slug} @requests/${slug}.json csr=@csr.pem`,
    );
}
