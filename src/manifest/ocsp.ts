/** `ocsp` of an authority: answers about what it signed, and where these are. */
import * as z from 'zod';
import type { OcspSettings } from '../pki/certificate-status.ts';
import type { RenewBefore } from '../pki/renewal.ts';
import { renewBefore, validity } from './fields.ts';
import { checkRenewal } from './list-terms.ts';
import { wanted } from './problem.ts';
import { urls } from './url.ts';

/** Clients keep an answer for as long as it is good, and do not hear of a revocation before: a week. */
const VALIDITY = 7 * 86_400;
const RENEW_BEFORE: RenewBefore = { kind: 'share', share: 1 / 3 };

const FORM = 'true, or a map such as { url: "http://ocsp.example.test" }';

const map = z.strictObject(
  {
    url: urls.meta({ description: 'Where it is: one URL, or several for the same.' }).optional(),
    validity: validity
      .meta({
        description: 'How long a response of `pki ocsp` is good for; 7d by default.',
        default: '7d',
      })
      .optional(),
    renewBefore: renewBefore
      .meta({
        description: 'When `pki ocsp` signs the next one: by default a third of its validity before the end.',
      })
      .optional(),
  },
  wanted(FORM),
);

/** The keys of such a map. */
export const OCSP_KEYS: readonly string[] = Object.keys(map.shape);

/** Who answers there is another matter: `pki ocsp`, or a responder that is no part of this. */
export const ocsp = z.union([
  z.literal(true, wanted(FORM)).transform((): OcspSettings => settingsOf({})),
  map
    .superRefine((said, context) => {
      checkRenewal(said, settingsOf(said).terms, 'a response', context);
    })
    .transform(settingsOf),
]);

function settingsOf(said: z.output<typeof map>): OcspSettings {
  return {
    url: said.url ?? [],
    terms: { validity: said.validity ?? VALIDITY, renewBefore: said.renewBefore ?? RENEW_BEFORE },
  };
}
