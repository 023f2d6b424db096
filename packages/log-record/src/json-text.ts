// JSON text of values that are stored as text, and the guard against nesting that would overflow the stack.

/** An object of parsed JSON: any names of its own, `__proto__` and `constructor` among them; `for…in` sees just those. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a parsed value is an object with names (no array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether objects and arrays of `value` lie inside one another more than `levels` deep; looks no deeper than that. */
export function nestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    if (nestedDeeper(inner, levels - 1)) return true;
  }
  return false;
}

/** The JSON text of a scalar, null or anything else that is not nested too deep. A number too large for JSON is `Infinity`. */
export function jsonText(value: unknown): string {
  if (typeof value === 'object' && value !== null) return JSON.stringify(value);
  return String(value);
}
