/** `ECONNRESET`, `ERR_OSSL_PEM_NO_START_LINE`: the code of whatever Node threw or emitted. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.message === '' ? 'UNKNOWN' : error.message;
}
