/** Private keys of a run, open in memory: those that it made, and those that it writes in another form. */
import { modeOf } from '../pki/artifact.ts';
import type { Entity } from '../pki/entity.ts';
import { bridgedBy } from '../pki/key-place.ts';
import { makesKey, type Work } from '../plan/change.ts';
import { StepError } from '../store/step-error.ts';
import { parseKey } from '../x509/parse-key.ts';
import type { Run } from './run.ts';

/** The key that an entity has after this change, plain. @throws StepError where it is not as it was asked for. */
export function keyAfter(run: Run, entity: Entity, change: Work): Buffer {
  return makesKey(change) ? stagedKey(run, entity) : run.published.key(bridgedBy(entity) ?? entity.id);
}

function stagedKey({ staging, reader }: Run, entity: Entity): Buffer {
  const opened = reader.keyring.open(entity, staging.read(entity.id, 'key'));
  const isAsked = entity.passphrase === undefined ? 'plain' : 'opened';
  if (opened.state !== 'closed' && opened.state === isAsked) return opened.pem;
  throw new StepError({
    kind: 'made-other-content',
    maker: staging.makerOf(entity.id, 'key'),
    artifact: 'key',
  });
}

/** Stages the same key, encrypted as the manifest states now. */
export function writeLocked({ staging, published, reader }: Run, entity: Entity, { relocks }: Work): void {
  if (!relocks) return;
  const key = published.key(entity.id);
  staging.write(entity.id, 'key', reader.keyring.close(entity, key), modeOf('key'));
  const opened = reader.keyring.open(entity, staging.read(entity.id, 'key'));
  // Like everything that is made, it is read back before it takes the place of the only copy.
  if (opened.state === 'closed' || parseKey(opened.pem).keyId !== parseKey(key).keyId)
    throw new StepError({ kind: 'made-other-content', maker: 'node', artifact: 'key' });
}
