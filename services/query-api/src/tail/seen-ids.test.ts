import { describe, expect, it } from 'vitest';
import { createSeenIds } from './seen-ids.ts';

const id = (byte: number) => new Uint8Array(16).fill(byte);

describe('ids seen', () => {
  it('are first where they came first, whoever asks again', () => {
    const seen = createSeenIds();
    expect(seen.isFirst(id(1), 10)).toBe(true);
    expect(seen.isFirst(id(1), 20)).toBe(false);
    expect(seen.isFirst(id(1), 10)).toBe(true);
    expect(seen.isFirst(id(2), 20)).toBe(true);
  });

  it('a tail that catches up may find an earlier one', () => {
    const seen = createSeenIds();
    expect(seen.isFirst(id(1), 20)).toBe(true);
    expect(seen.isFirst(id(1), 10)).toBe(true);
    expect(seen.isFirst(id(1), 20)).toBe(false);
  });

  it('are forgotten from the oldest on past the bound', () => {
    const seen = createSeenIds(2);
    for (const byte of [1, 2, 3]) expect(seen.isFirst(id(byte), byte)).toBe(true);
    expect([seen.isFirst(id(3), 9), seen.isFirst(id(2), 9), seen.isFirst(id(1), 9)]).toEqual([false, false, true]);
  });
});
