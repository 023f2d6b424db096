import { describe, expect, it } from 'vitest';
import { LEVELS, levelIndexOf, severityOfLevelNumber, severityOfNumber, severityOfText } from './level.ts';

const levelOf = (severity: number): string | undefined => LEVELS[levelIndexOf(severity)];

describe('levels', () => {
  it.each([
    ['trace', 1],
    ['DEBUG', 5],
    ['Info', 9],
    [' information ', 9],
    ['Notice', 10],
    ['wArNiNg', 13],
    ['err', 17],
    ['SEVERE', 17],
    ['critical', 21],
    ['FATAL', 21],
    ['emerg', 23],
    ['WARN3', 15],
    ['30', 9],
    ['3', 17],
  ])('text %j has severity %i', (text, severity) => {
    expect(severityOfText(text)).toBe(severity);
  });

  it.each(['', ' ', 'loud', 'infos', '61', '-1', '1.5', '999', 'constructor', 'x'.repeat(100_000)])(
    'text %.20j is unknown',
    (text) => {
      expect(severityOfText(text)).toBe(0);
    },
  );

  it('tens from 10 to 60 are pino, 0 to 7 syslog, other 8 to 24 OpenTelemetry', () => {
    expect([10, 20, 30, 40, 50, 60].map((level) => levelOf(severityOfLevelNumber(level)))).toEqual([...LEVELS]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((level) => levelOf(severityOfLevelNumber(level)))).toEqual([
      ...['fatal', 'fatal', 'fatal', 'error', 'warn', 'info', 'info', 'debug'],
    ]);
    for (const level of [8, 9, 11, 19, 21, 24]) expect(severityOfLevelNumber(level)).toBe(level);
    for (const level of [-1, 25, 35, 61, 7.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(severityOfLevelNumber(level)).toBe(0);
  });

  it('severity numbers are 1 to 24, four to a level', () => {
    expect([0, 25, 1.5, '9', null, undefined, -9].map(severityOfNumber)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    for (let severity = 1; severity <= 24; severity++) {
      expect(severityOfNumber(severity)).toBe(severity);
      expect(levelOf(severity)).toBe(LEVELS[Math.floor((severity - 1) / 4)]);
    }
  });
});
