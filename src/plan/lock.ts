/** Whether a private key that stays is encrypted as the manifest states. Pure. */
import type { Entity } from '../pki/entity.ts';
import { isSupposed, type KeyState } from './observation.ts';
import type { Reason } from './reason.ts';

/** Why the same key is to be written in another form; nothing where it is as stated, or where that is not known. */
export function lockReasons(entity: Entity, key: KeyState): readonly Reason[] {
  const { passphrase } = entity;
  // What lies here of a key that is elsewhere is not written again.
  if (entity.keyPlace !== undefined) return [];
  if (key.state !== 'present' || isSupposed(key) || key.lock === 'stated') return [];
  if (passphrase === undefined)
    return key.lock === undefined ? [] : [{ kind: 'passphrase', change: 'decrypt' }];
  return [{ kind: 'passphrase', change: key.lock === undefined ? 'encrypt' : 'change' }];
}
