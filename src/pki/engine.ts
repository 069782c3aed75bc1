/** Who makes keys, requests and certificates: processes of openssl, or node's own OpenSSL inside this one. */
export const ENGINES = ['openssl', 'node'] as const;
/** One of them. */
export type EngineName = (typeof ENGINES)[number];

/** What can be asked for; `auto` depends on how much there is to do. */
export const ENGINE_CHOICES = ['auto', ...ENGINES] as const;
/** One of those. */
export type EngineChoice = (typeof ENGINE_CHOICES)[number];
