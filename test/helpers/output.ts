/** The output folder as a run has it: open. */
import { OutputFolder } from '../../src/store/output-folder.ts';

/** Opens it for as long as `work` takes. */
export async function through<T>(root: string, work: (output: OutputFolder) => T | Promise<T>): Promise<T> {
  using output = await OutputFolder.open(root);
  return await work(output);
}
