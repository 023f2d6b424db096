import { randomUUID } from 'node:crypto';
import { ContractError } from '@sazabi/contract';
import { describe, expect, it } from 'vitest';
import { entryOf } from './fixtures/feed-server.ts';
import type { PublicKeyEntry } from './key-entry.ts';
import { generateKey } from './key-form.ts';
import { createKeySnapshot } from './key-snapshot.ts';
import { PRESENTED_KEYS_CACHED_MAX } from './limits.ts';

const EPOCH = randomUUID();
const SECRET = new Uint8Array(32);
const NOW_MS = Date.parse('2026-01-02T03:04:05.678Z');

function filled(...entries: PublicKeyEntry[]) {
  const snapshot = createKeySnapshot();
  snapshot.replace({ epoch: EPOCH, seq: 10, entries, receiptSecret: SECRET });
  return snapshot;
}

const verdict = (result: PublicKeyEntry | ContractError) =>
  result instanceof ContractError ? { code: result.code, ...result.details } : result.keyId;

describe('key snapshot', () => {
  it('knows its keys and says of others why not', () => {
    const key = generateKey('public', 'live');
    const entry = entryOf(key);
    const snapshot = filled(entry);
    for (let time = 0; time < 3; time += 1) expect(snapshot.lookUp(key, NOW_MS)).toBe(entry);
    expect(verdict(snapshot.lookUp(generateKey('public', 'live'), NOW_MS))).toEqual({
      code: 'INVALID_API_KEY',
      reason: 'unknown',
    });
    expect(verdict(snapshot.lookUp(`${key.slice(0, -1)}!`, NOW_MS))).toEqual({
      code: 'INVALID_API_KEY',
      reason: 'malformed',
    });
    expect(verdict(snapshot.lookUp(generateKey('secret', 'live'), NOW_MS))).toEqual({ code: 'WRONG_KEY_TYPE' });
  });

  it('a revoked key is refused at once, though it was used a moment ago', () => {
    const key = generateKey('public', 'live');
    const entry = entryOf(key);
    const snapshot = filled(entry);
    expect(snapshot.lookUp(key, NOW_MS)).toBe(entry);
    snapshot.put(11, { ...entry, revokedAtMs: NOW_MS });
    expect(verdict(snapshot.lookUp(key, NOW_MS))).toEqual({
      code: 'API_KEY_REVOKED',
      revokedAt: '2026-01-02T03:04:05.678Z',
    });
    snapshot.remove(12, entry.keyId);
    expect(verdict(snapshot.lookUp(key, NOW_MS))).toEqual({ code: 'INVALID_API_KEY', reason: 'unknown' });
  });

  it('expiry is judged by the clock of each request; revoked wins over expired', () => {
    const key = generateKey('public', 'live');
    const entry = entryOf(key, { expiresAtMs: NOW_MS });
    const snapshot = filled(entry);
    expect(snapshot.lookUp(key, NOW_MS - 1)).toBe(entry);
    expect(verdict(snapshot.lookUp(key, NOW_MS))).toEqual({
      code: 'API_KEY_EXPIRED',
      expiredAt: '2026-01-02T03:04:05.678Z',
    });
    snapshot.put(11, { ...entry, revokedAtMs: NOW_MS + 5 });
    expect(verdict(snapshot.lookUp(key, NOW_MS))).toMatchObject({ code: 'API_KEY_REVOKED' });
  });

  it('changes that are older than it are ignored, and come in order', () => {
    const key = generateKey('public', 'live');
    const entry = entryOf(key, { revokedAtMs: NOW_MS });
    const snapshot = filled(entry);
    snapshot.put(9, { ...entry, revokedAtMs: null });
    expect(verdict(snapshot.lookUp(key, NOW_MS))).toMatchObject({ code: 'API_KEY_REVOKED' });
    expect(snapshot.position()).toEqual({ epoch: EPOCH, seq: 10 });
    snapshot.remove(12, entry.keyId);
    expect(snapshot.position()).toEqual({ epoch: EPOCH, seq: 12 });
    expect(snapshot.size()).toBe(0);
  });

  it('is empty before the first snapshot, and a new one replaces all of it', () => {
    const [before, after] = [generateKey('public', 'live'), generateKey('public', 'live')];
    const empty = createKeySnapshot();
    expect(empty.position()).toBeNull();
    expect(() => empty.put(1, entryOf(before))).toThrow('first snapshot');
    const snapshot = filled(entryOf(before));
    expect(verdict(snapshot.lookUp(before, NOW_MS))).toBeTypeOf('string');
    const epoch = randomUUID();
    snapshot.replace({ epoch, seq: 1, entries: [entryOf(after)], receiptSecret: SECRET });
    expect(snapshot.position()).toEqual({ epoch, seq: 1 });
    expect(verdict(snapshot.lookUp(before, NOW_MS))).toMatchObject({ reason: 'unknown' });
    expect(verdict(snapshot.lookUp(after, NOW_MS))).toBeTypeOf('string');
  });

  it('goes on to know every key when more are in use than are remembered', () => {
    const keys = Array.from({ length: PRESENTED_KEYS_CACHED_MAX + 10 }, () => generateKey('public', 'test'));
    const snapshot = filled(...keys.map((key) => entryOf(key)));
    for (let round = 0; round < 2; round += 1)
      expect(keys.filter((key) => snapshot.lookUp(key, NOW_MS) instanceof ContractError)).toEqual([]);
  });
});
