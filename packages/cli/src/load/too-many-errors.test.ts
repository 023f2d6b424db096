import { STOPPED } from '@sazabi/load';
import { describe, expect, it } from 'vitest';
import { tooManyErrors } from './too-many-errors.ts';

describe('more was refused or failed than --max-errors says', () => {
  const said = (requests: number, errors: Readonly<Record<string, number>>, percentMax: number) =>
    tooManyErrors(
      {
        requests,
        acknowledged: requests - Object.values(errors).reduce((sum, count) => sum + count, 0),
        errors: Object.entries(errors).map(([code, count]) => ({ status: 0, code, count })),
      },
      percentMax,
    );

  it('is said in counts, which tell one of many too', () => {
    expect(said(30_000, { TIMEOUT: 1 }, 0)).toBe(
      '1 of 30,000 requests were refused or failed, more than the 0 % of --max-errors.',
    );
    expect(said(30_000, {}, 0)).toBeNull();
    expect(said(1000, { TIMEOUT: 4, ECONNRESET: 6 }, 1)).toBeNull();
    expect(said(1000, { TIMEOUT: 5, ECONNRESET: 6 }, 1)).toMatch(/^11 of 1,000 requests .* the 1 % of/);
  });

  it('leaves out of both counts what was given up after Ctrl-C', () => {
    expect(said(1032, { [STOPPED]: 32 }, 0)).toBeNull();
    expect(said(1032, { [STOPPED]: 32, TIMEOUT: 11 }, 1)).toMatch(/^11 of 1,000 requests/);
    expect(said(32, { [STOPPED]: 32 }, 0)).toBeNull();
  });
});
