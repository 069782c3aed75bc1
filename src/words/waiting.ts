/** What waits for a key on another machine, in words. */
import type { EntityId } from '../pki/entity.ts';
import type { Waiting } from '../plan/change.ts';
import type { Advice } from './advice.ts';

/** Whose key is awaited, and how it comes to sign. */
export function waitingText(
  id: EntityId,
  { on, elsewhere, shows, places }: Pick<Waiting, 'on' | 'elsewhere' | 'shows' | 'places'>,
): Advice {
  const owner = shows ? on : id;
  const { cert, key } = places ?? { cert: `${owner}/cert.pem`, key: `${owner}/key.pem` };
  if (elsewhere)
    return {
      problem: `"${id}" waits for a certificate of "${on}", of which only the certificate is here`,
      hint: `have it issued there, and put it in place as "${cert}", with the chain behind it, and its key as "${key}"`,
    };
  if (on === id)
    return {
      problem: `"${id}" waits for the machine that has its key, where its certificate is made`,
      hint: `make it there, and put it in place as "${cert}"`,
    };
  if (shows)
    return {
      problem: `"${id}" waits for the certificate of "${on}", which shows the key that it is for`,
      hint: `make it where that key is, and put it in place as "${cert}"`,
    };
  return {
    problem: `"${id}" waits for "${on}", whose key is offline`,
    hint: 'run "pki request FOLDER", take the folder to the machine that has the key, and bring it back to "pki import FOLDER"',
  };
}

/** The same in a plan, where the entity is named already. */
export function awaitedText(id: EntityId, { on, elsewhere, shows, serves }: Waiting): string {
  if (elsewhere) return `waits for a certificate that ${on} issues elsewhere${serves ? STAYS : ''}`;
  if (shows) return `waits for the certificate of ${on}${serves ? STAYS : ''}`;
  const text = on === id ? 'waits for the machine that has its key' : `waits for ${on}, whose key is offline`;
  return `${text}${serves ? STAYS : ''}`;
}

const STAYS = '; until then its certificate stays';
