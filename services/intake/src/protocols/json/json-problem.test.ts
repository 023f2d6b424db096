import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonProblem } from './json-problem.ts';

describe('jsonProblem', () => {
  it.each([
    ['', 'it is empty'],
    [' \n', 'it is empty'],
    ['{"a":}', 'a value is missing at line 1, column 6 (position 5)'],
    ['[1,2', 'it ends too early (at position 4)'],
    ['[1 2]', 'a comma or the closing bracket is missing at line 1, column 4 (position 3)'],
    ['[1,]', 'a value is missing at line 1, column 4 (position 3)'],
    ['{"a":1,}', 'a name in quotes is missing at line 1, column 8 (position 7)'],
    ['{"a":1}\n{"b":2}', 'something follows after its end at line 2, column 1 (position 8)'],
    ['{\n  a: 1}', 'a name in quotes or } is missing at line 2, column 3 (position 4)'],
    ['{"a" 1}', 'a colon is missing at line 1, column 6 (position 5)'],
    ['{"a":[}', 'a value or ] is missing at line 1, column 7 (position 6)'],
    ['["\\x"]', 'a backslash in a text begins no escape (write two for one) at line 1, column 3 (position 2)'],
    [
      '{"a":"b\u0001"}',
      'a control character in a text is not written as an escape (as \\n or \\u0001) at line 1, column 8 (position 7)',
    ],
    [
      '{"a\n":1}',
      'a control character in a text is not written as an escape (as \\n or \\u0001) at line 1, column 4 (position 3)',
    ],
    ['{"a":"b', 'it ends too early (at position 7)'],
    ['{"a":"b\\', 'it ends too early (at position 8)'],
    ['["\\u00', 'it ends too early (at position 6)'],
    ['nul', 'a value is missing at line 1, column 1 (position 0)'],
    ['[01]', 'a comma or the closing bracket is missing at line 1, column 3 (position 2)'],
  ])('%j: %s', (text, problem) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(jsonProblem(text)).toBe(problem);
  });

  it('finds a place in whatever V8 refuses, and none in what it takes', () => {
    const mutated = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', '{', '}', '[', ']', ',', ':', '"', '\\', '0', '-', 'e', '\u0001', 'é'),
      )
      .map(([json, at, mark]) => {
        const cut = at % (json.length + 1);
        return json.slice(0, cut) + mark + json.slice(cut + 1);
      });
    fc.assert(
      fc.property(mutated, (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        const problem = jsonProblem(text);
        if (valid) expect(problem).toBe(`it ends too early (at position ${text.length})`);
        else expect(problem).toMatch(/^(it is empty|it ends too early|a .* at line|something follows)/);
        const place = /position (\d+)/.exec(problem)?.[1];
        if (place !== undefined) expect(Number(place)).toBeLessThanOrEqual(text.length);
      }),
      { seed: 8, numRuns: 3000 },
    );
  });

  it('has no trouble with depth or length', () => {
    expect(jsonProblem('['.repeat(500_000))).toContain('ends too early');
    expect(jsonProblem(`"${'\\u0041'.repeat(150_000)}`)).toContain('ends too early');
    expect(jsonProblem('['.repeat(2_000_000))).toBe('it could not be parsed');
  });
});
