/** A kind of key as a manifest spells it. */
import { KEY_NAMES, parseRsaSize } from '../manifest/key.ts';
import type { SettingText } from '../manifest/setting-values.ts';

/** @param spec as in facts. @returns `undefined` for a kind that no manifest has. */
export function keyText(spec: string): SettingText<'key'> | undefined {
  if (KEY_NAMES.includes(spec)) return spec;
  const [, pss, bits] = /^rsa-(pss-)?(\d+)$/.exec(spec) ?? [];
  const size = Number(bits);
  if (!Number.isInteger(size) || !parseRsaSize(size).ok) return undefined;
  return { algorithm: pss === undefined ? 'rsa' : 'rsa-pss', size };
}
