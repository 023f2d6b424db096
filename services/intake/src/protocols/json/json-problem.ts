// Says where and why a text is no JSON. V8's own message quotes the text and often has no position, so it is never shown.

/** Each token of JSON from the position on (RFC 8259): sticky, so a match begins exactly there. */
const SPACE = /[ \t\n\r]*/y;
/** What an escape may begin with where the text ends within it. */
const CUT_ESCAPE = /^\\(?:u[0-9a-fA-F]{0,3})?$/;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;
/** Looking for the place takes about 50 ns a character; beyond this it is not worth an attacker's while. */
const CHARACTERS_MAX = 1_048_576;

type Expected = 'value' | 'first item' | 'first name' | 'name' | 'colon' | 'comma' | 'end' | 'text' | 'escape';

interface Problem {
  readonly at: number;
  readonly expected: Expected;
}

const PROBLEMS = {
  value: 'a value is missing',
  'first item': 'a value or ] is missing',
  'first name': 'a name in quotes or } is missing',
  name: 'a name in quotes is missing',
  colon: 'a colon is missing',
  comma: 'a comma or the closing bracket is missing',
  end: 'something follows after its end',
  text: 'a control character in a text is not written as an escape (as \\n or \\u0001)',
  escape: 'a backslash in a text begins no escape (write two for one)',
} as const satisfies Record<Expected, string>;

/** `…at line 2, column 7 (position 31)`: the first place where `text` departs from JSON; never quotes it. */
export function jsonProblem(text: string): string {
  if (text.trim() === '') return 'it is empty';
  if (text.length > CHARACTERS_MAX) return 'it could not be parsed';
  const { at, expected } = firstProblem(text);
  if (at >= text.length) return `it ends too early (at position ${text.length})`;
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const line = text.slice(0, lineStart).split('\n').length;
  return `${PROBLEMS[expected]} at line ${line}, column ${at - lineStart + 1} (position ${at})`;
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/**
 * One past the string that begins at `at`, or the place in it that is no JSON. A loop: a pattern would need a stack as deep as
 * the string is long.
 */
function readString(text: string, at: number): number | Problem {
  at += 1;
  while (at < text.length) {
    const unit = text.charAt(at);
    if (unit === '"') return at + 1;
    if (unit < ' ') return { at, expected: 'text' };
    const next = unit === '\\' ? matchEnd(ESCAPE, text, at) : at + 1;
    if (next === -1)
      return CUT_ESCAPE.test(text.slice(at)) ? { at: text.length, expected: 'text' } : { at, expected: 'escape' };
    at = next;
  }
  return { at, expected: 'text' };
}

/** One past the scalar that begins at `at`, or where it is none. */
function readScalar(text: string, at: number, expected: Expected): number | Problem {
  if (text.charAt(at) === '"') return readString(text, at);
  const end = matchEnd(SCALAR, text, at);
  return end === -1 ? { at, expected } : end;
}

/** Walks the text with a stack of open brackets instead of recursion, so that no depth can exhaust ours. */
function firstProblem(text: string): Problem {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    at = matchEnd(SPACE, text, at);
    const unit = text.charAt(at);
    if (at >= text.length) return { at, expected };
    if ((unit === '}' || unit === ']') && closes(open, unit, expected)) {
      open.pop();
      at += 1;
      expected = open.length === 0 ? 'end' : 'comma';
    } else if (expected === 'comma' && unit === ',') {
      at += 1;
      expected = open.at(-1) === '{' ? 'name' : 'value';
    } else if (expected === 'colon' && unit === ':') {
      at += 1;
      expected = 'value';
    } else if (expected === 'name' || expected === 'first name') {
      const end = unit === '"' ? readString(text, at) : { at, expected };
      if (typeof end === 'object') return end;
      at = end;
      expected = 'colon';
    } else if (expected === 'value' || expected === 'first item') {
      if (unit === '{' || unit === '[') {
        open.push(unit);
        at += 1;
        expected = unit === '{' ? 'first name' : 'first item';
        continue;
      }
      const end = readScalar(text, at, expected);
      if (typeof end === 'object') return end;
      at = end;
      expected = open.length === 0 ? 'end' : 'comma';
    } else return { at, expected };
  }
}

function closes(open: readonly ('{' | '[')[], unit: '}' | ']', expected: Expected): boolean {
  const matching = unit === '}' ? '{' : '[';
  const allowed = expected === 'comma' || expected === (unit === '}' ? 'first name' : 'first item');
  return allowed && open.at(-1) === matching;
}
