/** Where else an entity's files go: into Secrets of clusters. */

/** One Secret. */
export interface Delivery {
  readonly namespace: string;
  readonly name: string;
  /** The context of kubectl. */
  readonly context: string;
}

/** `shop/api-tls in prod`. */
export function deliveryText({ namespace, name, context }: Delivery): string {
  return `${namespace}/${name} in ${context}`;
}
