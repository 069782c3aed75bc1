/** Code and message of anything that was thrown. */

/** `ENOENT`, `ERR_OSSL_PEM_NO_START_LINE`: the code of an error of Node or the system; without one, its message. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.message === '' ? 'UNKNOWN' : error.message;
}

/** The message of an error; anything else that was thrown, as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
