/** The end of the README of an export: what is not in it. */
import { type Omission, omissionText } from './omission.ts';

/** Lines of Markdown; none where nothing is left out. @param engine as its people call it. */
export function leftOutLines(omissions: readonly Omission[], engine: string): readonly string[] {
  if (omissions.length === 0) return [];
  const lines = omissions.map((omission) => `    ${omissionText(omission, engine)}`);
  return ['', 'Left out, because it would not be exactly what the manifest says:', '', ...lines];
}
