import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { duration, parseExpiry, parseQueryTime, percent } from './input.ts';

describe('a duration', () => {
  const parse = duration('30s or 2h', '1s', '24h');

  it.each([
    ['1s', 1000],
    ['90m', 5_400_000],
    ['24h', 86_400_000],
    ['1d', 86_400_000],
  ])('%s', (text, ms) => expect(parse(text)).toBe(ms));

  it.each(['-1s', '0s', '0', '5', '25h', '90d', '1 s', '1.5h', ''])(
    '%j is refused with what the option takes',
    (text) => {
      expect(() => parse(text)).toThrow(new InvalidArgumentError('Say it as 30s or 2h: from 1s to 24h.'));
    },
  );

  it('has no end where none is said', () => {
    expect(duration('90d')('999999w')).toBe(999_999 * 604_800_000);
    expect(() => duration('90d')('-1d')).toThrow('Say it as 90d: 0s or longer.');
  });
});

it('a percentage goes from 0 to 100', () => {
  expect(['0', '0.5', '1%', '100', '99.9999%'].map(percent)).toEqual([0, 0.5, 1, 100, 99.9999]);
  for (const text of ['101', '100.1', '-1', '', '%', 'half', '1.', '1 %', '0x1'])
    expect(() => percent(text)).toThrow('from 0 to 100');
});

it('the minus of a time of a query says what is meant anyway', () => {
  expect(['2h', '-2h', '2026-01-31T12:00:00Z'].map(parseQueryTime)).toEqual(['-2h', '-2h', '2026-01-31T12:00:00Z']);
});

it('a key ends later than now, at a date, or never', () => {
  expect(Date.parse(parseExpiry('5d')) - Date.now()).toBeGreaterThan(4 * 86_400_000);
  expect([parseExpiry('never'), parseExpiry('2027-01-31')]).toEqual(['never', '2027-01-31T00:00:00.000Z']);
  for (const text of ['-5d', '-5', '5', 'soon', '2027-13-01']) expect(() => parseExpiry(text)).toThrow('Say it as 90d');
});
