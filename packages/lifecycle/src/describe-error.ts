// What of an unexpected error may be logged: messages of stores and parsers quote what a user wrote or a secret.

export interface ErrorDescription {
  /** Its class. */
  readonly error: string;
  readonly code?: string;
  /** Where it was thrown. */
  readonly frames?: readonly string[];
}

/** Errors of the language and our own plain ones: written by programs, without values of users. */
const OWN_ERRORS = new Set(['Error', 'TypeError', 'RangeError', 'ReferenceError']);

/** Class and code of the error, or of its cause where it has one, and the frames; never a message. */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) return { error: typeof error };
  const origin = error.cause instanceof Error ? error.cause : error;
  const code = 'code' in origin && origin.code !== undefined ? { code: String(origin.code) } : {};
  return { error: classOf(origin), ...code, frames: framesOf(error) };
}

/** A refusal of PostgreSQL is known by its severity: of its two classes PGlite's, whose code is minified, is called `O`. */
function classOf(error: Error): string {
  return 'severity' in error && 'code' in error ? 'DatabaseError' : error.constructor.name;
}

/** The error's message where it can hold no value of a user or a query, else its class and code. */
export function safeMessage(error: unknown): string {
  if (!(error instanceof Error)) return `a thrown ${typeof error}`;
  const ofSystem = 'syscall' in error;
  const ofOurs = OWN_ERRORS.has(error.constructor.name) && !('code' in error) && !('params' in error);
  if (ofSystem || ofOurs) return error.message;
  const { error: name, code } = describeError(error);
  return code === undefined ? name : `${name} (${code})`;
}

/** Lines of the stack after the message, which could hold lines that look like frames. */
export function framesOf(error: Error): readonly string[] {
  const stack = error.stack ?? '';
  const at = stack.indexOf(error.message);
  const afterMessage = at === -1 ? stack : stack.slice(at + error.message.length);
  return afterMessage.split('\n').filter((line) => line.startsWith('    at '));
}
