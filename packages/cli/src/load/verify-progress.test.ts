import { expect, it } from 'vitest';
import { secondsText, verifyAnnouncement, verifyLine } from './verify-progress.ts';

it('a long verification is announced with how long it takes, a short one is not', () => {
  expect(verifyAnnouncement(752_000)).toBe(
    'Reading back 752,000 logs by about 752 queries: some 27 s, on a busy machine up to 108 s.',
  );
  expect(verifyAnnouncement(70_000)).toBeNull();
  expect(verifyAnnouncement(70_001)).toMatch(/about 71 queries: some 3 s, .* up to 11 s/);
});

it('the line of the moment counts, and tells what is left', () => {
  const told = { phase: 'reading', rows: 188_000, logs: 752_000, secondsLeft: 30.2 } as const;
  expect(verifyLine(told)).toBe(
    `${'█'.repeat(7)}▌${'░'.repeat(22)} 25 %  read back: 188,000 of 752,000 logs, 31 s left`,
  );
  expect(verifyLine({ ...told, phase: 'waiting', secondsLeft: null })).toMatch(
    /25 % {2}found: 188,000 of 752,000 logs$/,
  );
  // More may be stored than was acknowledged, or nothing was.
  expect(verifyLine({ ...told, rows: 900_000, secondsLeft: 0 })).toMatch(/█ 100 % {2}read back: 900,000 of 752,000/);
  expect(verifyLine({ ...told, rows: 0, logs: 0 })).toContain('100 %');
});

it.each([
  [0.2, '1 s'],
  [120, '120 s'],
  [121, '3 min'],
])('%f seconds are said as %s', (seconds, said) => {
  expect(secondsText(seconds)).toBe(said);
});
