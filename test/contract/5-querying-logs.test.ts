// Section 5 of the contract: POST /logs/query. One set of logs is stored; each line asks of it.
import { beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { api, failureOf, found, newKey, newOrganization, type Organization, send } from './support/organization.ts';

const BASE_MS = Date.now() - 3_600_000;
const LOGS = [
  {
    message: 'Payment failed: card declined',
    level: 'error',
    service: 'pay',
    attributes: { n: 1, code: 402, user: 'ann' },
  },
  { message: 'payment_failed twice', level: 'warn', service: 'pay', attributes: { n: 2, code: 40, user: '' } },
  { message: 'Order shipped', level: 'info', service: 'shop', host: 'web-1', attributes: { n: 3, ratio: 1.5 } },
  { message: 'Bestellung für Jürgen, payment ok', level: 'info', service: 'shop', attributes: { n: 4, user: 'bob' } },
  {
    message: 'trace me',
    level: 'debug',
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    attributes: { n: 5 },
  },
];

let own: Organization;
let second: string;
beforeAll(async () => {
  own = await newOrganization();
  const logs = LOGS.map((log, n) => ({ ...log, timestamp: new Date(BASE_MS + n * 1_000).toISOString() }));
  await send(own.publicKey, logs, {});
  second = (await api(own.secretKey, 'POST', '/projects', { name: 'Second' })).body.data.id;
  const { key } = await newKey(own, 'public-keys', { projectId: second });
  await send(key, { message: 'of the second', timestamp: new Date(BASE_MS + 10_000).toISOString(), n: 6 });
  await found(own.secretKey, {}, 6);
});

const query = (body: object) => api(own.secretKey, 'POST', '/logs/query', body);
/** The numbers of the logs that are found, in order of time. */
async function numbers(body: object): Promise<number[]> {
  const answer = await query({ sort: 'asc', ...body });
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body.data.map((row: { attributes: { n: string } }) => Number(row.attributes.n));
}
const filtered = (field: string, op: string, value?: unknown) =>
  numbers({ projectId: own.projectId, to: '-5m', filters: [{ field, op, ...(value === undefined ? {} : { value }) }] });

describe('the selection', () => {
  it('projectId: default all of the organization’s', async () => {
    expect(await numbers({})).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await numbers({ projectId: second })).toEqual([6]);
  });

  it('from: ISO or relative, default -24h; to: default none, for client clocks run ahead', async () => {
    expect(await numbers({ from: new Date(BASE_MS + 3_000).toISOString() })).toEqual([4, 5, 6]);
    expect(await numbers({ from: '-2h', to: new Date(BASE_MS + 1_000).toISOString() })).toEqual([1]);
    for (const from of ['-90m', '-5400s', '-2h', '-1d', '-1w']) expect(await numbers({ from })).toHaveLength(6);
    expect(await numbers({ from: '-30m' })).toEqual([]);
    const ahead = new Date(Date.now() + 7_200_000).toISOString();
    await send(own.publicKey, { message: 'clock ahead', timestamp: ahead, n: 7, service: 'ahead' });
    await found(own.secretKey, { filters: [{ field: 'service', op: 'eq', value: 'ahead' }] });
    expect((await query({ from: 'yesterday' })).status).toBe(400);
  });

  it.each([
    ['all', 'failed payment', [1]],
    ['any', 'shipped declined', [1, 3]],
    ['phrase', 'payment failed', [1]],
    ['phrase', 'failed payment', []],
    ['substring', 'ayment_f', [2]],
    ['substring', 'payment', [2, 4]],
    ['all', 'JÜRGEN', [4]],
  ])('search %s %j: by words without case, substring exact with case', async (mode, text, expected) => {
    expect(await numbers({ projectId: own.projectId, search: { query: text, mode } })).toEqual(expected);
  });

  it('search 1–500 characters', async () => {
    expect((await query({ search: { query: 'x'.repeat(500), mode: 'all' } })).status).toBe(200);
    for (const text of ['', 'x'.repeat(501)])
      expect(failureOf(await query({ search: { query: text, mode: 'all' } }))).toEqual([400, 'VALIDATION_ERROR']);
  });

  it('filters ≤ 20, ANDed', async () => {
    const filter = { field: 'service', op: 'eq', value: 'pay' };
    expect(await numbers({ filters: [filter, { field: 'level', op: 'eq', value: 'warn' }] })).toEqual([2]);
    expect((await query({ filters: Array.from({ length: 20 }, () => filter) })).status).toBe(200);
    expect((await query({ filters: Array.from({ length: 21 }, () => filter) })).status).toBe(400);
  });

  it('sort desc (default) or asc by timestamp; limit 1–1000 (50)', async () => {
    const rows = (await query({ projectId: own.projectId, to: '-5m' })).body.data;
    const times = rows.map((row: { timestamp: string }) => row.timestamp);
    expect(times).toEqual(times.toSorted().reverse());
    expect((await query({ limit: 2 })).body.data).toHaveLength(2);
    for (const limit of [0, 1001]) expect((await query({ limit })).status).toBe(400);
  });
});

