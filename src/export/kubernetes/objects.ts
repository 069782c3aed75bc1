/** Secrets and ConfigMaps with what is in the output folder, as the outputs `secret` and `bundle` would have it. */
import { yamlText } from '../../manifest/yaml-object.ts';
import type { Delivery } from '../../pki/delivery.ts';
import type { EndEntity } from '../../pki/entity.ts';
import { metadataOf, type ObjectMetadata } from '../../pki/kubernetes.ts';
import { objectText, secret } from '../../plan/artifacts/object.ts';
import { sha256 } from '../../x509/public-key.ts';
import type { LeafPolicy } from '../leaf.ts';
import { secretName } from '../secret-name.ts';
import type { TrustSet } from '../trust-set.ts';
import type { LeafFiles } from './leaf-files.ts';

/** By which a sealed Secret shows what is in it: sealing the same twice never makes the same bytes. */
export const MARK = 'pki-apply/sha256';

/** The Secret of a leaf. @param mark whether it says what is in it, for when that can no longer be read. */
export function secretText(
  { entity, ...leaf }: LeafPolicy,
  files: LeafFiles,
  { mark }: { readonly mark: boolean },
): string {
  const stated = metadataOf(entity, 'secret');
  const metadata = { ...stated, name: secretName({ entity, ...leaf }) };
  const bare = filledText(entity, metadata, files);
  if (!mark) return bare;
  const annotations = { ...stated.annotations, [MARK]: sha256(Buffer.from(bare)) };
  return filledText(entity, { ...metadata, annotations }, files);
}

/** The same as it goes into a cluster, with the labels and annotations that the output has. */
export function deliveredText(
  entity: EndEntity,
  files: LeafFiles,
  { name, namespace }: Pick<Delivery, 'name' | 'namespace'>,
): string {
  return filledText(entity, { ...metadataOf(entity, 'secret'), name, namespace }, files);
}

function filledText(entity: EndEntity, metadata: ObjectMetadata, { ca, fullchain, key }: LeafFiles): string {
  const named = { ...entity, objects: { ...entity.objects, secret: metadata } };
  return objectText(secret, named, [
    ['ca.crt', ca],
    ['tls.crt', fullchain],
    ['tls.key', key],
  ]);
}

/** What pods mount to trust a set of roots, as trust-manager makes it of a Bundle. */
export function trustText({ name }: TrustSet, namespace: string | undefined, ca: string): string {
  return yamlText({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    data: { 'ca.crt': ca },
  });
}
