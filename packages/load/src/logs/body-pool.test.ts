import { describe, expect, it } from 'vitest';
import { ageMs, type BodyPool, createBodyPool } from './body-pool.ts';
import { COMPRESSIONS, compressBody, ENCODINGS } from './encoding.ts';

const NOW = Date.parse('2026-11-30T12:00:00.007Z');
const options = { seed: 1, batch: 5, encoding: 'json', bodiesMin: 3, bodiesMax: 3 } as const;
const textOf = (pool: BodyPool, request: number) => Buffer.from(pool.take(request, NOW).bytes).toString('utf8');
const logsOf = (pool: BodyPool, request: number) => JSON.parse(textOf(pool, request));

describe('a body', () => {
  it('has the logs of its request: each its own id, and times of the second before it is sent', () => {
    const pool = createBodyPool(options);
    for (const request of [0, 123_456, 2]) {
      const logs = logsOf(pool, request);
      expect(logs).toHaveLength(5);
      for (const [place, log] of logs.entries()) {
        expect(pool.ids.read(log.attributes.trace)).toEqual({ request, place });
        expect(Date.parse(log.timestamp)).toBe(NOW - ageMs(place, 5));
      }
      expect(logs.at(-1).timestamp).toBe('2026-11-30T12:00:00.007Z');
      expect(logs[0].timestamp).toBe('2026-11-30T11:59:59.207Z');
    }
  });

  it('is NDJSON where that is asked for', () => {
    const lines = textOf(createBodyPool({ ...options, encoding: 'ndjson' }), 1)
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).attributes.trace)).toHaveLength(5);
  });

  it('is the same for the same seed, and another for another', () => {
    const [first, same, other] = [1, 1, 2].map((seed) => textOf(createBodyPool({ ...options, seed }), 0));
    expect(same).toBe(first);
    expect(other).not.toBe(first);
  });

  it.each([290, 1000, 20_000])('has logs of the size that is asked for: %i bytes', (logBytes) => {
    for (const encoding of ENCODINGS) {
      const pool = createBodyPool({ ...options, logBytes, encoding, batch: 50 });
      expect(pool.bytesPerLog).toBeCloseTo(logBytes);
    }
    expect(createBodyPool({ ...options, logBytes, batch: 1 }).bytesPerLog).toBe(logBytes);
  });

  it('has logs of a little more than the least size, as some of their other fields are longer', () => {
    const pool = createBodyPool({ ...options, logBytes: 220, batch: 50 });
    expect(pool.bytesPerLog).toBeGreaterThan(210);
    expect(pool.bytesPerLog).toBeLessThan(242);
    expect(logsOf(pool, 1)).toHaveLength(50);
  });

  it.each(COMPRESSIONS)('is smaller by each compression but none: %s', (compression) => {
    const { bytes } = createBodyPool(options).take(0, NOW);
    if (compression === 'none') expect(compressBody(bytes, compression)).toBe(bytes);
    else expect(compressBody(bytes, compression).length).toBeLessThan(bytes.length);
  });
});

it('a body is not given to a second request while it is in use', () => {
  const pool = createBodyPool(options);
  const bodies = [0, 1, 2].map((request) => pool.take(request, NOW));
  expect(new Set(bodies.map(({ index }) => index)).size).toBe(3);
  expect(() => pool.take(3, NOW)).toThrow(RangeError);
  const [, second] = bodies;
  if (second !== undefined) pool.give(second);
  expect(pool.take(4, NOW).index).toBe(second?.index);
});
