import { describe, expect, it } from 'vitest';
import { barOf, sparklineOf } from './bars.ts';
import { printable, printableJson } from './printable.ts';

describe('text of others on a terminal', () => {
  it('cannot move the cursor, colour, break lines or reorder', () => {
    expect(printable('a\u001b[31mred\u0007\r\n\t\u007f\u009b2J\u202egnp.exe\u2066\u061c')).toBe(
      'a\\u001b[31mred\\u0007\\r\\n\\t\\u007f\\u009b2J\\u202egnp.exe\\u2066\\u061c',
    );
    expect(printable('Grüße 日本 👩‍🚀 עברית')).toBe('Grüße 日本 👩‍🚀 עברית');
  });

  it('JSON stays the same JSON', () => {
    const value = { 'k\u202e': 'a\u009b2J\n\u2028\u007f' };
    const json = printableJson(JSON.stringify(value));
    expect(json).toMatch(/^[ -~]*$/);
    expect(JSON.parse(json)).toEqual(value);
  });
});

describe('bars', () => {
  it('are as long as their share, and whatever is not 0 shows', () => {
    expect(barOf(10, 10, 4)).toBe('████');
    expect(barOf(5, 10, 4)).toBe('██');
    expect(barOf(9, 16, 1)).toBe('▋');
    expect(barOf(1, 1_000_000, 4)).toBe('▏');
    expect(barOf(0, 10, 4)).toBe('');
    expect(barOf(0, 0, 4)).toBe('');
  });

  it('sum up neighbours where there are more values than room', () => {
    expect(sparklineOf([0, 1, 4, 8], 10)).toBe(' ▁▄█');
    expect(sparklineOf([1, 1, 2, 2, 0, 0], 3)).toBe('▄█ ');
    expect(sparklineOf([], 3)).toBe('');
  });
});
