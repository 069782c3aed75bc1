/** `ca.json` of step-ca, but for the address and the public keys of provisioners, which `setup.sh` puts in. */
import type { IssuingAuthority } from '../authority.ts';
import { backdateOf, type Provisioner } from './provisioner.ts';

/** What `setup.sh` replaces, all of it characters that no section, name or number has. */
const PLACEHOLDERS = {
  address: '@ADDRESS@',
  host: '@HOST@',
  key: (name: string, part: 'x' | 'y' | 'kid'): string => `@${name}.${part}@`,
} as const;

/** Where files are is relative to the folder of a run (`run/NAME`); templates are found by STEPPATH. */
export function configData(authority: IssuingAuthority, provisioners: readonly Provisioner[]): object {
  return {
    root: 'root.pem',
    crt: 'authority.pem',
    key: 'authority.key',
    address: PLACEHOLDERS.address,
    dnsNames: [PLACEHOLDERS.host],
    logger: { format: 'text' },
    db: { type: 'badgerv2', dataSource: 'db' },
    authority: {
      backdate: `${backdateOf(authority)}s`,
      provisioners: provisioners.map((one) => provisionerData(one)),
    },
  };
}

function provisionerData({ name, duration }: Provisioner): object {
  const [x, y, kid] = (['x', 'y', 'kid'] as const).map((part) => PLACEHOLDERS.key(name, part));
  return {
    type: 'JWK',
    name,
    key: { use: 'sig', kty: 'EC', crv: 'P-256', alg: 'ES256', kid, x, y },
    claims: {
      // A token may ask for less time, and for no more.
      minTLSCertDuration: '5m0s',
      defaultTLSCertDuration: `${duration}s`,
      maxTLSCertDuration: `${duration}s`,
      disableSmallstepExtensions: true,
      enableSSHCA: false,
    },
    options: { x509: { templateFile: `templates/${name}.tpl` } },
  };
}
