/** How many certificates all bundles hold together: roots times leaves, of which a small manifest can ask for millions. */
import type { Report } from '../manifest/report.ts';
import type { Output } from '../pki/artifact.ts';
import { CHAIN_SLOTS, ROOT_SLOTS } from '../pki/split.ts';
import type { LeafDraft } from './draft.ts';
import type { SignedLeaf } from './leaf-issuer.ts';

/** Half a gigabyte of files, which every run reads and compares. */
const LIMIT = 500_000;

/** Reports manifests that ask for more, where the longest list of roots is written. */
export function checkBundles(leaves: readonly SignedLeaf[], report: Report): void {
  let total = 0;
  let longest: LeafDraft | undefined;
  for (const { leaf, issuer } of leaves) {
    total += certificatesIn(leaf.settings.outputs.files, rootsOf(leaf), issuer?.depth ?? 0);
    if (longest === undefined || rootsOf(leaf) > rootsOf(longest)) longest = leaf;
  }
  if (total <= LIMIT || longest === undefined) return;
  report.error({
    code: 'trust',
    at: longest.at('trust'),
    message: `the bundles of all entries would hold ${total.toLocaleString('en')} certificates; the limit is ${LIMIT.toLocaleString('en')}`,
    hint: 'list fewer roots in "trust", or split the manifest',
  });
}

function rootsOf({ settings }: LeafDraft): number {
  return settings.trust?.length ?? 1;
}

/** In the files of one entry; a list of roots counts once even where no file holds it, since the proof reads it. */
function certificatesIn(outputs: readonly Output[], roots: number, between: number): number {
  const chains = outputs.filter((output) => CHAINS.includes(output)).length;
  const bundles = outputs.filter((output) => ROOTS.includes(output)).length;
  return chains * (between + 1) + Math.max(1, bundles) * roots;
}

const CHAINS: readonly Output[] = [
  'chain',
  'fullchain',
  'pkcs7',
  'combined',
  'ca-chain',
  'ca-crls',
  'pkcs12',
  'keystore',
  'keystore-jks',
  'secret',
  ...CHAIN_SLOTS.slice(0, 1),
];
const ROOTS: readonly Output[] = [
  'ca',
  'ca-chain',
  'ca-crls',
  'truststore',
  'truststore-jks',
  'secret',
  'bundle',
  ...ROOT_SLOTS.slice(0, 1),
];
