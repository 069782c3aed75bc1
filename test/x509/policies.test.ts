/** Which chains lack a policy: decided here as openssl decides it. */
import { spawnSync } from 'node:child_process';
import { beforeAll, expect, it } from 'vitest';
import { lacksPolicy, type PolicyTerms } from '../../src/x509/policies.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { opensslSync } from '../helpers/openssl.ts';

const folder = temporaryFolder();
const ANY = '2.5.29.32.0';

/** One certificate: its policies, and its two demands. */
const terms = (
  own: readonly string[],
  explicitAfter: number | null = null,
  inhibitAfter: number | null = null,
) => ({
  own,
  explicitAfter,
  inhibitAfter,
  maps: false,
});

function sign(name: string, issuer: string | null, { own, explicitAfter, inhibitAfter }: PolicyTerms): void {
  const config = [
    '[req]\nprompt = no\ndistinguished_name = name\nx509_extensions = ext\n[name]',
    `CN = ${name}\n[ext]`,
    `basicConstraints = critical,CA:${name === 'leaf' ? 'FALSE' : 'TRUE'}`,
    ...(own.length === 0 ? [] : [`certificatePolicies = ${own.join(',')}`]),
    ...(explicitAfter === null
      ? []
      : [`policyConstraints = critical,requireExplicitPolicy:${explicitAfter}`]),
    ...(inhibitAfter === null ? [] : [`inhibitAnyPolicy = critical,${inhibitAfter}`]),
  ];
  const by = issuer === null ? [] : ['-CA', `${issuer}.pem`, '-CAkey', 'key.pem'];
  const args = [
    'req',
    '-x509',
    '-new',
    '-batch',
    '-config',
    '-',
    '-key',
    'key.pem',
    ...by,
    '-out',
    `${name}.pem`,
  ];
  opensslSync(args, folder, `${config.join('\n')}\n`);
}

beforeAll(() => {
  opensslSync(
    ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'key.pem'],
    folder,
  );
});

it.each<[what: string, upper: PolicyTerms, lower: PolicyTerms, leaf: PolicyTerms]>([
  ['no demand', terms([]), terms([]), terms([])],
  ['a demand that all meet', terms(['1.2.3'], 0), terms(['1.2.3']), terms(['1.2.3'])],
  ['a demand and none in the leaf', terms(['1.2.3'], 0), terms(['1.2.3']), terms([])],
  ['a demand and none between', terms(['1.2.3'], 0), terms([]), terms(['1.2.3'])],
  ['a demand and none in who demands', terms([], 0), terms(['1.2.3']), terms(['1.2.3'])],
  ['another policy', terms(['1.2.3', '1.2.4'], 0), terms(['1.2.4']), terms(['1.2.3'])],
  ['one of several', terms(['1.2.3', '1.2.4'], 0), terms(['1.2.4', '1.2.5']), terms(['1.2.4', '1.2.6'])],
  ['any policy above', terms([ANY], 0), terms([ANY]), terms(['1.2.3'])],
  ['any policy below', terms(['1.2.3'], 0), terms([ANY]), terms([ANY])],
  ['any policy, inhibited at once', terms(['1.2.3'], 0, 0), terms([ANY]), terms(['1.2.3'])],
  ['any policy, inhibited after one', terms(['1.2.3'], 0, 1), terms([ANY]), terms(['1.2.3'])],
  ['the same in the leaf', terms(['1.2.3'], 0, 1), terms([ANY]), terms([ANY])],
  ['a demand after one certificate', terms([], 1), terms([]), terms([])],
  ['a demand after two', terms([], 2), terms([]), terms([])],
  ['a demand after three', terms([], 3), terms([]), terms([])],
  ['a demand of the lower one', terms(['1.2.3']), terms(['1.2.3'], 0), terms([])],
  ['a demand of the leaf itself', terms([]), terms([]), terms([], 0)],
])('%s', (_, upper, lower, leaf) => {
  // What the root demands counts for no verifier.
  sign('root', null, terms([], 0, 0));
  sign('upper', 'root', upper);
  sign('lower', 'upper', lower);
  sign('leaf', 'lower', leaf);
  const chain = ['-untrusted', 'upper.pem', '-untrusted', 'lower.pem', 'leaf.pem'];
  const args = ['verify', '-policy_check', '-policy', 'anyPolicy', '-CAfile', 'root.pem', ...chain];
  const { status } = spawnSync('openssl', args, { cwd: folder });
  expect(lacksPolicy([upper, lower, leaf])).toBe(status !== 0);
});
