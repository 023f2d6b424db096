import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFramePool } from './frame-pool.ts';

it('gives memory that nobody else has, of the size that was asked for', () => {
  const step = fc.record({ bytes: fc.integer({ min: 1, max: 700_000 }), givesBack: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pool = createFramePool();
      const held: Buffer[] = [];
      for (const { bytes, givesBack } of steps) {
        const buffer = pool.take(bytes);
        expect(buffer.byteLength).toBe(bytes);
        expect(held.map((other) => other.buffer)).not.toContain(buffer.buffer);
        held.push(buffer);
        if (givesBack % 3 > 0) for (const given of held.splice(givesBack % held.length, 1)) pool.give(given);
      }
    }),
  );
});

it('gives the same memory again', () => {
  const pool = createFramePool();
  const first = pool.take(20_000);
  pool.give(first);
  expect(pool.take(30_000).buffer).toBe(first.buffer);
});
