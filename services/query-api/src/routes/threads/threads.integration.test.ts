// Threads and their messages over real HTTP and PGlite.
import {
  createdSecretKeySchema,
  MESSAGE_CHARACTERS_MAX,
  MESSAGE_LOG_IDS_MAX,
  meSchema,
  pageSchema,
  THREAD_TITLE_CHARACTERS_MAX,
  threadMessageSchema,
  threadSchema,
} from '@sazabi/contract/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestApi, type TestApi } from '../../test-support.ts';

const LOG_ID = 'GIXZ0YDbcAABk28-ekx9MZseL1psfY6fAAAAAQ';
const NOBODYS_ID = '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f';

let test: TestApi;
let foreignKey: string;
beforeAll(async () => {
  test = await startTestApi();
  const body = JSON.stringify({ name: 'Theirs' });
  const response = await fetch(`${test.api.internalUrl}/internal/organizations`, { method: 'POST', body });
  const founded = z.object({ data: z.object({ secretKey: z.object({ key: z.string() }) }) });
  foreignKey = founded.parse(await response.json()).data.secretKey.key;
});
afterAll(() => test.close());

async function makeKey(fields: Record<string, unknown>): Promise<string> {
  const answer = await test.call('POST', '/secret-keys', { body: { name: 'of threads', ...fields } });
  return answer.data(createdSecretKeySchema).key;
}

async function makeThread(body: Record<string, unknown> = {}, key = test.secretKey) {
  const answer = await test.call('POST', '/threads', { key, body: { title: 'Why', ...body } });
  expect(answer.status, answer.text).toBe(201);
  return answer.data(threadSchema);
}

async function say(id: string, body: Record<string, unknown>, key = test.secretKey) {
  return await test.call('POST', `/threads/${id}/messages`, { key, body });
}

async function list<T extends z.ZodType>(path: string, row: T) {
  const answer = await test.call('GET', path);
  expect(answer.status, answer.text).toBe(200);
  return pageSchema(row).parse(JSON.parse(answer.text));
}

describe('a thread', () => {
  it('is made, shown, changed and deleted', async () => {
    const me = (await test.call('GET', '/me')).data(meSchema);
    const query = { from: '-6h', filters: [{ field: 'level', op: 'eq', value: 'error' }] };
    const thread = await makeThread({ title: 'Checkout fails 🙂', query });
    expect(thread).toMatchObject({
      title: 'Checkout fails 🙂',
      status: 'open',
      query: { ...query, sort: 'desc', limit: 50 },
      messageCount: 0,
      createdBy: me.key.id,
      updatedAt: thread.createdAt,
    });
    const path = `/threads/${thread.id}`;
    expect((await test.call('GET', path)).data(threadSchema)).toEqual(thread);

    const patched = await test.call('PATCH', path, { body: { status: 'resolved', query: null } });
    expect(patched.data(threadSchema)).toMatchObject({ title: 'Checkout fails 🙂', status: 'resolved', query: null });
    expect((await test.call('PATCH', path, { body: {} })).data(threadSchema)).toEqual(patched.data(threadSchema));

    expect((await test.call('DELETE', path)).status).toBe(204);
    for (const method of ['GET', 'DELETE'])
      expect((await test.call(method, path)).error()).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  });

  it('keeps a query that POST /logs/query would take, whatever its characters, and no other', async () => {
    const search = { query: 'NUL \0 and half \ud800', mode: 'substring' };
    expect((await makeThread({ query: { search } })).query?.search).toEqual(search);
    for (const [query, path] of [
      [{ cursor: 'x' }, 'query.cursor'],
      [{ limit: 1_001 }, 'query.limit'],
      [{ filters: [{ field: 'nothing', op: 'exists' }] }, 'query.filters.0.field'],
      [{ from: 'yesterday' }, 'query.from'],
    ] as const) {
      const failed = (await test.call('POST', '/threads', { body: { title: 'x', query } })).error();
      expect(failed.code).toBe('VALIDATION_ERROR');
      expect(failed.issues?.[0]?.path).toBe(path);
    }
    for (const call of [
      () => test.call('POST', '/threads', { body: { title: 'x', query: { projectId: NOBODYS_ID } } }),
      async () =>
        test.call('PATCH', `/threads/${(await makeThread()).id}`, { body: { query: { projectId: NOBODYS_ID } } }),
    ])
      expect((await call()).error()).toMatchObject({ code: 'NOT_FOUND', message: 'There is no such project.' });
  });

  it.each([
    [{ title: '🙂'.repeat(THREAD_TITLE_CHARACTERS_MAX) }, null],
    [{ title: 'x'.repeat(THREAD_TITLE_CHARACTERS_MAX + 1) }, 'title'],
    [{ title: '' }, 'title'],
    [{ title: ' ' }, 'title'],
    [{ title: 'two\nlines' }, 'title'],
    [{ title: 'x', status: 'closed' }, 'status'],
    [{ title: 'x', unknown: 1 }, 'unknown'],
  ])('is judged by its fields %#', async (body, path) => {
    const answer = await test.call('POST', '/threads', { body });
    if (path === null) expect(answer.status, answer.text).toBe(201);
    else expect(answer.error()).toMatchObject({ code: 'VALIDATION_ERROR', issues: [{ path }] });
  });

  it('is listed newest first, by page and status', async () => {
    const made = [await makeThread(), await makeThread({ status: 'resolved' }), await makeThread()];
    const newest = made.map(({ id }) => id).reverse();
    const first = await list('/threads?limit=2', threadSchema);
    const second = await list(`/threads?limit=2&cursor=${first.nextCursor}`, threadSchema);
    const ids = [...first.data, ...second.data].map(({ id }) => id);
    expect(ids.slice(0, 3)).toEqual(newest);
    const open = await list('/threads?limit=2&status=open', threadSchema);
    expect(open.data.map(({ id }) => id)).toEqual([newest[0], newest[2]]);
    expect((await test.call('GET', '/threads?status=x')).error().code).toBe('VALIDATION_ERROR');
  });
});

