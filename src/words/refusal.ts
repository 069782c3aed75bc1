/** Why a plan will not touch an entity, and what its owner can do about it. */
import { ARTIFACTS } from '../pki/artifact.ts';
import { unreachable } from '../pki/entity.ts';
import { COMMIT_FOLDER } from '../pki/paths.ts';
import type { Refusal } from '../plan/blockage.ts';
import type { Advice } from './advice.ts';
import { blockageHint, blockageText } from './blockage.ts';

/** Both as `pki-plan` of docs/json.md has them. */
export function refusalText(refusal: Refusal): Advice {
  switch (refusal.kind) {
    case 'blocked':
      return {
        problem: `"${refusal.path}" ${blockageText(refusal.cause)}`,
        hint: blockageHint(refusal.path, refusal.cause),
      };
    case 'encrypted':
      return {
        problem: `"${refusal.path}" is encrypted, and this version cannot open encrypted keys`,
        hint: 'decrypt it yourself with "openssl pkey -in KEY -out PLAIN", or move it away to have a new key made',
      };
    case 'renamed-links':
      return {
        problem: `the ${ARTIFACTS[refusal.artifact].file} of ${refusal.entity} is behind links, which cannot be renamed in their folder`,
        hint: 'give the entry another "folder" together with its new "files"',
      };
    case 'unfinished':
      return {
        problem: `the new files of ${refusal.entity} cannot be put in place: ${refusal.why}`,
        hint: `fix the cause and run again; or give the new files up, which are below "${COMMIT_FOLDER}": "pki recover --discard ${refusal.entity}"`,
      };
    default:
      return unreachable(refusal);
  }
}
