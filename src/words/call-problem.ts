/** An openssl, or what is made with it, that fails outside of the steps of an apply. */
import type { Advice } from './advice.ts';
import { type StepFault, stepFaultText } from './step.ts';

/** What did not work. */
export type CallProblem =
  /** Where nothing of the user's is judged. */
  | {
      readonly kind: 'openssl-fails';
      readonly problem: string;
      readonly lastWords: string;
      readonly command: string;
    }
  /** The request of an entity for another machine. */
  | {
      readonly kind: 'no-request';
      readonly entity: string;
      readonly fault: StepFault;
      /** Of openssl, where that failed. */
      readonly lastWords?: string;
    };

/** Both lines of the error. */
export function callProblemText(problem: CallProblem): Advice {
  if (problem.kind === 'no-request')
    return {
      problem: `"${problem.entity}": could not make key and request: ${stepFaultText(problem.fault)}${behind(problem.lastWords)}`,
      hint: 'fix the cause and run "pki request" again; what was there stays as it was',
    };
  return {
    problem: `${problem.problem}${behind(problem.lastWords)}`,
    hint: `the proof needs an openssl that works; it ran ${problem.command}`,
  };
}

function behind(lastWords = ''): string {
  return lastWords === '' ? '' : `: ${lastWords}`;
}
