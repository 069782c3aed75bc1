/** Looking into JSON that somebody else may have written: of what is no object, every field is simply absent. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
