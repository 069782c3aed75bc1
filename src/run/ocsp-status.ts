/** The OCSP responses that `pki ocsp` left in a folder. Reads only. */
import type { Inventory } from '../pki/entity.ts';
import type { Observation } from '../plan/observation.ts';
import { OCSP_TARGET, responsePath } from '../plan/ocsp-files.ts';
import { type ResponseRow, responseRow } from '../plan/status-responses.ts';
import { readOwnFiles } from '../store/export-folder.ts';
import { UserError } from '../words/user-error.ts';
import { unlessDamaged } from '../x509/der.ts';
import { ocspFacts } from '../x509/ocsp-response.ts';
import { answeringBy } from './ocsp-answers.ts';

/**
 * Of each authority that has some there.
 * @param root the output folder, absolute. @param options the folder of the responses, absolute; `now` in seconds since 1970.
 */
export function responseRows(
  root: string,
  inventory: Inventory,
  observation: Observation,
  { folder, now }: { readonly folder: string; readonly now: number },
): readonly ResponseRow[] {
  const files = filesIn(folder);
  if (files.size === 0) return [];
  return answeringBy(root, inventory, observation, now).flatMap(({ authority, answers }) => {
    const found = new Map(
      answers.flatMap(({ serial }) => {
        const der = files.get(responsePath(authority, serial));
        const facts = der && unlessDamaged(() => ocspFacts(der));
        return facts === undefined ? [] : [[serial, facts] as const];
      }),
    );
    return responseRow({ authority, answers, found }, inventory.entities, observation, now) ?? [];
  });
}

/** Another export in that folder is none of ours, and `pki ocsp` says so. */
function filesIn(folder: string): ReadonlyMap<string, Buffer> {
  try {
    return readOwnFiles(folder, OCSP_TARGET);
  } catch (error) {
    if (error instanceof UserError) return new Map();
    throw error;
  }
}
