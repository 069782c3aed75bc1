/** Which handshakes node cannot play: those with keys that the OpenSSL inside it does not know. */
import { expect, it } from 'vitest';
import { strangeTo } from '../../src/run/strange-to.ts';
import { aClient, anAuthority, aServer } from '../helpers/entities.ts';

const NEW = { algorithm: 'ml-dsa-65' } as const;
const ROOT = anAuthority({ name: 'root' });
const NEW_ROOT = anAuthority({ name: 'new', key: NEW });
const BELOW = anAuthority({ name: 'below', issuer: NEW_ROOT.id });
const PLAIN = aServer({ name: 'plain', issuer: ROOT.id, trust: [ROOT.id] });
const OWN = aServer({ name: 'own', issuer: ROOT.id, trust: [ROOT.id], key: NEW });
const SHOWN = aServer({ name: 'shown', issuer: BELOW.id, trust: [ROOT.id] });
const UNDER = anAuthority({ name: 'under', issuer: ROOT.id, key: NEW });
const BETWEEN = aServer({ name: 'between', issuer: UNDER.id, trust: [ROOT.id] });
const TRUSTING = aClient({ name: 'trusting', issuer: ROOT.id, trust: [ROOT.id, NEW_ROOT.id] });
const CODE = { ...OWN, id: 'certificates/code', kind: 'certificate' } as never;
const ALL = [ROOT, NEW_ROOT, BELOW, UNDER, PLAIN, OWN, SHOWN, BETWEEN, TRUSTING, CODE];

it('are those of an own key, of one that is shown, and of one that is trusted', () => {
  expect(strangeTo('3.0.15', ALL).map(({ name }) => name)).toEqual(['own', 'shown', 'between', 'trusting']);
  expect(strangeTo('3.5.0', ALL)).toEqual([]);
});

it('are looked for among those that are asked for, with all that are above', () => {
  expect(strangeTo('3.0.15', [PLAIN, BETWEEN], ALL).map(({ name }) => name)).toEqual(['between']);
  expect(strangeTo('3.0.15', [PLAIN], ALL)).toEqual([]);
});
