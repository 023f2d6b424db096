// Counts per bucket and group: every log in exactly one bucket of one series, empty buckets zero.
import { type LogsVolumeData, logsVolumeSchema } from '@sazabi/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOW_MS, PROJECT, startTestStore, type TestStore, testLog, visible } from '../test-store.ts';
import { logScope } from './log-scope.ts';
import { queryVolume } from './query-volume.ts';

const OTHER_PROJECT = '99999999-2222-4333-8444-555555555555';

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
  await store.insert([
    testLog({ timestamp: '2026-06-15 11:00:00.000000000', level: 'info', attributes: { code: '200' } }),
    testLog({ timestamp: '2026-06-15 11:00:59.999999999', level: 'error', attributes: { code: '' } }),
    testLog({ timestamp: '2026-06-15 11:01:00.000000000', level: 'info', attributes: { code: '200' } }),
    testLog({ timestamp: '2026-06-15 11:03:00.000000000', level: 'warn', attributes: { code: '500', '': 'no key' } }),
    testLog({ timestamp: '2026-06-15 11:03:30.000000000', level: 'info' }),
    testLog({ timestamp: '2026-06-15 11:03:30.000000000', level: 'info', project_id: OTHER_PROJECT }),
    testLog({ timestamp: '2026-06-15 11:03:30.000000000', level: 'info', mode: 'test' }),
    testLog({ timestamp: '2026-06-15 12:00:30.000000000', level: 'fatal', service: 'clock ahead' }),
    testLog({ timestamp: '2261-12-31 23:00:00.000000000', level: 'fatal', service: 'clock broken' }),
  ]);
});
afterAll(() => store.close());

const RANGE = { from: '2026-06-15T11:00:00Z', to: '2026-06-15T11:04:00Z', interval: '1m' };

function ask(body: object, projectIds: readonly string[] = [PROJECT]): Promise<LogsVolumeData> {
  const scope = logScope({ organizationId: 'organization', projects: visible(projectIds), mode: 'live' });
  return queryVolume(store.reader, scope, logsVolumeSchema.parse(body), { nowMs: NOW_MS });
}

/** Series as `name: counts`, the names of the two special ones in brackets. */
function lines({ series }: LogsVolumeData): readonly string[] {
  return series.map(({ group, other, points }) => {
    const name = other ? '(other)' : (group ?? '(none)');
    return `${name}: ${points.map(({ count }) => count).join(' ')}`;
  });
}

