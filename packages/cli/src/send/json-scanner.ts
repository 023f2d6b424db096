// Follows the nesting of one JSON value, character by character, to tell where it ends. It judges nothing else.

export interface JsonScanner {
  /** Takes the next character of the value; whether the value ends with it (numbers and words end at what follows them). */
  step(character: string): boolean;
  /** Whether a comma, a closing bracket or a space here stands beside values, not within one. */
  isOutside(): boolean;
  /** A line break stood in a string: not JSON, but it would be once the line break is replaced. */
  hasBrokenString(): boolean;
  /** The next value begins. */
  reset(): void;
}

/** A scanner at the begin of a value. */
export function createJsonScanner(): JsonScanner {
  let depth = 0;
  let inString = false;
  let escaping = false;
  let broken = false;

  const stepInString = (character: string): boolean => {
    if (character === '\n') broken = true;
    if (escaping) escaping = false;
    else if (character === '\\') escaping = true;
    else if (character === '"') inString = false;
    return !inString && depth === 0;
  };

  return {
    step(character) {
      if (inString) return stepInString(character);
      if (character === '"') inString = true;
      else if (character === '{' || character === '[') depth += 1;
      else if (character === '}' || character === ']') {
        depth -= 1;
        return depth <= 0;
      }
      return false;
    },
    isOutside: () => depth === 0 && !inString,
    hasBrokenString: () => broken,
    reset() {
      depth = 0;
      inString = false;
      escaping = false;
      broken = false;
    },
  };
}
