/** A step that cannot be carried out: a failure of the run that has it, and no defect of this program. */
import { type StepFault, stepFaultText } from '../words/step.ts';

/** `cause` is data, and `message` what it means in plain words. */
export class StepError extends Error {
  override readonly name = 'StepError';
  override readonly cause: StepFault;

  constructor(cause: StepFault) {
    super(stepFaultText(cause));
    this.cause = cause;
  }
}
