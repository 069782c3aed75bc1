/** Which build of the program this is. */

/** A digest of its source, inserted by the build. */
declare const PKI_BUILD: string;

/** Another one for any other source; `undefined` from source, which may change from run to run. */
export const BUILD: string | undefined = typeof PKI_BUILD === 'string' ? PKI_BUILD : undefined;
