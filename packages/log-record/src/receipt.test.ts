import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReceipt, readReceipt } from './receipt.ts';

const SECRET = Buffer.alloc(32, 7);
const FIELDS = {
  projectId: '0192f0e4-1111-7222-8333-0123456789ab',
  mode: 'test',
  storedId: '0192f0e4-4444-8555-9666-fedcba987654',
  firstOrdinal: 0,
  count: 10_000,
  day: 20_808,
} as const;

describe('receipts', () => {
  it('round-trip in 80 URL-safe characters', () => {
    fc.assert(
      fc.property(
        fc.record({
          projectId: fc.uuid(),
          mode: fc.constantFrom('live', 'test'),
          storedId: fc.uuid(),
          firstOrdinal: fc.integer({ min: 0, max: 0xffff_ffff }),
          count: fc.integer({ min: 0, max: 0xffff_ffff }),
          day: fc.integer({ min: 0, max: 0xffff }),
        }),
        (fields) => {
          const text = createReceipt(SECRET, fields);
          expect(text).toMatch(/^[A-Za-z0-9_-]{80}$/);
          expect(readReceipt(SECRET, text)).toEqual(fields);
        },
      ),
    );
  });

  it('are null under another secret, and with any character changed', () => {
    const text = createReceipt(SECRET, FIELDS);
    expect(readReceipt(Buffer.alloc(32, 8), text)).toBeNull();
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === 'A' ? 'B' : 'A';
      expect(readReceipt(SECRET, text.slice(0, at) + other + text.slice(at + 1))).toBeNull();
    }
  });

  it.each(['', 'x', ' '.repeat(80), `${'A'.repeat(79)}=`, 'é'.repeat(80), 'A'.repeat(80), 'A'.repeat(84)])(
    'are null for %j',
    (text) => {
      expect(readReceipt(SECRET, text)).toBeNull();
      expect(readReceipt(SECRET, `${createReceipt(SECRET, FIELDS)}${text || ' '}`)).toBeNull();
    },
  );
});
