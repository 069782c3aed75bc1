/** The four groups of entries in a manifest. */
export const SECTIONS = ['authorities', 'servers', 'clients', 'peers'] as const;
/** One of them; its name is also the folder of its entries. */
export type Section = (typeof SECTIONS)[number];

/** What an entry of each section is called in messages. */
export const NOUN = {
  authorities: 'authority',
  servers: 'server',
  clients: 'client',
  peers: 'peer',
} as const satisfies Record<Section, string>;

/** Whether a top-level key holds entries. */
export function isSection(key: string): key is Section {
  return (SECTIONS as readonly string[]).includes(key);
}
