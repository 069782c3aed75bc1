/** Modes of files that follow from what a manifest says of owners. */
import { describe, expect, it } from 'vitest';
import { closedMode } from '../../src/pki/artifact.ts';
import { type Ownership, statedMode } from '../../src/pki/ownership.ts';

describe('the mode of a key and of what is public', () => {
  it.each<[Ownership, number | null, number | null]>([
    [{}, null, null],
    [{ owner: 'nginx' }, null, null],
    [{ group: 'ssl-cert' }, 0o640, 0o644],
    [{ mode: 0o400 }, 0o400, 0o444],
    [{ mode: 0o440 }, 0o440, 0o444],
    [{ mode: 0o600, group: 'ssl-cert' }, 0o600, 0o644],
    [{ mode: 0o660 }, 0o660, 0o644],
  ])('%j', (stated, key, cert) => {
    expect([statedMode('key', stated), statedMode('cert', stated)]).toEqual([key, cert]);
    expect([statedMode('pkcs12', stated), statedMode('truststore', stated)]).toEqual([key, cert]);
  });
});

describe('what ends what others could do', () => {
  it.each([
    [0o666, false, 0o600],
    [0o640, false, 0o600],
    [0o640, true, 0o640],
    [0o660, true, 0o640],
    [0o600, true, 0o600],
    [0o604, true, 0o600],
  ])('%o of a key, shared: %s', (mode, isShared, closed) => {
    expect(closedMode('key', mode, isShared)).toBe(closed);
    expect(closedMode('cert', mode, isShared)).toBe(0o644);
  });
});
