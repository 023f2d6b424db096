// Schemas of the log queries at their limits, and times in all forms.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  epochNanos,
  FILTER_IN_VALUES_MAX,
  FILTERS_MAX,
  intervalSeconds,
  logsQuerySchema,
  logsVolumeSchema,
  logTimeNanos,
  QUERY_LIMIT_MAX,
  SEARCH_QUERY_CHARACTERS_MAX,
} from './logs.ts';
import { logsTailQuerySchema } from './logs-tail.ts';
import { nameSchema } from './values.ts';

/** Paths of what is wrong; [] for a valid body. */
function problems(body: unknown, schema: typeof logsQuerySchema | typeof logsVolumeSchema = logsQuerySchema) {
  return schema.safeParse(body).error?.issues.map(({ path }) => path.join('.')) ?? [];
}

const filter = { field: 'service', op: 'eq', value: 'a' };

describe('query', () => {
  it('has defaults for everything', () => {
    expect(logsQuerySchema.parse({})).toEqual({ from: '-24h', filters: [], sort: 'desc', limit: 50 });
    expect(logsQuerySchema.parse({ cursor: null }).cursor).toBeNull();
  });

  it('refuses unknown fields everywhere', () => {
    expect(problems({ limits: 5 })).toEqual(['']);
    expect(problems({ search: { query: 'a', mode: 'all', in: 'message' } })).toEqual(['search']);
    expect(problems({ filters: [{ ...filter, not: true }] })).toEqual(['filters.0']);
    expect(problems({ filters: [{ field: 'service', op: 'exists', value: 1 }] })).toEqual(['filters.0']);
  });

  it.each([
    ['limit', { limit: QUERY_LIMIT_MAX }, { limit: QUERY_LIMIT_MAX + 1 }],
    ['limit', { limit: 1 }, { limit: 0 }],
    ['filters', { filters: Array(FILTERS_MAX).fill(filter) }, { filters: Array(FILTERS_MAX + 1).fill(filter) }],
    [
      'filters.0.value',
      { filters: [{ ...filter, op: 'in', value: Array(FILTER_IN_VALUES_MAX).fill('a') }] },
      { filters: [{ ...filter, op: 'in', value: Array(FILTER_IN_VALUES_MAX + 1).fill('a') }] },
    ],
    [
      'filters.0.value',
      { filters: [{ ...filter, op: 'in', value: ['a'] }] },
      { filters: [{ ...filter, op: 'in', value: [] }] },
    ],
    [
      'search.query',
      { search: { query: '😀'.repeat(SEARCH_QUERY_CHARACTERS_MAX), mode: 'substring' } },
      { search: { query: '😀'.repeat(SEARCH_QUERY_CHARACTERS_MAX + 1), mode: 'substring' } },
    ],
    ['search.query', { search: { query: ' ', mode: 'substring' } }, { search: { query: '', mode: 'substring' } }],
    ['search.query', { search: { query: '_', mode: 'any' } }, { search: { query: '!?', mode: 'any' } }],
    ['projectId', { projectId: '00000000-0000-0000-0000-000000000001' }, { projectId: 'mine' }],
    ['from', { from: '-15m' }, { from: '-15x' }],
    ['to', { to: '2026-02-28' }, { to: '2026-02-30' }],
  ])('%s at its limit and past it', (path, good, bad) => {
    expect(problems(good)).toEqual([]);
    expect(problems(bad)).toContain(path);
  });

  it.each([
    ['unknown', 'eq', 1],
    ['toString', 'eq', 1],
    ['__proto__', 'eq', 1],
    ['attributes', 'exists', undefined],
    ['service', 'like', 'a%'],
    ['service', 'eq', null],
    ['service', 'contains', 1],
    ['service', 'gt', true],
    ['service', 'between', ['a']],
    ['service', 'between', ['a', 1]],
    ['timestamp', 'gt', 'yesterday'],
    ['receivedAt', 'in', ['2026-01-01', true]],
    ['severityNumber', 'gt', 'many'],
    ['level', 'gte', 'loud'],
  ])('refuses a filter %s %s %s', (field, op, value) => {
    expect(problems({ filters: [{ field, op, ...(value === undefined ? {} : { value }) }] })).not.toEqual([]);
  });
});

