// Paging, ranges, expiry and tenancy of pages and single logs.
import { type LogRow, logsQuerySchema } from '@sazabi/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOW_MS, startTestStore, type TestStore, testLog, visible } from '../test-store.ts';
import { findLog } from './find-log.ts';
import { type LogScope, logScope } from './log-scope.ts';
import { queryLogs } from './query-logs.ts';

const OTHER_PROJECT = '99999999-2222-4333-8444-555555555555';
const PAGED_PROJECT = '77777777-2222-4333-8444-555555555555';
const ZERO_PROJECT = '00000000-0000-0000-0000-000000000000';
const NANOS = 1_000_000_000n;

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());

function scopeOf(projectIds: readonly string[], mode: 'live' | 'test' = 'live'): LogScope {
  return logScope({ organizationId: 'organization', projects: visible(projectIds), mode });
}

function ask(scope: LogScope, body: object, nowMs = NOW_MS) {
  return queryLogs(store.reader, scope, logsQuerySchema.parse(body), { nowMs });
}

/** All pages, each with a limit of its own; `between` runs between two pages. */
async function readAll(
  scope: LogScope,
  body: object,
  limits: readonly number[],
  between: (page: number) => Promise<void> = async () => undefined,
): Promise<readonly LogRow[]> {
  const rows: LogRow[] = [];
  let cursor: string | null = null;
  for (let page = 0; ; page++) {
    const answer = await ask(scope, { ...body, limit: limits[page % limits.length], cursor }, NOW_MS + page * 1000);
    rows.push(...answer.data);
    cursor = answer.nextCursor;
    if (cursor === null) return rows;
    await between(page);
  }
}

/** `10 rows in 3 batches at 4 times`: many equal timestamps, many equal batch ids. */
function tangledLogs(count: number) {
  return Array.from({ length: count }, (_, at) =>
    testLog({
      project_id: PAGED_PROJECT,
      message: `m${at}`,
      timestamp: `2026-06-15 11:00:0${at % 4}.${String(at % 3).padStart(9, '0')}`,
      batch_id: `${['0198c3d5', 'f198c3d5', '7f98c3d5'][at % 3]}-0000-7000-8000-00000000000${at % 5}`,
      ordinal: at,
    }),
  );
}

