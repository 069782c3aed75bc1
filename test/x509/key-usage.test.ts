/** What keys may do: which usages of other tools are as good. */
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/pki/entity.ts';
import { KEY_USAGES, type KeyUsage } from '../../src/pki/key-usage.ts';
import { keyUsage } from '../../src/x509/extensions/key-usage.ts';
import { aServer } from '../helpers/entities.ts';

const SIGNS = ['digitalSignature'] as const;
const WRAPS = ['digitalSignature', 'keyEncipherment'] as const;

const wanted = (entity: Entity) => keyUsage.wanted({ entity } as never);

it('usages that are stated are these exactly, and have to be there', () => {
  expect(wanted(aServer({ keyUsage: ['keyAgreement'] }))).toMatchObject({
    presence: 'required',
    value: ['keyAgreement'],
    exactly: true,
  });
});

describe('usages of another tool', () => {
  const LEAF_ONLY = ['keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'] as const;

  it.each(KEY_USAGES)('a leaf may have %s beside its own, unless that makes it more', (usage) => {
    const isMore = (LEAF_ONLY as readonly string[]).includes(usage);
    expect(keyUsage.matches([...SIGNS, usage], SIGNS)).toBe(!isMore);
  });

  it.each(KEY_USAGES)('an authority may have %s beside keyCertSign', (usage) => {
    expect(keyUsage.matches(['keyCertSign', usage], ['keyCertSign', 'cRLSign'])).toBe(true);
  });

  it.each<[readonly KeyUsage[], readonly KeyUsage[]]>([
    [SIGNS, WRAPS],
    [['keyEncipherment'], WRAPS],
    [[], SIGNS],
    [['cRLSign'], ['keyCertSign', 'cRLSign']],
    [[], ['keyCertSign', 'cRLSign']],
  ])('%j is too little for %j', (found, needed) => expect(keyUsage.matches(found, needed)).toBe(false));
});
