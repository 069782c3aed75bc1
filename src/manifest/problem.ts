/** What is wrong with one value, before it is known where the value stands. */
import * as z from 'zod';
import type { DiagnosticCode } from './diagnostic.ts';

/** One thing that zod found. */
export type Issue = z.core.$ZodIssue;

/** A mistake in a value: what, and what to do about it. */
export interface Problem {
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly hint?: string | undefined;
  /** The value may be a password: no excerpt shows it. */
  readonly isSecret?: true;
  /** In a list: the earlier item that this one disagrees with. */
  readonly first?: number;
}

/** A value as the engine wants it, or what is wrong with it. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

/** A good value. */
export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** A bad one. */
export function refused(code: DiagnosticCode, message: string, hint?: string): Parsed<never> {
  return { ok: false, problem: { code, message, hint } };
}

/** A zod issue that carries a problem; `path` leads from the value it is raised on to the culprit. */
export function problemIssue(problem: Problem, input: unknown, path: PropertyKey[] = []) {
  return { code: 'custom' as const, message: problem.message, params: { problem }, input, path };
}

/** Whether a map has unknown keys: what it seems to lack may be among them. */
export function hasUnknownKeys({ issues }: z.RefinementCtx): boolean {
  return issues.some(({ code }) => code === 'unrecognized_keys');
}

/** Turns a parser of ours into the last step of a zod schema. */
export function using<I, T>(parse: (input: I) => Parsed<T>) {
  return (input: I, context: z.RefinementCtx): T => {
    const result = parse(input);
    if (result.ok) return result.value;
    context.addIssue(problemIssue(result.problem, input));
    return z.NEVER;
  };
}

/**
 * The `error` of a zod type: what the value must be ("a list of names"), and a hint for those who wrote something else.
 * zod carries one text per issue, so the hint rides on a second line; `issues.ts` takes it apart again.
 */
export function wanted(what: string, hint?: string): { error: string } {
  return { error: hint === undefined ? what : `${what}\n${hint}` };
}
