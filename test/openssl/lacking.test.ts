/** Which algorithm an openssl does not have, from what it says when it is asked for it. */
import { expect, it } from 'vitest';
import { lackingAlgorithm } from '../../src/openssl/capabilities.ts';

const said = (algorithm: string, properties = '<null>') =>
  `Error allocating keygen context
80CBBC781E7F0000:error:0308010C:digital envelope routines:inner_evp_generic_fetch:unsupported:../crypto/evp/evp_fetch.c:386:Global default library context, Algorithm (${algorithm}), Properties (${properties})
`;

it.each([
  ['ED448 : 113', 'ED448'],
  ['id-ecPublicKey : 107', 'id-ecPublicKey'],
  ['ml-dsa-65 : 0', 'ml-dsa-65'],
])('Algorithm (%s) is %s', (text, algorithm) => {
  expect(lackingAlgorithm(said(text))).toBe(algorithm);
  expect(lackingAlgorithm(said(text, 'fips=yes'))).toBe(algorithm);
  expect(lackingAlgorithm(`.+.+\n${said(text)}-----\n`)).toBe(algorithm);
});

it.each([
  ['nothing', ''],
  ['another failure', 'req: Unknown option or message digest: sha256\n'],
  [
    'another thing that is unsupported',
    '80CB:error:1E08010C:DECODER routines:OSSL_DECODER_from_bio:unsupported:x.c:101:\n',
  ],
  [
    'an algorithm that is there',
    '80CB:error:030000E4:digital envelope routines:x:failed:x.c:1:Algorithm (ED448 : 1)\n',
  ],
])('of %s none', (_, stderr) => expect(lackingAlgorithm(stderr)).toBeUndefined());
