import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RECEIPT_CHARACTERS, type ReceiptFields, readReceipt, receiptKeyOf, writeReceipt } from './receipt.ts';
import { uuidFromText } from './uuid.ts';

const SECRET = Buffer.alloc(32, 7);
const FIELDS: ReceiptFields = {
  projectId: '0192f0e4-1111-7222-8333-0123456789ab',
  mode: 'test',
  storedId: '0192f0e4-4444-8555-9666-fedcba987654',
  firstOrdinal: 0,
  count: 10_000,
  day: 20_808,
};

function receiptOf(secret: Uint8Array, fields: ReceiptFields): string {
  const into = Buffer.alloc(RECEIPT_CHARACTERS + 2, ' ');
  const stored = { ...fields, storedId: uuidFromText(fields.storedId) };
  writeReceipt(receiptKeyOf(secret, fields.projectId, fields.mode), stored, into, 1);
  expect([into[0], into.at(-1)]).toEqual([0x20, 0x20]);
  return into.toString('latin1', 1, 1 + RECEIPT_CHARACTERS);
}

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
          const text = receiptOf(SECRET, fields);
          expect(text).toMatch(/^[A-Za-z0-9_-]{80}$/);
          expect(Buffer.from(text, 'base64url').toString('base64url')).toBe(text);
          expect(readReceipt(SECRET, text)).toEqual(fields);
        },
      ),
    );
  });

  it('are null under another secret, with any character changed, and with the tag of another project or mode', () => {
    const text = receiptOf(SECRET, FIELDS);
    expect(readReceipt(Buffer.alloc(32, 8), text)).toBeNull();
    for (let at = 0; at < text.length; at++) {
      const other = text[at] === 'A' ? 'B' : 'A';
      expect(readReceipt(SECRET, text.slice(0, at) + other + text.slice(at + 1))).toBeNull();
    }
    for (const foreign of [{ mode: 'live' as const }, { projectId: FIELDS.storedId }]) {
      const bytes = Buffer.from(text, 'base64url');
      Buffer.from(receiptOf(SECRET, { ...FIELDS, ...foreign }), 'base64url').copy(bytes, 0, 0, 44);
      expect(readReceipt(SECRET, bytes.toString('base64url'))).toBeNull();
    }
  });

  it('of the version before, signed by HMAC-SHA256, are read still, and none of a version to come', () => {
    const body = Buffer.from(receiptOf(SECRET, FIELDS), 'base64url').subarray(0, 44);
    const signed = (version: number) => {
      body[0] = version;
      const tag = createHmac('sha256', SECRET).update('sazabi receipt\n').update(body).digest().subarray(0, 16);
      return Buffer.concat([body, tag]).toString('base64url');
    };
    expect(readReceipt(SECRET, signed(1))).toEqual(FIELDS);
    for (const version of [0, 2, 3]) expect(readReceipt(SECRET, signed(version))).toBeNull();
  });

  it.each(['', 'x', ' '.repeat(80), `${'A'.repeat(79)}=`, 'é'.repeat(80), 'A'.repeat(80), 'A'.repeat(84)])(
    'are null for %j',
    (text) => {
      expect(readReceipt(SECRET, text)).toBeNull();
      expect(readReceipt(SECRET, `${receiptOf(SECRET, FIELDS)}${text || ' '}`)).toBeNull();
    },
  );
});
