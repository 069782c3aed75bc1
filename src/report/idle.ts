/** A plan in which nothing is due, as text. */
import type { Style } from './style.ts';

/** The same as `planText` has for it; ends with a newline. @param entities how many there are. */
export function idleText(entities: number, style: Style): string {
  return `${style.good(`plan: ${entities} unchanged, nothing to do`)}\n`;
}