it('the answer: rows with every column, nextCursor, meta.elapsedMs', async () => {
  const { body } = await query({ filters: [{ field: 'message', op: 'eq', value: 'trace me' }] });
  expect(body).toEqual({
    data: [
      {
        id: expect.any(String),
        projectId: own.projectId,
        timestamp: new Date(BASE_MS + 4_000).toISOString().replace('Z', '000000Z'),
        receivedAt: expect.stringMatching(/\.\d{3}Z$/),
        level: 'debug',
        severityNumber: 5,
        service: null,
        environment: null,
        host: null,
        message: 'trace me',
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        eventName: null,
        keyId: own.publicKeyId,
        attributes: { n: '5' },
      },
    ],
    nextCursor: null,
    meta: { elapsedMs: expect.any(Number) },
    error: null,
  });
});

describe('filters', () => {
  it.each([
    ['level', 'eq', 'error', [1]],
    ['service', 'neq', 'pay', [3, 4, 5]],
    ['service', 'in', ['pay', 'nothing'], [1, 2]],
    ['attributes.user', 'not_in', ['ann'], [2, 3, 4, 5]],
    ['message', 'contains', 'failed', [1, 2]],
    ['message', 'starts_with', 'Order', [3]],
    ['attributes.code', 'gt', 40, [1]],
    ['attributes.code', 'gte', 40, [1, 2]],
    ['attributes.code', 'lt', 402, [2]],
    ['attributes.code', 'lte', 402, [1, 2]],
    ['attributes.code', 'between', [40, 41], [2]],
    ['attributes.user', 'exists', undefined, [1, 2, 4]],
    ['attributes.user', 'not_exists', undefined, [3, 5]],
    ['attributes.ratio', 'eq', 1.5, [3]],
    ['severityNumber', 'gte', 13, [1, 2]],
    ['host', 'eq', 'web-1', [3]],
    ['traceId', 'exists', undefined, [5]],
    ['spanId', 'eq', 'b7ad6b7169203331', [5]],
  ] as const)('%s %s %j', async (field, op, value, expected) => {
    expect(await filtered(field, op, value)).toEqual(expected);
  });

  it('neq and not_in match rows without the attribute; an empty string exists', async () => {
    expect(await filtered('attributes.user', 'neq', 'ann')).toEqual([2, 3, 4, 5]);
    expect(await filtered('attributes.user', 'eq', '')).toEqual([2]);
  });

  it('in ≤ 100', async () => {
    const values = (count: number) => [{ field: 'service', op: 'in', value: Array.from({ length: count }, String) }];
    expect((await query({ filters: values(100) })).status).toBe(200);
    expect((await query({ filters: values(101) })).status).toBe(400);
  });

  it('gt and its kin compare numerically when the value is a number: 40 < 402, as text too, 5 > 40 as text alone', async () => {
    expect(await filtered('attributes.n', 'gt', 10)).toEqual([]);
    expect(await filtered('attributes.n', 'gt', '10')).toEqual([2, 3, 4, 5]);
  });
});

