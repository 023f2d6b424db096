// The live tail over real HTTP, a real bus and PGlite; nothing consumes the bus and no ClickHouse is there.
import { type Bus, type BusProducer, openBus } from '@sazabi/bus';
import { createdSecretKeySchema, projectSchema } from '@sazabi/contract/schemas';
import { newUuidV7 } from '@sazabi/log-record';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../test-support.ts';
import { appendLogs, openTail, type TestTail } from './testing.ts';

let test: TestApi;
let bus: Bus;
let producer: BusProducer;
let projectId: string;
const tails: TestTail[] = [];

beforeAll(async () => {
  test = await startTestApi();
  bus = openBus(`lmdb:${test.dataDir}/bus`);
  producer = await bus.producer();
  const listed = await test.call('GET', '/projects');
  projectId = listed.data(z.array(projectSchema))[0]?.id ?? '';
});
afterEach(async () => {
  for (const tail of tails.splice(0)) {
    tail.cut();
    await tail.ended;
  }
});
afterAll(async () => {
  await bus.close();
  await test.close();
});

async function open(options: Parameters<typeof openTail>[2] & { readonly key?: string } = {}): Promise<TestTail> {
  const tail = await openTail(test.api.url, options.key ?? test.secretKey, options);
  tails.push(tail);
  expect(tail.response.status).toBe(200);
  return tail;
}

const append = (logs: readonly object[], record: Partial<Parameters<typeof appendLogs>[2]> = {}) =>
  appendLogs(producer, logs, { projectId, ...record });
const say = (...messages: readonly string[]) => append(messages.map((message) => ({ message })));

describe('a tail', () => {
  it('shows what is appended after it was opened, each row in an event with an id', async () => {
    // The first tail: one that joins others may begin with what was appended in the moment before it.
    await say('before');
    const tail = await open();
    expect(Object.fromEntries(tail.response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
      'x-request-id': expect.any(String),
      'x-ratelimit-limit': '1000',
    });
    await expect.poll(() => tail.comments()).toEqual(['open']);
    await append([{ message: 'one', level: 'error', service: 'shop', attributes: { a: 1 } }, { message: 'two' }]);
    expect(await tail.rows(2)).toEqual(['one', 'two']);
    expect(tail.events[0]).toMatchObject({
      event: 'log',
      id: expect.stringMatching(/^1\./),
      data: { projectId, level: 'error', severityNumber: 17, service: 'shop', host: null, attributes: { a: '1' } },
    });
  });

  it('filters as queries do', async () => {
    const filters = JSON.stringify([{ field: 'level', op: 'gte', value: 'warn' }]);
    const [filtered, searched, all] = [
      await open({ query: { filters } }),
      await open({ query: { search: 'PAY', searchMode: 'any', projectId } }),
      await open(),
    ];
    await append([
      { message: 'pay now', level: 'info' },
      { message: 'payment', level: 'fatal' },
    ]);
    await all.rows(2);
    expect([filtered.messages(), searched.messages()]).toEqual([['payment'], ['pay now']]);
  });

  it('goes on behind the last event where it was cut, within a record too, without gap or repeat', async () => {
    const first = await open();
    await say('1', '2', '3');
    await first.rows(3);
    const ids = first.events.map(({ id }) => id);
    first.cut();
    await say('4', '5');
    for (const [at, rest] of [
      ['2', '3', '4', '5', '6'],
      ['3', '4', '5', '6'],
      ['4', '5', '6'],
    ].entries()) {
      const resumed = await open({ lastEventId: ids[at] });
      await resumed.rows(rest.length - 1);
      if (at === 0) await say('6');
      expect(await resumed.rows(rest.length)).toEqual(rest);
    }
  });

  it('can be read by pages that its key allows', async () => {
    const origin = 'https://dashboard.example.com';
    const body = { name: 'of a page', allowBrowser: true, allowedOrigins: [origin] };
    const { key } = (await test.call('POST', '/secret-keys', { body })).data(createdSecretKeySchema);
    const response = await fetch(`${test.api.url}/logs/tail`, { headers: { 'x-sazabi-secret-key': key, origin } });
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    await response.body?.cancel();
    const preflight = await test.call('OPTIONS', '/logs/tail', { headers: { origin } });
    expect(preflight.headers.get('access-control-allow-headers')).toContain('last-event-id');
  });
});

describe('a repeat on the bus', () => {
  it('is shown once: a record that comes twice, and a request that is repeated in a later one', async () => {
    const tail = await open();
    const recordId = newUuidV7();
    await append([{ message: 'record' }], { recordId });
    await append([{ message: 'record' }], { recordId });
    await append([{ message: 'request' }], { idempotencyKey: 'k' });
    const id = await tail.rows(2).then(() => tail.lastId());
    await append([{ message: 'request' }], { idempotencyKey: 'k' });
    await say('end');
    expect(await tail.rows(3)).toEqual(['record', 'request', 'end']);
    const resumed = await open({ lastEventId: id });
    expect(await resumed.rows(1)).toEqual(['end']);
  });
});

