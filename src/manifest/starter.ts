/** The manifest to begin with: small, valid as it stands, and explained by its own comments. */

/** Lines that are commented out are settings as well; test/manifest/starter.test.ts tries each. */
const BODY = `# "pki plan" shows what this makes; "pki apply" makes it, and proves it by real TLS handshakes.
version: 1

# In every certificate, and for every entry that does not set it itself.
defaults:
  subject: { organization: Example Org }

# Who signs. Without "issuer" an authority is a root, which signs itself.
authorities:
  root: { commonName: Example Root CA }
  # services: { commonName: Example Services CA, issuer: root }

# Who is connected to, with every name and address that clients use.
servers:
  api:
    commonName: api.example.test
    san: [api.example.test, localhost, 127.0.0.1]
    # validity: 30d     # 90d unless it is set; "pki apply" renews in the last third
    # key: rsa-3072     # ecdsa-p256 unless it is set

# Who connects, with a certificate of its own.
clients:
  app: { commonName: app }

# Who does both, as the members of a cluster do.
# peers:
#   node-1: { commonName: node-1.example.test }
`;

/** @param schema where the JSON Schema is; `null` where that is not known. */
export function starterManifest(schema: string | null): string {
  return schema === null ? BODY : `# ${schemaComment(schema)}\n${BODY}`;
}

/** The comment by which editors find the JSON Schema. They look for it above everything else of a manifest. */
export function schemaComment(schema: string): string {
  return `yaml-language-server: $schema=${schema}`;
}
