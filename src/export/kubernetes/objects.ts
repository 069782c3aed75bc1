/** Secrets and ConfigMaps with what is in the output folder, as the outputs `secret` and `bundle` would have it. */
import { yamlText } from '../../manifest/yaml-object.ts';
import type { EndEntity } from '../../pki/entity.ts';
import { metadataOf } from '../../pki/kubernetes.ts';
import { objectText, secret } from '../../plan/artifacts/object.ts';
import { sha256 } from '../../x509/public-key.ts';
import type { LeafPolicy } from '../leaf.ts';
import { secretName } from '../secret-name.ts';
import type { TrustSet } from '../trust-set.ts';
import type { LeafFiles } from './leaf-files.ts';

/** By which a sealed Secret shows what is in it: sealing the same twice never makes the same bytes. */
export const MARK = 'pki-apply/sha256';

/** The Secret of a leaf. @param mark whether it says what is in it, for when that can no longer be read. */
export function secretText(leaf: LeafPolicy, files: LeafFiles, { mark }: { readonly mark: boolean }): string {
  const text = (annotations: Readonly<Record<string, string>>) =>
    objectText(secret, named(leaf, annotations), [
      ['ca.crt', files.ca],
      ['tls.crt', files.fullchain],
      ['tls.key', files.key],
    ]);
  const bare = text({});
  return mark ? text({ [MARK]: sha256(Buffer.from(bare)) }) : bare;
}

/** With the name that its Secret has where the manifest states none. */
function named(leaf: LeafPolicy, annotations: Readonly<Record<string, string>>): EndEntity {
  const { entity } = leaf;
  const stated = metadataOf(entity, 'secret');
  const metadata = {
    ...stated,
    name: secretName(leaf),
    annotations: { ...stated.annotations, ...annotations },
  };
  return { ...entity, objects: { ...entity.objects, secret: metadata } };
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