describe('messages', () => {
  it('are listed oldest first, counted, and move the thread’s time', async () => {
    const thread = await makeThread();
    const bodies = ['first\n\twith \u001b[31mcolour', 'second', 'third'];
    for (const body of bodies) {
      const answer = await say(thread.id, { body, logIds: [LOG_ID] });
      expect(answer.status, answer.text).toBe(201);
      expect(answer.data(threadMessageSchema)).toMatchObject({ body, logIds: [LOG_ID], createdBy: thread.createdBy });
    }
    const path = `/threads/${thread.id}/messages`;
    const first = await list(`${path}?limit=2`, threadMessageSchema);
    const rest = await list(`${path}?limit=2&cursor=${first.nextCursor}`, threadMessageSchema);
    expect([...first.data, ...rest.data].map(({ body }) => body)).toEqual(bodies);
    expect(rest.nextCursor).toBeNull();
    const after = (await test.call('GET', `/threads/${thread.id}`)).data(threadSchema);
    expect(after.messageCount).toBe(3);
    expect(after.updatedAt).toBe(rest.data[0]?.createdAt);
  });

  it('have bounds, and links that have the form of a log’s id', async () => {
    const { id } = await makeThread();
    const most = { body: '🙂'.repeat(MESSAGE_CHARACTERS_MAX), logIds: Array(MESSAGE_LOG_IDS_MAX).fill(LOG_ID) };
    expect((await say(id, most)).status).toBe(201);
    for (const [wrong, path] of [
      [{ body: 'x'.repeat(MESSAGE_CHARACTERS_MAX + 1) }, 'body'],
      [{ body: '' }, 'body'],
      [{ body: 'NUL \0' }, 'body'],
      [{ body: 'half \ud800' }, 'body'],
      [{ body: 'x', logIds: [...most.logIds, LOG_ID] }, 'logIds'],
      [{ body: 'x', logIds: [`${LOG_ID.slice(0, -1)}B`] }, 'logIds.0'],
      [{ body: 'x', logIds: [NOBODYS_ID] }, 'logIds.0'],
    ] as const)
      expect((await say(id, wrong)).error()).toMatchObject({ code: 'VALIDATION_ERROR', issues: [{ path }] });
  });
});

describe('who may', () => {
  it('read and write threads: keys with the scope, of either mode', async () => {
    const reader = await makeKey({ scopes: ['threads:read'] });
    const writer = await makeKey({ scopes: ['threads:write'], mode: 'test' });
    const { id } = await makeThread({}, writer);
    expect((await say(id, { body: 'from a test key' }, writer)).status).toBe(201);
    expect((await test.call('GET', `/threads/${id}/messages`, { key: reader })).status).toBe(200);
    for (const [method, path, key, scope] of [
      ['GET', '/threads', writer, 'threads:read'],
      ['GET', `/threads/${id}`, writer, 'threads:read'],
      ['GET', `/threads/${id}/messages`, writer, 'threads:read'],
      ['POST', '/threads', reader, 'threads:write'],
      ['PATCH', `/threads/${id}`, reader, 'threads:write'],
      ['DELETE', `/threads/${id}`, reader, 'threads:write'],
      ['POST', `/threads/${id}/messages`, reader, 'threads:write'],
    ] as const) {
      const answer = await test.call(method, path, { key });
      expect(answer.error(), `${method} ${path}`).toMatchObject({ status: 403, required_scope: scope });
    }
  });

  it('I5: nobody of another organization sees, changes or is told of a thread', async () => {
    const { id } = await makeThread();
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['PATCH', '', { title: 'taken' }],
      ['DELETE', '', undefined],
      ['GET', '/messages', undefined],
      ['POST', '/messages', { body: 'x' }],
    ] as const)
      for (const thread of [id, NOBODYS_ID, 'nonsense']) {
        const answer = await test.call(method, `/threads/${thread}${path}`, { key: foreignKey, body });
        expect(answer.error(), `${method} ${path}`).toMatchObject({ status: 404, message: 'There is no such thread.' });
      }
    expect((await test.call('GET', '/threads', { key: foreignKey })).data(z.array(z.unknown()))).toEqual([]);
    expect((await test.call('GET', `/threads/${id}`)).data(threadSchema).title).toBe('Why');
  });
});
