/** `pki verify --sample`, `pki verify --against`: whether another engine issues what the manifest says. */
import { type EngineSource, type SampleSource, verifySample } from '../index.ts';
import { adviceMessages } from '../report/message.ts';
import { sampleJson, sampleMessages, sampleText } from '../report/sample.ts';
import { noPlace, noSource, noToken, noUrl, oneSource } from '../report/sample-words.ts';
import type { Advice } from '../words/advice.ts';
import { type Console, EXIT, type ExitCode } from './console.ts';
import type { Interruption } from './interruption.ts';
import { resolveOnly } from './names.ts';
import type { ManifestFlags } from './options.ts';
import { openOrExplain } from './project.ts';
import { type NamedSource, sourceIn } from './secret-option.ts';
import { urlIn } from './url-option.ts';

/** Options of `pki verify` that are about a sample. */
export interface SampleFlags extends ManifestFlags {
  readonly sample?: string;
  readonly against?: EngineSource['kind'];
  /** A URL, or the context of a cluster. */
  readonly at?: string;
  readonly token?: string;
  readonly keys?: string;
  readonly only?: readonly string[];
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** `failed` where a certificate is not what the manifest says, or one that was asked for did not come. */
export async function sampleCommand(
  manifest: string,
  flags: SampleFlags,
  console: Console,
  interruption: Interruption,
): Promise<ExitCode> {
  const project = await openOrExplain(manifest, flags, console);
  interruption.listen();
  if (project === undefined) return EXIT.failed;
  const only = resolveOnly(flags.only, project.inventory, console);
  if (only === null) return EXIT.failed;
  const source = await sourceOf(flags);
  if ('problem' in source) {
    console.say(...adviceMessages(source));
    return EXIT.failed;
  }
  const { signal } = interruption;
  const result = await verifySample(project, source, { ...(only === undefined ? {} : { only }), signal });
  if (flags.json) console.json(sampleJson(result));
  else console.out(sampleText(result, { style: console.style, verbose: flags.verbose === true }));
  console.say(...sampleMessages(result));
  return result.ok ? EXIT.fine : EXIT.failed;
}

async function sourceOf(flags: SampleFlags): Promise<SampleSource | Advice> {
  const { sample, against } = flags;
  if (sample !== undefined && against !== undefined) return oneSource();
  if (sample === '-') return { kind: 'files', path: 'standard input', input: await standardInput() };
  if (sample !== undefined) return { kind: 'files', path: sample };
  switch (against) {
    case 'vault':
      return vaultSource(flags);
    case 'step-ca':
      return stepCaSource(flags);
    case 'cert-manager':
      return { kind: 'cert-manager', ...(flags.at === undefined ? {} : { context: flags.at }) };
    default:
      return noSource();
  }
}

/** What `bao` and `vault` go by is taken, too. */
function vaultSource({ at, token }: SampleFlags): SampleSource | Advice {
  const place = at ?? process.env['BAO_ADDR'] ?? process.env['VAULT_ADDR'];
  if (place === undefined) return noPlace('vault', 'https://vault.example.org:8200');
  const url = urlIn(place);
  const source = token === undefined ? tokenVariable() : sourceIn(token);
  if (url === undefined) return noUrl(place);
  return source === null ? noToken() : { kind: 'vault', url, token: source };
}

function tokenVariable(): NamedSource {
  const name = process.env['BAO_TOKEN'] === undefined ? 'VAULT_TOKEN' : 'BAO_TOKEN';
  return { kind: 'env', name };
}

function stepCaSource({ at, keys }: SampleFlags): SampleSource | Advice {
  if (at === undefined) return noPlace('step-ca', 'https://localhost:9000');
  const url = urlIn(at);
  if (url === undefined) return noUrl(at);
  return { kind: 'step-ca', url, ...(keys === undefined ? {} : { keys }) };
}

async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
