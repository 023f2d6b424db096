import { describe, expect, it } from 'vitest';
import { fromNow } from './times.ts';
import { cut, filling, widthOf } from './width.ts';

describe('text on a terminal', () => {
  it('is measured as it is shown', () => {
    expect(['abc', '日本', 'e\u0301', '👩‍🚀'].map(widthOf)).toEqual([3, 4, 1, 2]);
    expect(filling('日本', 6)).toBe('  ');
  });

  it.each([
    ['abcdef', 6, 'abcdef'],
    ['abcdef', 5, 'abcd…'],
    ['日本語', 6, '日本語'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['👩‍🚀👩‍🚀👩‍🚀', 5, '👩‍🚀👩‍🚀…'],
    ['x'.repeat(1_000_000), 3, 'xx…'],
  ])('%s in %i columns', (text, columns, shown) => {
    expect(cut(text, columns)).toBe(shown);
  });
});

it('times are told as people say them', () => {
  const now = Date.parse('2026-06-01T12:00:00.000Z');
  const told = (time: string | null) => fromNow(time, now);
  expect(told(null)).toBe('never');
  expect(told('2026-06-01T11:59:01.000Z')).toBe('59s ago');
  expect(told('2026-06-01T10:00:01.000Z')).toBe('1h ago');
  expect(told('2026-05-30T10:00:00.000Z')).toBe('2d ago');
  expect(told('2026-06-01T12:59:59.000Z')).toBe('in 1h');
  expect(told('2026-08-30T11:59:59.000Z')).toBe('in 90d');
  expect(told('2027-01-01T00:00:00.000Z')).toBe('2027-01-01');
});
