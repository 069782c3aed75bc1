/** `pki check`: how a server stands, for the terminal and as JSON. */

import type { Answer } from '../live/attempt.ts';
import type { Shown } from '../live/chain.ts';
import type { Survey } from '../live/survey.ts';
import { endpointText } from '../pki/endpoint.ts';
import { visible } from '../pki/printable.ts';
import { isoTime } from '../plan/validity.ts';
import type { CheckResult } from '../run/check.ts';
import { checkRemarkText, codeText, problemAdvice, shownText } from './check-words.ts';
import type { Style } from './style.ts';
import { tableLines } from './table.ts';

/** A line, what was seen in a table, remarks, and a paragraph for each problem; ends with a newline. */
export function checkText(result: CheckResult, { style }: { readonly style: Style }): string {
  const { problems, remarks } = result;
  const place = endpointText(result.endpoint);
  const bad = problems.map((problem) => problemAdvice(problem, place));
  return [
    headline(result, style),
    ...tableLines(rowsOf(result).map(([head, text]) => [`  ${head}`, text])),
    ...remarks.map((remark) => `  ${style.warn('note')}  ${checkRemarkText(remark)}`),
    ...bad.flatMap(({ problem, hint }) => [
      `  ${style.bad('bad')}   ${problem}`,
      style.faint(`        hint: ${hint}`),
    ]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

function headline({ endpoint, name, server, problems, ok }: CheckResult, style: Style): string {
  const asked = name === endpoint.host ? '' : `, asked for ${name}`;
  const what = visible(`${endpointText(endpoint)}${asked}${server === null ? '' : `, ${server}`}`);
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  return ok ? `${style.good('ok')}  ${what}` : `${style.bad(count)}  ${what}`;
}

function rowsOf(result: CheckResult): readonly (readonly [string, string])[] {
  const { leaf, path, versions } = result;
  if (leaf === null || path === null) return [];
  return [
    ['certificate', shownText(leaf)],
    ['names', visible(leaf.names) || 'none'],
    ['chain', `${path.steps.map(subjectOf).join(' ← ')} ${endText(result)}`],
    ['versions', versions.join(', ')],
    ...clientRows(result),
  ];
}

function subjectOf({ subject }: Shown): string {
  return visible(subject || '(no subject)');
}

function endText({ path, trust }: CheckResult): string {
  const whose = trust === 'manifest' ? "the manifest's roots" : 'the public roots of Node';
  return path?.end === 'trusted' ? `(one of ${whose})` : `(leads to none of ${whose})`;
}

/** A row for each kind of client that was tried. */
function clientRows({ survey, client }: CheckResult): readonly (readonly [string, string])[] {
  const { anonymous, known, foreign } = survey.callers;
  const asked = asksOf(survey) === true && client === null ? '; "--with clients/NAME" tries a client' : '';
  const tried: readonly (readonly [string, Answer | null, string])[] = [
    ['no certificate', anonymous, asked],
    [client ?? '', known, ''],
    ["stranger's", foreign, ''],
  ];
  return tried.flatMap(([who, answer, more]) =>
    answer === null ? [] : [[who, `${answerText(answer)}${more}`] as const],
  );
}

function answerText(answer: Answer): string {
  if (answer.kind === 'let-in') return 'let in';
  if (answer.kind === 'silent') return 'let in, as far as silence says';
  return answer.kind === 'refused' ? `refused: ${codeText(answer.code)}` : 'not answered';
}

/** The structure `pki-check` of docs/json.md. */
export function checkJson(results: readonly CheckResult[]): unknown {
  return {
    format: 'pki-check',
    version: 1,
    ok: results.every(({ ok }) => ok),
    endpoints: results.map((result) => ({
      endpoint: endpointText(result.endpoint),
      name: result.name,
      server: result.server,
      client: result.client,
      trust: result.trust,
      ok: result.ok,
      certificate: result.leaf === null ? null : shownJson(result.leaf),
      chain:
        result.path === null
          ? null
          : { end: result.path.end, certificates: result.path.steps.map(shownJson) },
      versions: result.versions,
      clients: {
        asks: asksOf(result.survey),
        anonymous: answerJson(result.survey.callers.anonymous),
        known: answerJson(result.survey.callers.known),
        foreign: answerJson(result.survey.callers.foreign),
      },
      problems: result.problems.map((problem) => ({
        kind: problem.kind,
        ...textOf(problemAdvice(problem, endpointText(result.endpoint))),
      })),
      remarks: result.remarks.map((remark) => ({ kind: remark.kind, text: checkRemarkText(remark) })),
    })),
  };
}

function textOf({ problem, hint }: { readonly problem: string; readonly hint: string }): object {
  return { text: problem, hint };
}

function shownJson(certificate: Shown): unknown {
  const { notBefore, notAfter, ...rest } = certificate;
  return { ...rest, notBefore: isoTime(notBefore), notAfter: isoTime(notAfter) };
}

function asksOf({ versions }: Survey): boolean | null {
  const answer = versions['TLS 1.2'];
  return 'served' in answer ? (answer.served?.asks ?? null) : null;
}

function answerJson(answer: Answer | null): unknown {
  if (answer === null) return null;
  const code = 'code' in answer ? answer.code : null;
  return { kind: answer.kind, code };
}