describe('what is said', () => {
  const said = (body: unknown) =>
    logsQuerySchema.safeParse(body).error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`);

  it.each([
    ['eq', null, 'value must be a text, a number, true or false'],
    ['in', 'a', 'value must be a list of'],
    ['in', [null], 'value.0 must be a text, a number'],
    ['contains', 1, 'value must be a text'],
    ['gt', true, 'value must be a text or a number'],
    ['between', [1], 'value must be two numbers or two texts'],
    ['between', [1, 'a'], 'value must be two numbers or two texts'],
  ])('of a value that %s does not take: %j', (op, value, expected) => {
    expect(said({ filters: [{ field: 'service', op, value }] })).toEqual([expect.stringContaining(expected)]);
  });

  it('of a time and a project is one thing each', () => {
    expect(said({ from: 'now' })).toEqual([expect.stringContaining('must be ISO 8601')]);
    expect(said({ from: '2026-02-30' })).toEqual(['from is no time between 1970 and 2261']);
    expect(said({ projectId: 'mine' })).toEqual(['projectId must be a UUID']);
  });

  it('of filters in a query string tells what is no JSON from what is no filter', () => {
    const ofTail = (filters: string) => logsTailQuerySchema.safeParse({ filters }).error?.issues.map((i) => i.message);
    expect(ofTail('[')).toEqual([expect.stringContaining('is not JSON')]);
    expect(ofTail('{}')).toEqual([expect.not.stringContaining('is not JSON')]);
  });

  it('of a name takes spaces where something else is beside them', () => {
    const isName = (text: string) => nameSchema.safeParse(text).success;
    expect(['Production logs', ' x', '  x  y ', '-', ' _', 'größe 7', 'e\u0301', '日志'].map(isName)).not.toContain(
      false,
    );
    expect(['', ' ', '   ', 'a.b', ' \n', 'x\n', '\n x', ' \u0000x', 'x'.repeat(101)].map(isName)).not.toContain(true);
  });

  it('of a name ends as a part of a sentence', () => {
    expect(nameSchema.safeParse(' ').error?.issues[0]?.message).toMatch(/^must be .*[a-z]$/);
  });
});

describe('volume', () => {
  it('intervals lie between a second and a day', () => {
    expect(['1s', '90s', '24h', '1d', '86400s'].map(intervalSeconds)).toEqual([1, 90, 86_400, 86_400, 86_400]);
    for (const interval of ['0s', '2d', '25h', '86401s', '1w', '', '1', '-1s', '1.5h', '01s'])
      expect(problems({ interval }, logsVolumeSchema), interval).toEqual(['interval']);
    expect(problems({ interval: 'auto', groupBy: 'attributes.a' }, logsVolumeSchema)).toEqual([]);
    expect(problems({ sort: 'asc' }, logsVolumeSchema)).toEqual(['']);
  });
});

describe('times', () => {
  const NOW_MS = Date.UTC(2026, 0, 31, 12);
  const ms = (text: string) => {
    const nanos = logTimeNanos(text, NOW_MS);
    return nanos === null ? null : Number(nanos / 1_000_000n);
  };

  it('relative ones count from now and end at 1970', () => {
    expect(ms('-0s')).toBe(NOW_MS);
    expect(ms('-90s')).toBe(NOW_MS - 90_000);
    expect(ms('-2w')).toBe(NOW_MS - 14 * 86_400_000);
    expect(ms('-999999999w')).toBe(0);
    for (const text of ['1h', '-h', '-1', '- 1h', '-1H', '-1.5h', 'now']) expect(ms(text), text).toBeNull();
  });

  it('ISO 8601 with any offset, to the nanosecond', () => {
    expect(logTimeNanos('2026-01-31T08:09:10.123456789+01:00', 0)).toBe(
      BigInt(Date.UTC(2026, 0, 31, 7, 9, 10)) * 1_000_000n + 123_456_789n,
    );
    expect(logTimeNanos('1970-01-01T00:00:00.5', 0)).toBe(500_000_000n);
    expect(logTimeNanos('2026-01-31 08:09Z', 0)).toBe(BigInt(Date.UTC(2026, 0, 31, 8, 9)) * 1_000_000n);
    expect(logTimeNanos('2261-12-31T23:59:59.999999999Z', 0)).toBe(9_214_646_399_999_999_999n);
    for (const text of [
      '2026-02-29',
      '2026-13-01',
      '2026-01-31T24:00',
      '2262-01-01',
      '1969-12-31',
      '2026-1-1',
      '2026-01-31T',
      '',
    ])
      expect(logTimeNanos(text, 0), text).toBeNull();
  });

  it('agrees with Date on every millisecond', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date(Date.UTC(2261, 11, 31)), noInvalidDate: true }), (date) => {
        expect(ms(date.toISOString())).toBe(date.getTime());
      }),
    );
  });

  it('numbers are s, ms, µs or ns by their size', () => {
    const nanos = BigInt(NOW_MS) * 1_000_000n;
    expect([NOW_MS / 1000, NOW_MS, NOW_MS * 1e3, NOW_MS * 1e6].map(epochNanos)).toEqual([nanos, nanos, nanos, nanos]);
    expect(epochNanos(1.5)).toBe(1_500_000_000n);
    for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, 9.3e18]) expect(epochNanos(value)).toBeNull();
  });
});