describe('volume', () => {
  it('counts each log in the bucket that it begins in, empty buckets zero', async () => {
    const volume = await ask(RANGE);
    expect(lines(volume)).toEqual(['(none): 2 1 0 2']);
    expect(volume.total).toBe(5);
    expect(volume.interval).toBe('1m');
    expect(volume.series[0]?.points.map(({ bucket }) => bucket)).toEqual([
      '2026-06-15T11:00:00.000Z',
      '2026-06-15T11:01:00.000Z',
      '2026-06-15T11:02:00.000Z',
      '2026-06-15T11:03:00.000Z',
    ]);
  });

  it('groups by the attribute whose key is empty', async () => {
    expect(lines(await ask({ ...RANGE, groupBy: 'attributes.' }))).toEqual(['(none): 2 1 0 1', 'no key: 0 0 0 1']);
  });

  it('groups by any field, the largest first; none, empty and the rest are groups of their own', async () => {
    expect(lines(await ask({ ...RANGE, groupBy: 'level' }))).toEqual([
      'info: 1 1 0 1',
      'error: 1 0 0 0',
      'warn: 0 0 0 1',
    ]);
    expect(lines(await ask({ ...RANGE, groupBy: 'level', limit: 1 }))).toEqual(['info: 1 1 0 1', '(other): 1 0 0 1']);
    const byCode = await ask({ ...RANGE, groupBy: 'attributes.code' });
    expect(byCode.total).toBe(5);
    expect(lines(byCode)).toEqual(
      expect.arrayContaining(['200: 1 1 0 0', ': 1 0 0 0', '500: 0 0 0 1', '(none): 0 0 0 1']),
    );
    expect(byCode.series[0]).toMatchObject({ group: '200', total: 2 });
    const two = await ask({ ...RANGE, groupBy: 'attributes.code', limit: 2 });
    expect(two.series).toHaveLength(3);
    expect(two.series.at(-1)).toMatchObject({ group: null, other: true });
    expect(two.total).toBe(5);
  });

  it.each([
    'id',
    'projectId',
    'timestamp',
    'receivedAt',
    'severityNumber',
    'service',
    'environment',
    'host',
    'message',
    'traceId',
    'spanId',
    'eventName',
    'keyId',
    "attributes.it's {x:String}",
  ])('counts the same total grouped by %s', async (groupBy) => {
    expect((await ask({ ...RANGE, groupBy })).total).toBe(5);
  });

  it('shows times of groups as rows do', async () => {
    const { series } = await ask({ ...RANGE, groupBy: 'timestamp' });
    expect(series.map(({ group }) => group)).toContain('2026-06-15T11:00:59.999999999Z');
  });

  it('counts the same selection as a query: search, filters, projects', async () => {
    expect((await ask({ ...RANGE, filters: [{ field: 'level', op: 'neq', value: 'info' }] })).total).toBe(2);
    expect((await ask({ ...RANGE, search: { query: 'x', mode: 'substring' } })).total).toBe(0);
    expect((await ask(RANGE, [PROJECT, OTHER_PROJECT])).total).toBe(6);
    expect((await ask({ ...RANGE, projectId: OTHER_PROJECT })).total).toBe(0);
    expect(lines(await ask(RANGE, []))).toEqual(['(none): 0 0 0 0']);
    expect(await ask({ ...RANGE, groupBy: 'level' }, [])).toEqual({ series: [], total: 0, interval: '1m' });
  });

  it('a bucket that begins before from counts logs from from on', async () => {
    const volume = await ask({ from: '2026-06-15T11:00:30Z', to: '2026-06-15T11:03:01Z', interval: '2m' });
    expect(lines(volume)).toEqual(['(none): 2 1']);
    expect(volume.series[0]?.points[0]?.bucket).toBe('2026-06-15T11:00:00.000Z');
  });

  it('without to it goes to now, and on to logs of clocks that run ahead by up to a day', async () => {
    const volume = await ask({ from: '-1h', interval: '1m' });
    expect(volume.series[0]?.points.at(-1)).toEqual({ bucket: '2026-06-15T12:00:00.000Z', count: 1 });
    expect(volume.total).toBe(6);
    expect(
      (
        await ask({ from: '-1h', interval: '1m', filters: [{ field: 'level', op: 'eq', value: 'info' }] })
      ).series[0]?.points.at(-1)?.bucket,
    ).toBe('2026-06-15T12:00:00.000Z');
  });

  it('buckets are at most 1500', async () => {
    const of = (seconds: number) => ask({ from: `-${seconds}s`, to: '-0s', interval: '1s' });
    expect((await of(1500)).series[0]?.points).toHaveLength(1500);
    await expect(of(1501)).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
      details: { issues: [{ path: 'interval' }] },
    });
  });

  it('auto chooses buckets that a chart can show', async () => {
    for (const from of ['-10s', '-15m', '-24h', '-30d', '-90d']) {
      const volume = await ask({ from, to: '-0s' });
      const count = volume.series[0]?.points.length ?? 0;
      expect(count, from).toBeGreaterThan(5);
      expect(count, from).toBeLessThanOrEqual(120);
    }
    expect((await ask({ from: '1980-01-01', to: '1984-01-01' })).series[0]?.points).toHaveLength(1461);
  });

  it('a range of more than 1500 days is told as such, whatever the interval', async () => {
    for (const interval of ['auto', '1d', '1s'])
      await expect(ask({ from: '1970-01-01', interval })).rejects.toMatchObject({
        code: 'VALIDATION_ERROR',
        details: { issues: [{ path: 'from', message: expect.stringContaining('at most 1500 days') }] },
      });
  });
});
