// `usage` and `admin reconcile` against an HTTP server with answers of the contract's form.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callCli } from '../testing/call-cli.ts';
import { type Answer, type ReceivedRequest, startTestServer, type TestServer } from '../testing/http-server.ts';

const [PROJECT, KEY] = ['01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f', '01936f3e-7a4c-7d31-9b1e-000000000001'];

let server: TestServer;
let answer: (request: ReceivedRequest, index: number) => Answer;
const ok = (data: unknown, more: object = {}): Answer => ({ status: 200, body: { data, error: null, ...more } });

beforeEach(async () => {
  server = await startTestServer((request, index) => answer(request, index));
});
afterEach(() => server.close());

const sazabi = (...args: string[]) =>
  callCli(args, {
    environment: { SAZABI_API_URL: server.url, SAZABI_SECRET_KEY: 'sk_test_key', INTERNAL_URL: server.url },
  });
const rowOf = (day: string, logs: number, more: object = {}) => ({
  day,
  projectId: PROJECT,
  keyId: KEY,
  accepted: { logs, bytes: logs * 10 },
  rejected: {},
  refused: {},
  limited: 0,
  requests: 1,
  ...more,
});

describe('usage', () => {
  const rows = [
    rowOf('2026-06-02', 1_000, { rejected: { VALIDATION_ERROR: 2 }, limited: 3 }),
    rowOf('2026-06-02', 500, { keyId: PROJECT, refused: { INVALID_JSON: 4 } }),
    rowOf('2026-06-01', 7),
  ];

  it('is summed up by day, page after page, with a sum of all', async () => {
    answer = (_request, index) =>
      index === 0 ? ok(rows.slice(0, 2), { nextCursor: 'next' }) : ok(rows.slice(2), { nextCursor: null });
    const ran = await sazabi('usage', '--from', '7d', '--to', '2026-06-02');
    expect(ran.stdout.split('\n').map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'DAY ACCEPTED BYTES REJECTED REQUESTS REFUSED LIMITED WHY',
      '2026-06-02 1,500 15,000 2 2 4 3 VALIDATION_ERROR, INVALID_JSON',
      '2026-06-01 7 70 0 1 0 0 –',
      'all 1,507 15,070 2 3 4 3 VALIDATION_ERROR, INVALID_JSON',
      '',
    ]);
    expect(server.requests[0]?.path).toBe('/usage?from=-7d&to=2026-06-02&limit=100');
  });

  it('by key has names where they may be listed, and ids alone where not', async () => {
    answer = ({ path }) =>
      path.startsWith('/usage')
        ? ok(rows, { nextCursor: null })
        : ok([{ id: KEY, name: 'Web shop' }], { nextCursor: null });
    expect((await sazabi('usage', '--by', 'key')).stdout).toMatch(new RegExp(`${KEY} +Web shop +1,007`));
    answer = ({ path }) =>
      path.startsWith('/usage')
        ? ok(rows, { nextCursor: null })
        : {
            status: 403,
            body: { data: null, error: { code: 'FORBIDDEN', message: 'no', status: 403, requestId: 'r' } },
          };
    expect((await sazabi('usage', '--by', 'project')).stdout).toMatch(new RegExp(`${PROJECT} +1,507 `));
  });

  it('is whole as JSON, summed up where it is asked for, and may be none', async () => {
    answer = () => ok(rows, { nextCursor: null });
    expect(JSON.parse((await sazabi('usage', '--json')).stdout)).toEqual(rows);
    expect(JSON.parse((await sazabi('usage', '--json', '--by', 'project')).stdout)).toEqual([
      {
        project: PROJECT,
        accepted: { logs: 1_507, bytes: 15_070 },
        rejected: { VALIDATION_ERROR: 2 },
        refused: { INVALID_JSON: 4 },
        limited: 3,
        requests: 3,
      },
    ]);
    answer = () => ok([], { nextCursor: null });
    expect(await sazabi('usage')).toMatchObject({ code: 0, stdout: '', stderr: 'No usage.\n' });
    expect((await sazabi('usage', '--by', 'hour')).code).toBe(2);
  });
});

describe('admin reconcile', () => {
  const step = {
    partition: 0,
    partitions: 2,
    first: 0,
    at: 5,
    end: 5,
    records: 5,
    logs: 100,
    stored: 90,
    removed: 0,
    waiting: 10,
    deadLettered: 0,
    expired: 0,
    missing: 0,
    doubled: 0,
    undecodable: 0,
    missingRecords: [],
    next: '1',
  };
  const usage = [{ projectId: PROJECT, mode: 'live', logs: 90, bytes: 900 }];
  const steps =
    (second: object) =>
    ({ path }: ReceivedRequest): Answer => {
      if (path.startsWith('/internal/reconcile/usage')) return ok(usage);
      return ok(path.endsWith('cursor=0') ? step : { ...step, partition: 1, next: null, ...second });
    };

  it('adds the steps of all partitions up', async () => {
    answer = steps({});
    const ran = await sazabi('admin', 'reconcile');
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/stored +180 [\s\S]*waiting +20 [\s\S]*missing +0 /);
    expect(ran.stdout).toMatch(new RegExp(`${PROJECT} +live +90 +900`));
    expect(ran.stderr).toContain('200 logs in 10 records, 2 partitions');
  });

  it('names the records that lack logs, and exits with 1', async () => {
    const lost = { recordId: KEY, partition: 1, offset: 3, logs: 4 };
    answer = steps({ stored: 86, missing: 4, missingRecords: [lost] });
    const ran = await sazabi('admin', 'reconcile');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`missing: record ${KEY}, partition 1, offset 3: 4 logs`);
    const json = await sazabi('admin', 'reconcile', '--json');
    expect([json.code, JSON.parse(json.stdout).missingRecords]).toEqual([1, [lost]]);
    answer = steps({ doubled: 1 });
    expect((await sazabi('admin', 'reconcile')).code).toBe(1);
  });
});
