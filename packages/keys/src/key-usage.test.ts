import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyUsageSchema } from './key-entry.ts';
import { createKeyUsage } from './key-usage.ts';
import { USAGE_REPORT_KEYS_MAX } from './limits.ts';

const FROM = { address: '::1', userAgent: '' };

describe('key usage', () => {
  it('counts per key, keeps the last use, and begins anew after each report', () => {
    const usage = createKeyUsage();
    const keyId = randomUUID();
    usage.request(keyId, { address: '10.0.0.1', userAgent: 'first' }, 1);
    usage.request(keyId, { address: '10.0.0.2', userAgent: 'x'.repeat(1000) }, 2);
    usage.request(keyId, null, 3);
    usage.limited(keyId);
    usage.refused(keyId, 'API_KEY_EXPIRED');
    usage.rejected(keyId, 'VALIDATION_ERROR', 3);
    usage.rejected(keyId, 'VALIDATION_ERROR', 2);
    usage.rejected(keyId, 'INVALID_JSON', 0);
    const [
      {
        day,
        keys: [report],
      } = { day: '', keys: [] },
    ] = usage.take();
    expect(day).toBe('1970-01-01');
    expect(report).toEqual({
      keyId,
      lastUse: { atMs: 2, address: '10.0.0.2', userAgent: 'x'.repeat(256) },
      requests: 3,
      limited: 1,
      rejectedLogs: { VALIDATION_ERROR: 5 },
      refusedRequests: { API_KEY_EXPIRED: 1 },
    });
    expect(keyUsageSchema.safeParse(report).success).toBe(true);
    expect(usage.take()).toEqual([]);
  });

  it('is bounded in keys and in the length of a report', () => {
    const usage = createKeyUsage(1201);
    for (let key = 0; key < 2000; key += 1) usage.request(`key-${key}`, FROM, key);
    usage.limited('key-1999');
    usage.rejected('key-1999', 'VALIDATION_ERROR', 1);
    expect(usage.take().map(({ keys }) => keys.length)).toEqual([USAGE_REPORT_KEYS_MAX, USAGE_REPORT_KEYS_MAX, 201]);
  });

  it('what became of a request that was reported before its body came is not lost', () => {
    const usage = createKeyUsage();
    usage.request('key', FROM, 1);
    usage.take();
    usage.rejected('key', 'VALIDATION_ERROR', 2);
    usage.refused('key', 'PAYLOAD_TOO_LARGE');
    expect(usage.take()).toMatchObject([
      {
        day: '1970-01-01',
        keys: [
          {
            keyId: 'key',
            lastUse: null,
            requests: 0,
            rejectedLogs: { VALIDATION_ERROR: 2 },
            refusedRequests: { PAYLOAD_TOO_LARGE: 1 },
          },
        ],
      },
    ]);
  });

  it('a report over midnight has both days apart', () => {
    const usage = createKeyUsage();
    const midnightMs = Date.UTC(2026, 5, 2);
    for (const nowMs of [midnightMs - 2, midnightMs - 1, midnightMs]) usage.request('key', FROM, nowMs);
    expect(usage.take().map(({ day, keys }) => [day, keys[0]?.requests, keys[0]?.lastUse?.atMs])).toEqual([
      ['2026-06-01', 2, midnightMs - 1],
      ['2026-06-02', 1, midnightMs],
    ]);
  });
});
