// What users send and what they find: every form of body, repeats, through the whole pipeline.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient, type StoredLog } from '../support/client.ts';
import { type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';

/** The contract's p99 of a log's way from 202 to being found. */
const FRESH_MS = 2_000;

let system: System;
let client: Client;
beforeAll(async () => {
  system = await startSystem();
  client = createClient(system);
});
afterAll(() => system?.stop());

/** The logs of this service, once there are `count` of them. */
function found(service: string, count: number): Promise<StoredLog[]> {
  return waitFor(
    `${count} logs of ${service} are found`,
    async () => {
      const logs = await client.queryAll({ filters: [{ field: 'service', op: 'eq', value: service }], sort: 'asc' });
      return logs.length >= count && logs;
    },
    10_000,
  );
}

describe('logs in and out', () => {
  it('one object, an array, NDJSON, gzip', async () => {
    const log = (message: string) => ({ message, service: 'forms', timestamp: new Date().toISOString() });
    expect(await client.postLogs(log('object'))).toMatchObject({ accepted: 1 });
    expect(await client.postLogs([log('array 1'), log('array 2')])).toMatchObject({ accepted: 2 });
    const ndjson = [log('line 1'), log('line 2')].map((line) => JSON.stringify(line)).join('\n');
    const headers = { 'content-type': 'application/x-ndjson' };
    expect(await client.postLogs(ndjson, { headers })).toMatchObject({ accepted: 2 });
    const zipped = gzipSync(JSON.stringify([log('zipped')]));
    expect(await client.postLogs(zipped, { headers: { 'content-encoding': 'gzip' } })).toMatchObject({ accepted: 1 });
    const messages = (await found('forms', 6)).map((stored) => stored.message);
    expect(messages.toSorted()).toEqual(['array 1', 'array 2', 'line 1', 'line 2', 'object', 'zipped']);
  });

  it('every field of a log comes back', async () => {
    const timestamp = '2026-01-02T03:04:05.123456789Z';
    await client.postLogs({
      message: 'Ünïcödé ✓ \u0000 end',
      level: 'WARN',
      service: 'fields',
      environment: 'staging',
      host: 'web-1',
      timestamp,
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      span_id: 'b7ad6b7169203331',
      attributes: { a: { b: 1.5 }, list: [1, 'x'], yes: true },
      surplus: 'kept',
    });
    const [log] = await waitFor(
      'it is found',
      async () => {
        const logs = await client.queryAll({
          from: '2026-01-01T00:00:00Z',
          filters: [{ field: 'service', op: 'eq', value: 'fields' }],
        });
        return logs.length > 0 && logs;
      },
      10_000,
    );
    expect(log).toMatchObject({
      message: 'Ünïcödé ✓ \u0000 end',
      level: 'warn',
      service: 'fields',
      environment: 'staging',
      host: 'web-1',
      timestamp,
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      attributes: { 'a.b': '1.5', list: '[1,"x"]', yes: 'true', surplus: 'kept' },
    });
  });

  it('a log is found within two seconds at rest', async () => {
    const delays: number[] = [];
    for (let sample = 0; sample < 10; sample++) {
      await client.postLogs({ message: `fresh ${sample}`, service: `fresh-${sample}` });
      const atMs = performance.now();
      await found(`fresh-${sample}`, 1);
      delays.push(performance.now() - atMs);
    }
    expect(Math.max(...delays)).toBeLessThan(FRESH_MS);
  });
});

describe('I2: an Idempotency-Key', () => {
  it('stores once, whether repeated at once, at the same time, or after a kill of everything', async () => {
    const logs = [
      { message: 'paid', service: 'once' },
      { message: 'shipped', service: 'once' },
    ];
    const first = await client.postLogs(logs, { idempotencyKey: 'order-1' });
    const again = await client.postLogs(logs, { idempotencyKey: 'order-1' });
    expect(again).toEqual(first);
    await Promise.all(Array.from({ length: 20 }, () => client.postLogs(logs, { idempotencyKey: 'order-2' })));
    await found('once', 4);
    await system.killTree();
    await system.restart();
    expect(await client.postLogs(logs, { idempotencyKey: 'order-1' })).toMatchObject({ accepted: 2 });
    // What is sent last is stored last: once it is found, so would be the repeats.
    await client.postLogs({ message: 'end', service: 'once' });
    const stored = await found('once', 5);
    expect(stored.map((log) => log.message).toSorted()).toEqual(['end', 'paid', 'paid', 'shipped', 'shipped']);
  });
});
