/** What a manifest can be exported to: a row for each, with what its people call it. */

/** The rows. */
export const TARGETS = {
  vault: { engine: 'OpenBao or Vault' },
  'step-ca': { engine: 'step-ca' },
  'cert-manager': { engine: 'cert-manager' },
  kubernetes: { engine: 'Kubernetes' },
} as const;
/** One of them. */
export type ExportTarget = keyof typeof TARGETS;
