/** A Secret that SOPS has sealed: only the values of its data are closed, and an annotation says what they were. */
import { yamlObject } from '../../manifest/yaml-object.ts';
import { MARK } from './objects.ts';

/** What `sops` closes, whatever the rules of its user. */
export const SEALED_KEYS = '^(data|stringData)$';

/** The digest of what is in a sealed Secret; absent: it is none of ours, or not sealed. */
export function sealMark(text: string): string | undefined {
  const object = yamlObject(text);
  if (object === undefined || mapOf(object['sops']) === undefined) return undefined;
  const values = Object.values(mapOf(object['data']) ?? {});
  const isSealed = values.length > 0 && values.every((value) => String(value).startsWith('ENC['));
  return isSealed ? markIn(text) : undefined;
}

/** The same of one that is open. */
export function markIn(text: string): string | undefined {
  const mark = mapOf(mapOf(yamlObject(text)?.['metadata'])?.['annotations'])?.[MARK];
  return typeof mark === 'string' ? mark : undefined;
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}
