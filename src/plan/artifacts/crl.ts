/** `crl.pem` of an authority: what it revoked. */
import { type CrlFacts, crlBlocks, crlFacts } from '../../x509/crl.ts';
import type { Fingerprint } from '../../x509/facts.ts';
import { readable } from '../../x509/parse.ts';
import { sha256 } from '../../x509/public-key.ts';
import type { ListRule } from './rule.ts';

/** What a list says, with numbers as decimal texts: they may have 20 octets, and facts go into JSON. */
export interface ListFacts extends Omit<CrlFacts, 'number' | 'deltaOf'> {
  readonly number: string | null;
  readonly fingerprint: Fingerprint;
}

/** One list, of the authority itself. */
export const crl: ListRule<ListFacts> = {
  by: 'list',
  read(bytes) {
    const [der, ...more] = crlBlocks(bytes);
    if (der === undefined) throw new Error('holds no revocation list');
    if (more.length > 0) throw new Error('holds several revocation lists');
    const { number, deltaOf, ...facts } = readable('revocation list', () => crlFacts(der));
    if (deltaOf !== null) throw new Error('holds a list that only adds to another one');
    return { ...facts, number: number === null ? null : `${number}`, fingerprint: sha256(der) };
  },
};
