/** What an earlier run began to put in place, and did not finish. */
import type { EntityId } from '../../pki/entity.ts';
import { COMMIT_FOLDER } from '../../pki/paths.ts';
import type { OutputFolder } from '../output-folder.ts';
import { discard } from './discard.ts';
import { idOf } from './pending.ts';
import { MARK, rollForward } from './roll-forward.ts';

/**
 * Finishes it. Resolves to the entities concerned.
 * @param failed called with each error of a commit that still cannot be finished; without it, the error is thrown.
 */
export async function recover(
  output: OutputFolder,
  failed?: (id: EntityId, error: unknown) => void,
): Promise<readonly EntityId[]> {
  const recovered: EntityId[] = [];
  for (const name of commits(output)) {
    try {
      recovered.push(await finish(output, name));
    } catch (error) {
      if (failed === undefined) throw error;
      failed(idOf(name), error);
    }
  }
  return recovered;
}

/** Forward, unless a run was ended while it gave the commit up. */
async function finish(output: OutputFolder, name: string): Promise<EntityId> {
  using waiting = output.enter(`${COMMIT_FOLDER}/${name}`);
  if (waiting.lookAt(MARK) === undefined) return rollForward(output, name);
  await discard(output, name);
  return idOf(name);
}

function commits(output: OutputFolder): readonly string[] {
  using folder = output.enterIfThere(COMMIT_FOLDER);
  return folder?.list() ?? [];
}