describe('paging', () => {
  const COUNT = 240;
  const scope = scopeOf([PAGED_PROJECT]);
  beforeAll(() => store.insert(tangledLogs(COUNT)));

  it.each(['asc', 'desc'] as const)(
    'sees each row exactly once, in one order (%s), whatever the page sizes',
    async (sort) => {
      const whole = await ask(scope, { sort, limit: 1000 });
      expect(whole.data).toHaveLength(COUNT);
      expect(whole.nextCursor).toBeNull();
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }), async (limits) => {
          const rows = await readAll(
            scope,
            { sort },
            limits.map((limit) => limit + 5),
          );
          expect(rows.map(({ id }) => id)).toEqual(whole.data.map(({ id }) => id));
        }),
        { numRuns: 12 },
      );
    },
  );

  it('asc is desc reversed, also over several projects', async () => {
    const both = scopeOf([PAGED_PROJECT, OTHER_PROJECT]);
    const [asc, desc] = await Promise.all(['asc', 'desc'].map((sort) => ask(both, { sort, limit: 1000 })));
    expect(asc?.data.map(({ id }) => id)).toEqual(desc?.data.map(({ id }) => id).reverse());
    expect(await readAll(both, {}, [37])).toEqual(desc?.data);
  });

  it('goes on past the minutes that are looked through first', async () => {
    const minutes = [0, 1, 9, 10, 11, 12, 29, 40, 55];
    const sparse = '22222222-3333-4333-8444-555555555555';
    const time = (minute: number) => `2026-06-15 11:${String(59 - minute).padStart(2, '0')}:30`;
    await store.insert(
      minutes.map((minute) => testLog({ project_id: sparse, message: String(minute), timestamp: time(minute) })),
    );
    for (const limit of [1, 2, 3, 5, 9]) {
      const rows = await readAll(scopeOf([sparse]), { from: '-2h' }, [limit]);
      expect(rows.map(({ message }) => Number(message))).toEqual(minutes);
    }
  });

  it('a last page that is exactly full ends the list', async () => {
    expect(await readAll(scope, {}, [COUNT])).toHaveLength(COUNT);
    expect((await ask(scope, { limit: COUNT })).nextCursor).toBeNull();
    expect((await ask(scope, { limit: COUNT - 1 })).nextCursor).not.toBeNull();
  });

  it('late rows between pages neither repeat nor hide rows that were there', async () => {
    const before = (await ask(scope, { limit: 1000 })).data.map(({ id }) => id);
    let late = 0;
    const rows = await readAll(scope, { from: '-1h' }, [40], async () => {
      const logs = ['11:00:00', '11:00:03', '11:59:59'].map((time) =>
        testLog({
          project_id: PAGED_PROJECT,
          message: 'late',
          timestamp: `2026-06-15 ${time}.000000001`,
          ordinal: late++,
        }),
      );
      await store.insert(logs);
    });
    const ids = rows.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(rows.filter(({ message }) => message !== 'late').map(({ id }) => id)).toEqual(before);
  });

  it('a relative range does not move from page to page', async () => {
    // At the second page, an hour later, -1h would no longer reach the logs.
    const first = await ask(scope, { from: '-1h', limit: 10 });
    const second = await ask(scope, { from: '-1h', limit: 1000, cursor: first.nextCursor }, NOW_MS + 3_600_000);
    expect(first.data.length + second.data.length).toBeGreaterThanOrEqual(COUNT);
  });

  it('refuses cursors that are malformed or of another selection', async () => {
    const { nextCursor } = await ask(scope, { limit: 10 });
    const other = (body: object, ofScope = scope) => ask(ofScope, { limit: 10, cursor: nextCursor, ...body });
    await expect(other({ limit: 20 })).resolves.toBeDefined();
    const wrong = [
      { sort: 'asc' },
      { from: '-2h' },
      { to: '-1s' },
      { projectId: PAGED_PROJECT },
      { search: { query: 'm', mode: 'substring' } },
      { filters: [{ field: 'service', op: 'neq', value: 'x' }] },
      { cursor: `${nextCursor}A` },
      { cursor: nextCursor?.slice(0, -1) },
      { cursor: nextCursor?.replace(/^./, 'Q') },
      { cursor: 'no cursor' },
      { cursor: '' },
    ];
    for (const body of wrong)
      await expect(other(body), JSON.stringify(body)).rejects.toMatchObject({
        code: 'VALIDATION_ERROR',
        details: { issues: [{ path: 'cursor' }] },
      });
    const foreign = logScope({ organizationId: 'another', projects: visible([PAGED_PROJECT]), mode: 'live' });
    await expect(other({}, foreign)).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  });

  it('ends a page early where its rows are large, without losing any', async () => {
    const project = '66666666-2222-4333-8444-555555555555';
    const message = 'x'.repeat(250_000);
    const logs = Array.from({ length: 100 }, (_, ordinal) => testLog({ project_id: project, message, ordinal }));
    await store.insert(logs);
    const first = await ask(scopeOf([project]), { limit: 100 });
    expect(first.data.length).toBeLessThan(70);
    expect(new Set((await readAll(scopeOf([project]), {}, [100])).map(({ id }) => id)).size).toBe(100);
  });
});

describe('a row', () => {
  it('shows what is stored: null for none, nanoseconds, unicode and awkward attribute keys', async () => {
    const project = '55555555-2222-4333-8444-555555555555';
    const attributes = JSON.parse('{"__proto__":"p","constructor":"c","":"empty key","ключ":"\\u0000😀"}');
    const message = 'zero \0 emoji 😀 "quoted" \\ \u2028 end';
    await store.insert([
      testLog({ project_id: project, timestamp: '2026-06-15 11:00:00.123456789', message, attributes }),
    ]);
    const [row] = (await ask(scopeOf([project]), {})).data;
    expect(JSON.stringify(row?.attributes)).toBe(JSON.stringify(attributes));
    expect(row).toMatchObject({
      projectId: project,
      timestamp: '2026-06-15T11:00:00.123456789Z',
      receivedAt: '2026-06-15T11:30:00.500Z',
      service: null,
      environment: null,
      host: null,
      traceId: null,
      spanId: null,
      eventName: null,
      keyId: 'key-1',
      message,
    });
  });
});

describe('time range', () => {
  const project = '44444444-2222-4333-8444-555555555555';
  const scope = scopeOf([project]);
  const messages = async (body: object) =>
    (await ask(scope, { sort: 'asc', ...body })).data.map(({ message }) => message);

  it('takes from, leaves to, defaults to the last 24 hours and whatever clocks ran ahead', async () => {
    const times = {
      old: '2026-06-14 11:59:59.999999999',
      day: '2026-06-14 12:00:00',
      now: '2026-06-15 12:00:00',
      ahead: '2261-12-31 23:59:59.999999999',
    };
    await store.insert(
      Object.entries(times).map(([message, timestamp]) => testLog({ project_id: project, message, timestamp })),
    );
    expect(await messages({})).toEqual(['day', 'now', 'ahead']);
    expect(await messages({ from: '-1w' })).toEqual(['old', 'day', 'now', 'ahead']);
    expect(await messages({ from: '1970-01-01', to: '2026-06-15T12:00:00Z' })).toEqual(['old', 'day']);
    expect(await messages({ from: '2026-06-14T11:59:59.999999999Z', to: '2026-06-14T14:00:00+02:00' })).toEqual([
      'old',
    ]);
    expect(await messages({ from: '-999999999w', to: '-24h' })).toEqual(['old']);
    expect(await messages({ from: '-1h', to: '-1h' })).toEqual([]);
    await expect(messages({ from: '-1h', to: '-2h' })).rejects.toMatchObject({ details: { issues: [{ path: 'to' }] } });
  });
});

