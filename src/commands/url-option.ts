/** Where an engine is, as an option says it. */

/** `undefined` for what is no address by HTTP. */
export function urlIn(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return ['https:', 'http:'].includes(url?.protocol ?? '') ? url : undefined;
}
