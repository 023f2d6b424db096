import { LOG_LIMITS } from '@sazabi/log-record';
import { describe, expect, it } from 'vitest';
import { finiteNumberOf } from './number-text.ts';

/** A pattern that could part the digits in several ways took a minute. */
const READ_MS_MAX = 2_000;

describe('a number', () => {
  it('has digits on a side of its point', () => {
    for (const text of ['1', '-1.', '+.5', '1.5', '1e3', '.5E-2', '007'])
      expect(finiteNumberOf(text)).toBe(Number(text));
    for (const text of ['', '.', '1 ', '0x1', '1_0', '1e', '--1', 'inf', 'nan', '1e999', '1.2.3'])
      expect(finiteNumberOf(text), text).toBeNull();
  });

  it('is read in time that grows with its text', () => {
    const digits = '1'.repeat(LOG_LIMITS.logBytesMax - 1);
    const beganMs = performance.now();
    for (const text of [`${digits}x`, `.${digits}x`, `1e${digits}x`, `${digits.slice(9)}.x`])
      expect(finiteNumberOf(text)).toBeNull();
    expect(performance.now() - beganMs).toBeLessThan(READ_MS_MAX);
  });
});
