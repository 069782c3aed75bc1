/** Files that an entity can have. `key` and `cert` are always among them. */
export const ARTIFACTS = ['key', 'csr', 'cert', 'chain', 'fullchain', 'ca', 'public'] as const;
/** The name of one of them. */
export type Artifact = (typeof ARTIFACTS)[number];
