// What is counted per key, and what a project's daily quota refuses, against a real server.
import { BusError } from '@sazabi/bus';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestIntake, type TestIntake } from './testing/start-intake.ts';

const NOON_MS = Date.UTC(2026, 5, 1, 12);
const HALF_A_DAY_MS = 43_200_000;

let intake: TestIntake;
let nowMs = NOON_MS;
let failAppends = false;

beforeAll(async () => {
  intake = await startTestIntake({
    now: () => nowMs,
    wrapBus: (bus) => ({
      ...bus,
      producer: async () => {
        const producer = await bus.producer();
        return {
          partitions: producer.partitions,
          get bytesInFlight() {
            return producer.bytesInFlight;
          },
          append: (partition, record) =>
            failAppends ? Promise.reject(new BusError('unavailable', 'away')) : producer.append(partition, record),
          close: () => producer.close(),
        };
      },
    }),
  });
});
beforeEach(() => {
  nowMs = NOON_MS;
  failAppends = false;
  intake.usage.take();
});
afterAll(() => intake.stop());

async function send(key: string, body: string | object, headers: Record<string, string> = {}) {
  const response = await fetch(`${intake.url}/v1/logs`, {
    method: 'POST',
    headers: { 'x-sazabi-key': key, 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    remaining: response.headers.get('x-ratelimit-remaining'),
    body: JSON.parse(await response.text()),
  };
}

const logs = (count: number) => Array.from({ length: count }, () => ({ message: 'x' }));

describe('what is counted per key', () => {
  it('requests, limited ones, rejected logs and refused requests by code; nothing twice', async () => {
    const { key, entry } = intake.addKey({ rateLimitPerMinute: 6 });
    expect((await send(key, [...logs(2), { level: 'info' }])).status).toBe(202);
    expect((await send(key, [{}, {}])).status).toBe(400);
    expect((await send(key, '{')).status).toBe(400);
    expect((await send(key, '{}', { 'content-type': 'text/html' })).status).toBe(415);
    expect((await send(key, logs(10_001))).status).toBe(413);
    failAppends = true;
    expect((await send(key, logs(1))).status).toBe(503);
    expect((await send(key, logs(1))).status).toBe(429);
    intake.putKey({ ...entry, allowedOrigins: ['https://a.test'] });
    expect((await send(key, logs(1), { origin: 'https://b.test' })).status).toBe(403);
    intake.putKey({ ...entry, revokedAtMs: NOON_MS });
    expect((await send(key, logs(1))).status).toBe(401);
    expect((await send(`${key.slice(0, -1)}x`, logs(1))).status).toBe(401);
    const [report, ...others] = intake.usage.take();
    expect(others).toEqual([]);
    expect(report?.keys).toEqual([
      {
        keyId: entry.keyId,
        lastUse: { atMs: NOON_MS, address: '127.0.0.1', userAgent: expect.any(String) },
        requests: 9,
        limited: 1,
        rejectedLogs: { VALIDATION_ERROR: 3 },
        refusedRequests: {
          INVALID_JSON: 1,
          UNSUPPORTED_MEDIA_TYPE: 1,
          PAYLOAD_TOO_LARGE: 1,
          SERVICE_UNAVAILABLE: 1,
          ORIGIN_NOT_ALLOWED: 1,
          API_KEY_REVOKED: 1,
        },
      },
    ]);
  });

  it('a page that must not use the key is a last use of it: that is how its owner learns of it', async () => {
    const { key } = intake.addKey({ allowedOrigins: ['https://a.test'] });
    await send(key, logs(1), { origin: 'https://b.test' });
    expect(intake.usage.take()[0]?.keys[0]).toMatchObject({ lastUse: { address: '127.0.0.1' }, requests: 1 });
  });

  it('an unused key that is revoked has no last use', async () => {
    const { key } = intake.addKey({ revokedAtMs: NOON_MS });
    await send(key, logs(1));
    expect(intake.usage.take()[0]?.keys[0]).toMatchObject({ lastUse: null, requests: 1 });
  });
});

describe('daily quotas', () => {
  it('of logs: taken below it, refused at it until 00:00 UTC, both modes together', async () => {
    const { key, entry } = intake.addKey({ quota: { logsPerDay: 5, bytesPerDay: null }, rateLimitPerMinute: 100 });
    const test = intake.addKey({ projectId: entry.projectId, quota: entry.quota, mode: 'test' });
    expect((await send(key, logs(4))).status).toBe(202);
    expect((await send(test.key, logs(3))).status).toBe(202);
    const refused = await send(key, logs(1));
    expect(refused).toMatchObject({ status: 429, retryAfter: String(HALF_A_DAY_MS / 1000), remaining: '98' });
    expect(refused.body.error).toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      message:
        'Too many requests. Please retry after 43200 seconds. The project has used up its daily quota of 5 logs; it begins anew at 00:00 UTC.',
    });
    expect(intake.usage.take()[0]?.keys.find(({ keyId }) => keyId === entry.keyId)).toMatchObject({
      limited: 0,
      refusedRequests: { RATE_LIMIT_EXCEEDED: 1 },
    });
    nowMs += HALF_A_DAY_MS - 1;
    expect((await send(key, logs(1))).retryAfter).toBe('1');
    nowMs += 1;
    expect((await send(key, logs(1))).status).toBe(202);
  });

  it('of bytes: the sum of what logs are stored as', async () => {
    const { key, entry } = intake.addKey({ quota: { logsPerDay: null, bytesPerDay: 1_000 } });
    expect((await send(key, { message: 'm'.repeat(999) })).status).toBe(202);
    expect(intake.quotas.of(entry.projectId, nowMs)).toMatchObject({ logs: 1, bytes: 999 });
    expect((await send(key, { message: 'm' })).status).toBe(202);
    const [row] = (await intake.rows()).filter(({ project_id }) => project_id === entry.projectId);
    expect(row?.bytes).toBe(999);
    expect((await send(key, { message: 'm' })).body.error.message).toContain('1000 bytes');
  });

  it('one that is set at noon knows of the morning, and what others take counts', async () => {
    const { key, entry } = intake.addKey();
    expect((await send(key, logs(3))).status).toBe(202);
    intake.putKey({ ...entry, quota: { logsPerDay: 5, bytesPerDay: null } });
    expect((await send(key, logs(1))).status).toBe(202);
    intake.quotas.setOthers('2026-06-01', [{ projectId: entry.projectId, logs: 1, bytes: 0 }]);
    expect((await send(key, logs(1))).status).toBe(429);
    intake.putKey({ ...entry, quota: null });
    expect((await send(key, logs(1))).status).toBe(202);
  });

  it('what could not be written is not charged', async () => {
    const { key, entry } = intake.addKey({ quota: { logsPerDay: 5, bytesPerDay: 100 } });
    failAppends = true;
    for (let attempt = 0; attempt < 3; attempt += 1) expect((await send(key, logs(4))).status).toBe(503);
    expect(intake.quotas.of(entry.projectId, nowMs)).toMatchObject({ logs: 0, bytes: 0 });
  });
});
