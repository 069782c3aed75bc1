/** A kind of key as a manifest spells it. */
import { KEY_NAMES, parseRsaSize } from '../manifest/key.ts';
import type { SettingText } from '../manifest/setting-values.ts';

/** @param spec as in facts. @returns `undefined` for a kind that no manifest has. */
export function keyText(spec: string): SettingText<'key'> | undefined {
  if (KEY_NAMES.includes(spec)) return spec;
  const size = Number(/^rsa-(\d+)$/.exec(spec)?.[1]);
  return Number.isInteger(size) && parseRsaSize(size).ok ? { algorithm: 'rsa', size } : undefined;
}
