/** The extension sections of requests and certificates (x509v3_config(5)). */
import type { WrittenExtension } from '../plan/wanted.ts';
import type { ConfigSection } from '../x509/extension-rule.ts';

/** The section `extensions`, and those that it refers to. */
export function extensionSections(extensions: readonly WrittenExtension[]): readonly ConfigSection[] {
  const all = extensions.map(({ rule, critical, value }) => {
    const config = rule.config(value);
    const text = critical ? `critical,${config.value}` : config.value;
    return { entry: [config.key ?? rule.name, text] as const, sections: config.sections ?? [] };
  });
  return [
    { name: 'extensions', entries: all.map(({ entry }) => entry) },
    ...all.flatMap(({ sections }) => sections),
  ];
}
