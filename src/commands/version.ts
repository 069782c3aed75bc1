/** The version in package.json, inserted by the build. */
declare const PKI_VERSION: string;

/** `1.2.3`, as `pki --version` prints it; `0.0.0-source` from source. */
export const PROGRAM_VERSION = typeof PKI_VERSION === 'string' ? PKI_VERSION : '0.0.0-source';