describe('I5: what a tail sees', () => {
  it('is its key’s mode alone, no expired and no foreign row', async () => {
    const made = await test.call('POST', '/secret-keys', { body: { name: 'of tests', mode: 'test' } });
    const [live, ofTests] = [await open(), await open({ key: made.data(createdSecretKeySchema).key })];
    await append([{ message: 'test' }], { mode: 'test' });
    await append([{ message: 'foreign' }], { projectId: '0192f0e4-1111-7222-8333-0123456789ab' });
    await append([{ message: 'zero' }], { projectId: '00000000-0000-0000-0000-000000000000' });
    await append([{ message: 'expired' }], { expiresInDays: -1 });
    await append([{ message: 'past its retention' }], { receivedAtMs: Date.now() - 31 * 86_400_000 });
    await say('live');
    await append([{ message: 'test again' }], { mode: 'test' });
    await ofTests.rows(2);
    expect([live.messages(), ofTests.messages()]).toEqual([['live'], ['test', 'test again']]);
  });

  it('follows the organization’s projects: a new one appears', async () => {
    const tail = await open();
    const made = await test.call('POST', '/projects', { body: { name: 'made while the tail is open' } });
    const { id } = made.data(projectSchema);
    await expect
      .poll(async () => {
        await append([{ message: 'of the new project' }], { projectId: id });
        return tail.messages().length;
      })
      .toBeGreaterThan(0);
  });

  it('ends within a second or two when its key is revoked, with the error that a call would get', async () => {
    const made = await test.call('POST', '/secret-keys', { body: { name: 'to be revoked', scopes: ['logs:read'] } });
    const { id, key } = made.data(createdSecretKeySchema);
    const tail = await open({ key });
    await test.call('DELETE', `/secret-keys/${id}`);
    await tail.ended;
    expect(tail.events).toEqual([
      { event: 'error', id: undefined, data: expect.objectContaining({ code: 'API_KEY_REVOKED', status: 401 }) },
    ]);
  });

  it('ends when its key may not be used by the page any more', async () => {
    const origin = 'https://page.example.com';
    const body = { name: 'of a page', allowBrowser: true, allowedOrigins: [origin] };
    const { id, key } = (await test.call('POST', '/secret-keys', { body })).data(createdSecretKeySchema);
    const [page, server] = [await open({ key, origin }), await open({ key })];
    expect((await test.call('PATCH', `/secret-keys/${id}`, { body: { allowBrowser: false } })).status).toBe(200);
    await page.ended;
    expect(page.events.map(({ data }) => Object(data).code)).toEqual(['FORBIDDEN']);
    await say('to servers');
    expect(await server.rows(1)).toEqual(['to servers']);
  });

  it('ends when its key expires, loses the scope, or its project is deleted', async () => {
    const expiresAt = new Date(Date.now() + 2_000).toISOString();
    const expiring = await test.call('POST', '/secret-keys', { body: { name: 'soon over', expiresAt } });
    const narrowed = await test.call('POST', '/secret-keys', { body: { name: 'narrowed', scopes: ['logs:read'] } });
    const project = await test.call('POST', '/projects', { body: { name: 'to be deleted' } });
    const { id } = project.data(projectSchema);
    const tails = [
      await open({ key: expiring.data(createdSecretKeySchema).key }),
      await open({ key: narrowed.data(createdSecretKeySchema).key }),
      await open({ query: { projectId: id.toUpperCase() } }),
    ];
    await append([{ message: 'before' }], { projectId: id });
    await tails[2]?.rows(1);
    const path = `/secret-keys/${narrowed.data(createdSecretKeySchema).id}`;
    expect((await test.call('PATCH', path, { body: { scopes: ['usage:read'] } })).status).toBe(200);
    expect((await test.call('DELETE', `/projects/${id}`)).status).toBe(204);
    await Promise.all(tails.map(({ ended }) => ended));
    const codes = tails.map(({ events }) => Object(events.at(-1)?.data).code);
    expect(codes).toEqual(['API_KEY_EXPIRED', 'INSUFFICIENT_PERMISSIONS', 'NOT_FOUND']);
  });
});

describe('refusals', () => {
  it.each([
    [{ filters: 'no json' }, 'filters'],
    [{ filters: '[{"field":"level","op":"like","value":"x"}]' }, 'filters.0'],
    [{ search: '!?' }, 'search'],
    [{ searchMode: 'fuzzy' }, 'searchMode'],
    [{ projectId: 'x' }, 'projectId'],
    [{ limit: '5' }, ''],
  ])('%j is 400', async (query, path) => {
    const answer = await test.call('GET', `/logs/tail?${new URLSearchParams(query)}`);
    expect(answer.error()).toMatchObject({
      code: 'VALIDATION_ERROR',
      issues: [{ path: expect.stringContaining(path) }],
    });
  });

  it('an id that is none is 400, a foreign project 404, a HEAD has no body', async () => {
    const headers = { 'last-event-id': 'nonsense' };
    expect((await test.call('GET', '/logs/tail', { headers })).error().code).toBe('VALIDATION_ERROR');
    const foreign = await test.call('GET', `/logs/tail?projectId=0192f0e4-1111-7222-8333-0123456789ab`);
    expect(foreign.error().code).toBe('NOT_FOUND');
    const head = await test.call('HEAD', '/logs/tail');
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  });
});
