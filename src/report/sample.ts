/** A sample of what another engine issues, judged: for the terminal and as JSON. */
import type { JudgedSample, SampleResult } from '../index.ts';
import { visible } from '../pki/printable.ts';
import { few } from '../words/few.ts';
import { plural } from './count.ts';
import type { Message } from './message.ts';
import { reasonJson, reasonText } from './reason.ts';
import type { Style } from './style.ts';

/** A line for each certificate, below it what is not as the manifest says, or every field; ends with a newline. */
export function sampleText(
  result: SampleResult,
  { style, verbose }: { readonly style: Style; readonly verbose: boolean },
): string {
  const { judged, ambiguous, missing } = result;
  const lines = [
    ...judged.flatMap((one) => [headline(one, style), ...fieldLines(one, style, verbose)]),
    ...ambiguous.map(({ from, entities }) => {
      const names = few(entities.map((id) => `"${id}"`));
      return `  ${style.bad('bad')} ${visible(from)}: could be ${names}`;
    }),
    ...missing.map(({ from, entity, detail }) => {
      const what = entity === null ? visible(from) : `${entity} (${visible(from)})`;
      return `  ${style.bad('bad')} ${what}: ${visible(detail)}`;
    }),
    summary(result, style),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function headline({ from, entity, ok }: JudgedSample, style: Style): string {
  return `  ${ok ? style.good('ok ') : style.bad('bad')} ${entity} (${visible(from)})`;
}

function fieldLines({ judgements }: JudgedSample, style: Style, verbose: boolean): readonly string[] {
  return judgements.flatMap(({ field, breaches }) => {
    if (breaches.length === 0) return verbose ? [style.faint(`      ${field}: as the manifest says`)] : [];
    // What differs names its field, as the manifest calls it.
    return breaches.map((reason) => {
      return `      ${reason.kind === 'differs' ? '' : `${field}: `}${reasonText(reason)}`;
    });
  });
}

function summary({ judged, ambiguous, missing, ok }: SampleResult, style: Style): string {
  const all = judged.length + ambiguous.length + missing.length;
  if (ok && all > 0) return style.good(`sample: ${plural(all, 'certificate')}, issued as the manifest says`);
  const bad = all - judged.filter((one) => one.ok).length;
  return style.bad(`sample: ${bad} of ${plural(all, 'certificate')} not issued as the manifest says`);
}

/** What it does not cover, and what would help. */
export function sampleMessages({ ambiguous, unsampled }: SampleResult): readonly Message[] {
  return [
    ...(ambiguous.length === 0
      ? []
      : [
          {
            kind: 'hint',
            text: 'name files as entities (servers.api.pem), or one entity with --only',
          } as const,
        ]),
    ...(unsampled.length === 0
      ? []
      : [{ kind: 'note', text: `there is no certificate of ${few(unsampled)}` } as const]),
  ];
}

/** The structure `pki-sample` of docs/json.md. */
export function sampleJson({ judged, ambiguous, missing, unsampled, ok }: SampleResult): unknown {
  return {
    format: 'pki-sample',
    version: 1,
    ok,
    certificates: judged.map(({ from, entity, judgements, ok: isGood }) => ({
      from,
      entity,
      ok: isGood,
      fields: judgements.map(({ field, relation, breaches }) => {
        return { field, relation, ok: breaches.length === 0, reasons: breaches.map(reasonJson) };
      }),
    })),
    ambiguous,
    missing: missing.map(({ from, entity, detail }) => ({ from, entity, detail })),
    unsampled,
  };
}
