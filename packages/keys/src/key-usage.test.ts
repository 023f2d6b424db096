import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyUsageSchema } from './key-entry.ts';
import { createKeyUsage } from './key-usage.ts';
import { USAGE_REPORT_KEYS_MAX } from './limits.ts';

describe('key usage', () => {
  it('counts per key, keeps the last use, and begins anew after each report', () => {
    const usage = createKeyUsage();
    const keyId = randomUUID();
    usage.request(keyId, { address: '10.0.0.1', userAgent: 'first' }, 1);
    usage.request(keyId, { address: '10.0.0.2', userAgent: 'x'.repeat(1000) }, 2);
    usage.limited(keyId);
    usage.rejected(keyId, 'VALIDATION_ERROR', 3);
    usage.rejected(keyId, 'VALIDATION_ERROR', 2);
    usage.rejected(keyId, 'INVALID_JSON', 0);
    const [[report] = []] = usage.take();
    expect(report).toEqual({
      keyId,
      lastUsedAtMs: 2,
      lastUsedFrom: { address: '10.0.0.2', userAgent: 'x'.repeat(256) },
      requests: 2,
      limited: 1,
      rejectedLogs: { VALIDATION_ERROR: 5 },
    });
    expect(keyUsageSchema.safeParse(report).success).toBe(true);
    expect(usage.take()).toEqual([]);
  });

  it('is bounded in keys and in the length of a report', () => {
    const usage = createKeyUsage(1201);
    const from = { address: '::1', userAgent: '' };
    for (let key = 0; key < 2000; key += 1) usage.request(`key-${key}`, from, key);
    usage.limited('key-1999');
    usage.rejected('key-1999', 'VALIDATION_ERROR', 1);
    expect(usage.take().map((keys) => keys.length)).toEqual([USAGE_REPORT_KEYS_MAX, USAGE_REPORT_KEYS_MAX, 201]);
  });
});