describe('paging', () => {
  it('sees every row that was there at the first page exactly once, in one total order', async () => {
    const alone = await newOrganization();
    const timestamp = new Date(BASE_MS).toISOString();
    await send(
      alone.publicKey,
      Array.from({ length: 25 }, (_, n) => ({ message: 'same time', n, timestamp })),
    );
    await found(alone.secretKey, {}, 25);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const body: object = { limit: 4, ...(cursor === null ? {} : { cursor }) };
      const page = (await api(alone.secretKey, 'POST', '/logs/query', body)).body;
      seen.push(...page.data.map((row: { id: string }) => row.id));
      cursor = page.nextCursor;
      // Newer rows do not push older ones into a page twice.
      await send(alone.publicKey, { message: 'later' });
    } while (cursor !== null);
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
  });

  it('a cursor of another selection is 400; it carries no authority', async () => {
    const { nextCursor } = (await query({ limit: 1 })).body;
    expect((await query({ limit: 1, cursor: nextCursor })).status).toBe(200);
    const other = await query({ limit: 1, cursor: nextCursor, filters: [{ field: 'level', op: 'eq', value: 'info' }] });
    expect(failureOf(other)).toEqual([400, 'VALIDATION_ERROR']);
    expect((await query({ cursor: 'x' })).status).toBe(400);
    const foreign = await newOrganization();
    const answer = await api(foreign.secretKey, 'POST', '/logs/query', { limit: 1, cursor: nextCursor });
    expect(answer.body.data ?? []).toEqual([]);
  });
});

describe('POST /logs/volume', () => {
  const volume = (body: object) =>
    api(own.secretKey, 'POST', '/logs/volume', { projectId: own.projectId, to: '-5m', ...body });

  it('{data: {series: [{group, total, points: [{bucket, count}]}], total}}, empty buckets zero, in UTC', async () => {
    const { data } = (await volume({ interval: '10m', from: '-2h' })).body;
    expect([data.total, data.series.length, data.series[0].total]).toEqual([5, 1, 5]);
    const points: { bucket: string; count: number }[] = data.series[0].points;
    expect(points.length).toBeGreaterThanOrEqual(11);
    expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(5);
    expect(points.some(({ count }) => count === 0)).toBe(true);
    for (const { bucket } of points) expect(bucket).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d0:00/);
  });

  it('groupBy any field, limit of groups 10, the rest as {group: null, other: true, …}', async () => {
    const { data } = (await volume({ groupBy: 'level', limit: 2 })).body;
    expect(
      data.series.map(({ group, other, total }: { group: string; other?: true; total: number }) => [
        group,
        other,
        total,
      ]),
    ).toEqual([
      ['info', undefined, 2],
      [expect.any(String), undefined, 1],
      [null, true, 2],
    ]);
    expect((await volume({ groupBy: 'attributes.user' })).status).toBe(200);
  });

  it('interval 1s…1d or auto; at most 1500 buckets, else 400', async () => {
    for (const interval of ['1s', '1d', 'auto']) expect((await volume({ interval, from: '-20m' })).status).toBe(200);
    expect((await volume({ interval: '1s', from: '-2h' })).status).toBe(400);
    for (const interval of ['2d', '0s', 'often']) expect((await volume({ interval })).status).toBe(400);
  });
});

it('at most 8 queries of an organization run at once, then 429', async () => {
  const alone = await newOrganization();
  const ask = () => api(alone.secretKey, 'POST', '/logs/query', { from: '-30d' });
  // Queries of nothing are quick: so many as are needed for nine to be there at once are sent, more each time.
  let count = 20;
  const answers = await waitFor(
    'more than 8 queries are there at once',
    async () => {
      count *= 2;
      const answers = await Promise.all(Array.from({ length: Math.min(count, 320) }, ask));
      return answers.some(({ status }) => status === 429) ? answers : null;
    },
    30_000,
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(answers.filter(({ status }) => status === 200).length).toBe(answers.length - refused.length);
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(8);
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
});

it('freshness: a log answered with 202 is found within 2 s at rest', async () => {
  const delays: number[] = [];
  for (let sample = 0; sample < 5; sample++) {
    await send(own.publicKey, { message: `fresh ${sample}`, service: `fresh-${sample}` });
    const atMs = performance.now();
    await found(own.secretKey, { filters: [{ field: 'service', op: 'eq', value: `fresh-${sample}` }] });
    delays.push(performance.now() - atMs);
  }
  // The median: the machine that tests share may stand still for one of them.
  expect(delays.toSorted((a, b) => a - b)[2]).toBeLessThan(2_000);
});
