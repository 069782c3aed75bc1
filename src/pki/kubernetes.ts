/** Objects of Kubernetes that an entity's files can go into: which there are, and what a manifest says of each. */
import type { Artifact } from './artifact.ts';

/** `secret`: key, certificate and roots as `kubernetes.io/tls`; `bundle`: the roots alone, as a ConfigMap. */
export const OBJECTS = ['secret', 'bundle'] as const satisfies readonly Artifact[];
/** One of them. */
export type ObjectArtifact = (typeof OBJECTS)[number];

/** What an object is called in a cluster, and what is attached to it. */
export interface ObjectMetadata {
  /** Absent: the entity's name. */
  readonly name?: string;
  /** Absent: wherever it is applied. */
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Those that an entity has with more than a name. */
export type Objects = { readonly [A in ObjectArtifact]?: ObjectMetadata };

const PLAIN: ObjectMetadata = { labels: {}, annotations: {} };

/** Whether an artifact is an object of Kubernetes. */
export function isObject(artifact: Artifact): artifact is ObjectArtifact {
  return OBJECTS.some((one) => one === artifact);
}

/** What is stated of an object. */
export function metadataOf(
  { objects }: { readonly objects?: Objects },
  artifact: ObjectArtifact,
): ObjectMetadata {
  return objects?.[artifact] ?? PLAIN;
}

/** Under which the cluster has it. */
export function objectName(name: string, metadata: ObjectMetadata): string {
  return metadata.name ?? name;
}

const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const DNS_SUBDOMAIN = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);

/** RFC 1123 §2.1 in lower case, as Kubernetes takes names of namespaces. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && DNS_LABEL.test(text);
}

/** The same with dots between: names of objects, and prefixes of labels. */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && DNS_SUBDOMAIN.test(text);
}