describe('scope', () => {
  const mine = '33333333-2222-4333-8444-555555555555';
  beforeAll(() =>
    store.insert([
      testLog({ project_id: mine, message: 'mine' }),
      testLog({ project_id: mine, message: 'my test', mode: 'test' }),
      testLog({ project_id: OTHER_PROJECT, message: 'foreign' }),
      testLog({ project_id: ZERO_PROJECT, message: 'tombstone' }),
      testLog({ project_id: mine, message: 'expired', expires_on: '2026-06-14' }),
      testLog({ project_id: mine, message: 'last day', expires_on: '2026-06-15', timestamp: '2026-06-15 10:00:00' }),
    ]),
  );
  const messages = async (scope: LogScope, body: object = {}) =>
    (await ask(scope, body)).data.map(({ message }) => message);

  it('shows its projects in its mode, and nothing that has expired', async () => {
    expect(await messages(scopeOf([mine]))).toEqual(['mine', 'last day']);
    expect(await messages(scopeOf([mine], 'test'))).toEqual(['my test']);
    expect(await messages(scopeOf([mine, OTHER_PROJECT]))).toEqual(expect.arrayContaining(['mine', 'foreign']));
  });

  it('shows nothing of a project outside it, whatever is asked', async () => {
    const scope = scopeOf([mine]);
    expect(await messages(scope, { projectId: OTHER_PROJECT })).toEqual([]);
    expect(await messages(scope, { filters: [{ field: 'projectId', op: 'eq', value: OTHER_PROJECT }] })).toEqual([]);
    expect(await messages(scope, { filters: [{ field: 'message', op: 'eq', value: "' OR 1=1 --" }] })).toEqual([]);
    expect(await messages(scopeOf([mine, OTHER_PROJECT]), { projectId: mine.toUpperCase() })).toEqual([
      'mine',
      'last day',
    ]);
    expect(await messages(scopeOf([]))).toEqual([]);
    expect(await messages(scopeOf([ZERO_PROJECT]))).toEqual([]);
    expect(await messages(scopeOf([mine, ZERO_PROJECT]), { projectId: ZERO_PROJECT })).toEqual([]);
  });

  it('midnight takes no rows from a list half read, but no cursor brings back more than a day', async () => {
    const first = await ask(scopeOf([mine]), { from: '-1w', limit: 1 });
    const body = { from: '-1w', limit: 10, cursor: first.nextCursor };
    expect((await ask(scopeOf([mine]), body, NOW_MS + 86_400_000)).data.map(({ message }) => message)).toEqual([
      'last day',
    ]);
    expect((await ask(scopeOf([mine]), body, NOW_MS + 2 * 86_400_000)).data).toEqual([]);
    expect(
      (await ask(scopeOf([mine]), { from: '-1w' }, NOW_MS + 86_400_000)).data.map(({ message }) => message),
    ).toEqual(['mine']);
  });

  it('finds a log by its id in its own scope alone', async () => {
    const [row] = (await ask(scopeOf([mine]), {})).data;
    const id = row?.id ?? '';
    const find = (scope: LogScope, wanted: string, nowMs = NOW_MS) => findLog(store.reader, scope, wanted, { nowMs });
    expect(await find(scopeOf([mine]), id)).toEqual(row);
    const bytes = Buffer.from(id, 'base64url');
    bytes.writeBigInt64BE(bytes.readBigInt64BE(0) + NANOS, 0);
    const wrong = [
      bytes.toString('base64url'),
      `${id}A`,
      id.slice(1),
      '',
      '%00',
      `${id}=`,
      'x'.repeat(10_000),
      id.replace(/.$/, '-'),
    ];
    for (const text of wrong)
      await expect(find(scopeOf([mine]), text), text).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const scope of [scopeOf([OTHER_PROJECT]), scopeOf([mine], 'test'), scopeOf([])])
      await expect(find(scope, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(find(scopeOf([mine]), id, NOW_MS + 60 * 86_400_000)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
