/** `crl` of an authority: the list of what it revoked, and where that is. */
import * as z from 'zod';
import type { RenewBefore } from '../pki/renewal.ts';
import type { CrlSettings } from '../pki/revocation.ts';
import { renewBefore, validity } from './fields.ts';
import { checkRenewal } from './list-terms.ts';
import { wanted } from './problem.ts';
import { urls } from './url.ts';

/** A month: long enough for those who run apply by hand, and short enough that a forgotten one is noticed. */
const VALIDITY = 30 * 86_400;
const RENEW_BEFORE: RenewBefore = { kind: 'share', share: 1 / 3 };

const map = z.strictObject(
  {
    url: urls.meta({ description: 'Where it is: one URL, or several for the same.' }).optional(),
    validity: validity
      .meta({ description: 'How long a list is good for; 30d by default.', default: '30d' })
      .optional(),
    renewBefore: renewBefore
      .meta({
        description: 'When apply makes the next list: by default a third of its validity before the end.',
      })
      .optional(),
  },
  wanted('true, or a map such as { validity: 7d, renewBefore: 2d }'),
);

/** The keys of such a map. */
export const CRL_KEYS: readonly string[] = Object.keys(map.shape);

type Said = z.output<typeof map>;

/** A `url` alone is that of a list which is made elsewhere, as it was before lists were made here. */
export const crl = z.union([
  z
    .literal(true, wanted('true, or a map such as { validity: 7d, renewBefore: 2d }'))
    .transform((): CrlSettings => settingsOf({})),
  map
    .superRefine((said, context) => {
      checkRenewal(said, settingsOf(said).list, 'the list', context);
    })
    .transform(settingsOf),
]);

function settingsOf(said: Said): CrlSettings {
  const url = said.url ?? [];
  const isElsewhere = said.url !== undefined && said.validity === undefined && said.renewBefore === undefined;
  if (isElsewhere) return { url };
  return {
    url,
    list: { validity: said.validity ?? VALIDITY, renewBefore: said.renewBefore ?? RENEW_BEFORE },
  };
}
