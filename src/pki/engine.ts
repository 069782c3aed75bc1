/** Who makes keys, requests and certificates: processes of openssl, or node's own OpenSSL inside this one. */
export const ENGINES = ['openssl', 'node'] as const;
/** One of them. */
export type EngineName = (typeof ENGINES)[number];

/** Who made a file: an engine, or another machine, from which it came as an answer. */
export type Maker = EngineName | 'the answer';

/** What can be asked for; `auto` depends on how much there is to do. */
export const ENGINE_CHOICES = ['auto', ...ENGINES] as const;
/** One of those. */
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

/** Whether a value is one of those. */
export function isEngineChoice(value: unknown): value is EngineChoice {
  return ENGINE_CHOICES.some((choice) => choice === value);
}
