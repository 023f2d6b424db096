import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Instant, parseTimestamp } from './timestamp.ts';

/** Nanoseconds since 1970, or null where the value is refused; a refused one must leave the instant alone. */
function nanosOf(value: unknown): bigint | null {
  const instant: Instant = { seconds: -1, nanos: -1 };
  if (!parseTimestamp(value, instant)) {
    expect(instant).toEqual({ seconds: -1, nanos: -1 });
    return null;
  }
  return BigInt(instant.seconds) * 1_000_000_000n + BigInt(instant.nanos);
}

const END_NANOS = 9_214_646_400_000_000_000n;
const timeMs = fc.integer({ min: 0, max: Date.UTC(2262, 0, 1) - 1 });

describe('ISO 8601', () => {
  it('agrees with Date for every instant and offset', () => {
    fc.assert(
      fc.property(timeMs, fc.integer({ min: -1439, max: 1439 }), fc.constantFrom(':', ''), (ms, minutes, colon) => {
        const local = new Date(ms + minutes * 60_000);
        // A local year before 1970 or after 2261 is right too, as long as the instant is in range.
        const east = Math.abs(minutes);
        const offset = `${minutes < 0 ? '-' : '+'}${String(Math.floor(east / 60)).padStart(2, '0')}${colon}${String(east % 60).padStart(2, '0')}`;
        const text = `${local.toISOString().slice(0, -1)}${offset}`;
        expect(nanosOf(text)).toBe(BigInt(ms) * 1_000_000n);
        expect(nanosOf(text.replaceAll(/(?<=^.{0,10})-/g, '').replaceAll(/:(?=.*\.)/g, ''))).toBe(
          BigInt(ms) * 1_000_000n,
        );
      }),
    );
  });

  it.each([
    ['2026-11-21', 1_795_219_200_000_000_000n],
    ['20261121', 1_795_219_200_000_000_000n],
    ['2026-11-21T10:11', 1_795_255_860_000_000_000n],
    ['2026-11-21t10:11:12z', 1_795_255_872_000_000_000n],
    ['2026-11-21 10:11:12', 1_795_255_872_000_000_000n],
    ['2026-11-21 10:11:12 +0100', 1_795_252_272_000_000_000n],
    ['2026-11-21T10:11:12+01', 1_795_252_272_000_000_000n],
    ['2026-11-21T10:11:12,5Z', 1_795_255_872_500_000_000n],
    ['20261121T101112.123456789Z', 1_795_255_872_123_456_789n],
    ['2026-11-21T10:11:12.1234567899999Z', 1_795_255_872_123_456_789n],
    ['2026-11-21T10:11:12.000000001Z', 1_795_255_872_000_000_001n],
    ['2026-11-20T24:00:00Z', 1_795_219_200_000_000_000n],
    ['2026-11-20T23:59:60Z', 1_795_219_200_000_000_000n],
    ['2024-02-29T00:00:00Z', 1_709_164_800_000_000_000n],
    ['2000-02-29', 951_782_400_000_000_000n],
    ['1969-12-31T23:00:00-01:00', 0n],
    ['2262-01-01T00:59:59.999999999+01:00', END_NANOS - 1n],
  ])('%s', (text, nanos) => {
    expect(nanosOf(text)).toBe(nanos);
  });

  it.each([
    ...['', 'now', '2026', '2026-11', '2026-1-1', '2026-13-01', '2026-00-01', '2026-11-31', '2026-02-29', '2100-02-29'],
    ...[
      '2026-11-21T',
      '2026-11-21T1',
      '2026-11-21T25:00',
      '2026-11-21T24:00:01',
      '2026-11-21T10:60',
      '2026-11-21T10:11:61',
    ],
    ...['2026-11-21T10:11:12.Z', '2026-11-21T10:11:12Zx', '2026-11-21T10:11:12+24:00', '2026-11-21T10:11:12+01:60'],
    ...[
      '2026-11-21T10:11:12+1',
      '2026-11-21T10:11:12+01:0',
      '2026-11-21T10:1112',
      '2026-1121',
      '+2026-11-21',
      '2026-11-21T10:11:12 UTC',
    ],
    ...[
      '1969-12-31T23:59:59.999Z',
      '2262-01-01T00:00:00Z',
      '1970-01-01T00:00:00+00:01',
      '9999-12-31T00:00:00Z',
      '２０２６-11-21',
    ],
  ])('refuses %j', (text) => {
    expect(nanosOf(text)).toBeNull();
  });
});

describe('epoch numbers', () => {
  it.each([
    [0, 0n],
    [1_700_000_000, 1_700_000_000_000_000_000n],
    [1_700_000_000_123, 1_700_000_000_123_000_000n],
    [1_700_000_000_123_456, 1_700_000_000_123_456_000n],
    [Number(1_700_000_000_123_456_768n), 1_700_000_000_123_456_768n],
    [1_700_000_000.123456, 1_700_000_000_123_456_000n],
    [1_700_000_000_123.5, 1_700_000_000_123_500_000n],
    [0.1, 100_000_000n],
    [1e-9, 0n],
    [9_214_646_399, 9_214_646_399_000_000_000n],
    ['1700000000123456789', 1_700_000_000_123_456_789n],
    ['1700000000.123456789', 1_700_000_000_123_456_789n],
    ['1700000000123', 1_700_000_000_123_000_000n],
  ])('%j', (value, nanos) => {
    expect(nanosOf(value)).toBe(nanos);
  });

  it.each([
    -1,
    -0.5,
    9.3e18,
    1e300,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '-1',
    '1e9',
    '9214646400000000000',
    '99999999999999999999',
    true,
    {},
    [],
  ])('refuses %j', (value) => {
    expect(nanosOf(value)).toBeNull();
  });

  it('every size means the same instant, exact to its unit', () => {
    // From 1973 on: as text, seconds of fewer digits are a date; as a number, small ones are of a coarser unit.
    fc.assert(
      fc.property(fc.bigInt({ min: 100_000_000_000_000_000n, max: END_NANOS - 1n }), (nanos) => {
        for (const unit of [1n, 1_000n, 1_000_000n, 1_000_000_000n]) {
          expect(nanosOf(String(nanos / unit))).toBe((nanos / unit) * unit);
          const number = Number(nanos / unit);
          if (BigInt(number) * unit < END_NANOS) expect(nanosOf(number)).toBe(BigInt(number) * unit);
        }
      }),
    );
  });

  it('never throws for any value', () => {
    fc.assert(fc.property(fc.oneof(fc.double(), fc.string(), fc.jsonValue()), (value) => nanosOf(value) !== undefined));
  });
});
