/** What single programs ask of certificates: rules of the profiles that are named after them, each with its source. */
import type { Report } from '../manifest/report.ts';
import { draftText } from './draft.ts';
import type { SignedLeaf } from './leaf-issuer.ts';
import * as rule from './preset-rules.ts';

interface Row {
  readonly breach: rule.Rule;
  /** Where the program says so. */
  readonly source: string;
}

const MONGODB = 'MongoDB manual, x.509';

/** By the name of a profile; those that are not here ask for nothing that an entry could lack. */
const RULES: Readonly<Record<string, readonly Row[]>> = {
  browser: [
    { breach: rule.nameless(['dns', 'ip'], 'browsers check'), source: 'RFC 9525 §2; Chrome from 58 on' },
    {
      breach: rule.keyRefused('BoringSSL (gRPC, Envoy, Chromium)', 'Chromium'),
      source: 'seen in handshakes with BoringSSL',
    },
  ],
  apple: [
    { breach: rule.longer(825, 'Apple'), source: 'support article 103769' },
    { breach: rule.nameless(['dns'], 'Apple checks'), source: 'support article 103769' },
  ],
  java: [{ breach: rule.keyRefused('Java 11', 'Java before 16'), source: 'JDK-8254709' }],
  kafka: [
    {
      breach: rule.keyRefused('the PEM loader of Kafka', 'the PEM loader of Kafka'),
      source: 'seen with Kafka',
    },
  ],
  postgres: [
    { breach: rule.ofClients(rule.unnamed('the name of its user')), source: 'PostgreSQL manual, 20.12' },
  ],
  mongodb: [
    { breach: rule.memberUnnamed, source: MONGODB },
    { breach: rule.clientAsMember, source: MONGODB },
  ],
  kubernetes: [
    {
      breach: rule.ofClients(rule.unnamed('the name of its user')),
      source: 'Kubernetes documentation, "Authenticating"',
    },
  ],
  openvpn: [
    { breach: rule.unnamed('what OpenVPN knows it by'), source: 'openvpn(8), --x509-username-field' },
  ],
  freeradius: [
    {
      breach: rule.unlessNamed(
        rule.nameless(['dns'], 'domain_suffix_match of supplicants checks, but for a common name,'),
      ),
      source: 'wpa_supplicant.conf',
    },
  ],
};

/** Reports what the program of an entry's profile would refuse, with the rule and its source. */
export function checkPresets(leaves: readonly SignedLeaf[], report: Report): void {
  for (const signed of leaves) {
    const rows = signed.leaf.presets.flatMap((preset) =>
      (RULES[preset] ?? []).map((row) => ({ preset, ...row })),
    );
    for (const { preset, breach, source } of rows) {
      const found = breach(signed, leaves);
      if (found === undefined || !signed.leaf.isKnown(found.setting)) continue;
      const about = draftText(signed.leaf);
      const message = `${preset}: ${found.text} (${source})`;
      report.error({ code: 'profile', at: found.at, about, message, hint: found.hint });
    }
  }
}
