/**
 * The same mounts, roles and policies for Terraform and OpenTofu (provider hashicorp/vault). The data stays in the files of
 * JSON that the scripts use: there is one truth, and no value of a manifest is in HCL, but for paths made of slugs.
 */
import type { IssuingAuthority } from '../authority.ts';
import { type ExportFile, plainFile } from '../file.ts';
import { mountOf } from './mount.ts';

/** `main.tf`. */
export function terraformFile(authorities: readonly IssuingAuthority[]): ExportFile {
  return plainFile('main.tf', [
    '# The same as setup.sh, for those who keep OpenBao or Vault by Terraform or OpenTofu. Use one of both.',
    'terraform {',
    '  required_providers {',
    '    vault = {',
    '      source = "hashicorp/vault"',
    '    }',
    '  }',
    '}',
    ...authorities.flatMap(mountBlocks),
  ]);
}

function mountBlocks(authority: IssuingAuthority): readonly string[] {
  const { slug, leaves } = authority;
  const reference = `vault_mount.${label(slug)}.path`;
  return [
    ...block('vault_mount', slug, [
      `path                  = ${hclText(mountOf(authority))}`,
      'type                  = "pki"',
      `max_lease_ttl_seconds = ${leaves.reduce((most, { ttl }) => Math.max(most, ttl), 1)}`,
    ]),
    ...endpoint(`urls-${slug}`, `${reference}}/config/urls`, `urls/${slug}.json`),
    ...leaves.flatMap((leaf) => [
      ...endpoint(leaf.slug, `${reference}}/roles/${leaf.slug}`, `roles/${leaf.slug}.json`),
      ...block('vault_policy', leaf.slug, [
        `name   = ${hclText(`pki-${leaf.slug}`)}`,
        `policy = ${fileText(`policies/${leaf.slug}.json`)}`,
      ]),
    ]),
  ];
}

/** @param path after the `${` that makes it depend on its mount. */
function endpoint(name: string, path: string, file: string): readonly string[] {
  return block('vault_generic_endpoint', name, [
    `path                 = "\${${path}"`,
    `data_json            = ${fileText(file)}`,
    'disable_delete       = true',
    'ignore_absent_fields = true',
  ]);
}

function block(type: string, name: string, lines: readonly string[]): readonly string[] {
  return ['', `resource "${type}" "${label(name)}" {`, ...lines.map((line) => `  ${line}`), '}'];
}

/** Begins with a letter, as Terraform has it. */
function label(slug: string): string {
  return `pki_${slug}`;
}

function fileText(path: string): string {
  return `file("\${path.module}/${path}")`;
}

/** A string of HCL: besides what JSON escapes, `\${` and `%{` begin templates. */
function hclText(text: string): string {
  return JSON.stringify(text).replace(/[$%](?=\{)/g, '$&$&');
}
