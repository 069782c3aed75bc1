/** Folders that are not safe from other users of the host. */

/** A folder in which someone else may replace files, relative to the output folder, which itself is `.`. */
export interface Exposure {
  readonly folder: string;
  /** The user who may, because the folder is that user's; `null`: all may. */
  readonly uid: number | null;
}
