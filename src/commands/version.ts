/** The version in package.json, put here by the build. */
declare const PKI_VERSION: string;

export const PROGRAM_VERSION = typeof PKI_VERSION === 'string' ? PKI_VERSION : '0.0.0-source';
