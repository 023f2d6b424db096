// Every op on every kind of field, at its edges, and random filters against a model in plain JavaScript.
import { type LogFilter, type LogRow, logsQuerySchema } from '@sazabi/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOW_MS, PROJECT, startTestStore, type TestLog, type TestStore, testLog, visible } from '../test-store.ts';
import { logScope } from './log-scope.ts';
import { queryLogs } from './query-logs.ts';

const scope = logScope({ organizationId: 'organization', projects: visible([PROJECT]), mode: 'live' });
const AWKWARD = [
  '%',
  '_',
  '\\',
  "'",
  '"',
  '\n\t\r\b\f\0',
  '100% \\_ {p1:String}',
  'ü😀\u0301',
  "'); DROP TABLE logs --",
  '\u{2028}',
  '',
];

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());

/** Ordinals of the rows that match; each test's rows are told apart by their service. */
async function matching(service: string, filters: readonly unknown[]): Promise<readonly string[]> {
  const query = logsQuerySchema.parse({
    filters: [{ field: 'host', op: 'eq', value: service }, ...filters],
    limit: 1000,
  });
  const { data } = await queryLogs(store.reader, scope, query, { nowMs: NOW_MS });
  return data.map((row) => row.message).sort();
}

/** Inserts logs named by their message; returns the question which of them match. */
async function given(logs: Readonly<Record<string, Partial<TestLog>>>) {
  const group = `group-${Math.random()}`;
  await store.insert(Object.entries(logs).map(([message, log]) => testLog({ message, host: group, ...log })));
  return (...filters: readonly unknown[]) => matching(group, filters);
}

describe('filters', () => {
  it('eq, neq, in and not_in on attributes: rows without the attribute match neq and not_in, an empty one exists', async () => {
    const which = await given({ none: {}, empty: { attributes: { a: '' } }, one: { attributes: { a: '1' } } });
    const field = 'attributes.a';
    expect(await which({ field, op: 'eq', value: '' })).toEqual(['empty']);
    expect(await which({ field, op: 'eq', value: 1 })).toEqual(['one']);
    expect(await which({ field, op: 'neq', value: '1' })).toEqual(['empty', 'none']);
    expect(await which({ field, op: 'in', value: ['', 1] })).toEqual(['empty', 'one']);
    expect(await which({ field, op: 'not_in', value: ['', 'x'] })).toEqual(['none', 'one']);
    expect(await which({ field, op: 'exists' })).toEqual(['empty', 'one']);
    expect(await which({ field, op: 'not_exists' })).toEqual(['none']);
    expect(await which({ field, op: 'contains', value: '' })).toEqual(['empty', 'one']);
  });

  it('finds the attribute whose key is empty', async () => {
    const which = await given({
      none: {},
      other: { attributes: { a: '1' } },
      empty: { attributes: { '': '1', b: '2' } },
    });
    const field = 'attributes.';
    expect(await which({ field, op: 'exists' })).toEqual(['empty']);
    expect(await which({ field, op: 'not_exists' })).toEqual(['none', 'other']);
    expect(await which({ field, op: 'eq', value: 1 })).toEqual(['empty']);
    expect(await which({ field, op: 'contains', value: '1' })).toEqual(['empty']);
    expect(await which({ field, op: 'gte', value: 1 })).toEqual(['empty']);
  });

  it('eq with a number or boolean compares its JSON text', async () => {
    const which = await given({
      int: { attributes: { a: '1' } },
      float: { attributes: { a: '1.0' } },
      big: { attributes: { a: '1e+21' } },
      yes: { attributes: { a: 'true' } },
    });
    const field = 'attributes.a';
    expect(await which({ field, op: 'eq', value: 1 })).toEqual(['int']);
    expect(await which({ field, op: 'eq', value: 1e21 })).toEqual(['big']);
    expect(await which({ field, op: 'eq', value: true })).toEqual(['yes']);
    expect(await which({ field, op: 'in', value: [true, 1] })).toEqual(['int', 'yes']);
  });

  it('gt and its kin compare numbers with numbers, and text with text', async () => {
    const which = await given({
      none: {},
      empty: { attributes: { a: '' } },
      word: { attributes: { a: 'inf' } },
      two: { attributes: { a: '2' } },
      ten: { attributes: { a: '10' } },
      minus: { attributes: { a: '-3.5e2' } },
    });
    const field = 'attributes.a';
    expect(await which({ field, op: 'gt', value: 2 })).toEqual(['ten']);
    expect(await which({ field, op: 'gte', value: 2 })).toEqual(['ten', 'two']);
    expect(await which({ field, op: 'lt', value: 2 })).toEqual(['minus']);
    expect(await which({ field, op: 'lte', value: 2 })).toEqual(['minus', 'two']);
    expect(await which({ field, op: 'between', value: [-350, 2] })).toEqual(['minus', 'two']);
    expect(await which({ field, op: 'between', value: [2, -350] })).toEqual([]);
    expect(await which({ field, op: 'gt', value: '10' })).toEqual(['two', 'word']);
    expect(await which({ field, op: 'lte', value: '10' })).toEqual(['empty', 'minus', 'ten']);
    expect(await which({ field, op: 'between', value: ['10', '2'] })).toEqual(['ten', 'two']);
  });

  it('wildcards, quotes, control characters and placeholders are characters like others, in values and keys', async () => {
    const which = await given(
      Object.fromEntries(AWKWARD.map((text, at) => [`${at}`, { attributes: { [`k${text}`]: text }, service: text }])),
    );
    for (const [at, text] of AWKWARD.entries()) {
      expect(await which({ field: `attributes.k${text}`, op: 'exists' }), `key ${at}`).toEqual([`${at}`]);
      expect(await which({ field: `attributes.k${text}`, op: 'eq', value: text }), `eq ${at}`).toEqual([`${at}`]);
      expect(await which({ field: 'service', op: 'in', value: [text, 'nothing'] }), `in ${at}`).toEqual(
        text === '' ? [] : [`${at}`],
      );
      const having = AWKWARD.flatMap((other, index) =>
        other.includes(text) && other !== '' ? [`${index}`] : [],
      ).sort();
      expect(await which({ field: 'service', op: 'contains', value: text }), `contains ${at}`).toEqual(having);
    }
    expect(await which({ field: 'service', op: 'starts_with', value: '%' })).toEqual(['0']);
    expect(await which({ field: 'service', op: 'starts_with', value: '_' })).toEqual(['1']);
  });

  it('columns: empty is none; levels compare by severity; times as times', async () => {
    const which = await given({
      bare: {},
      full: {
        service: 's',
        environment: 'e',
        event_name: 'ev',
        trace_id: 't',
        span_id: 'sp',
        level: 'fatal',
        severity_number: 21,
        timestamp: '2026-06-15 11:45:00.000000001',
        received_at: '2026-06-15 11:45:00.002',
      },
    });
    for (const field of ['service', 'environment', 'eventName', 'traceId', 'spanId']) {
      expect(await which({ field, op: 'exists' }), field).toEqual(['full']);
      expect(await which({ field, op: 'lt', value: 'z' }), field).toEqual(['full']);
      expect(await which({ field, op: 'neq', value: 'nothing' }), field).toEqual(['bare', 'full']);
    }
    expect(await which({ field: 'level', op: 'gt', value: 'error' })).toEqual(['full']);
    expect(await which({ field: 'level', op: 'between', value: ['debug', 'warn'] })).toEqual(['bare']);
    expect(await which({ field: 'level', op: 'eq', value: 'fatal' })).toEqual(['full']);
    expect(await which({ field: 'severityNumber', op: 'gte', value: 9.5 })).toEqual(['full']);
    expect(await which({ field: 'severityNumber', op: 'eq', value: 9 })).toEqual(['bare']);
    expect(await which({ field: 'severityNumber', op: 'in', value: ['21', 5] })).toEqual(['full']);
    expect(await which({ field: 'timestamp', op: 'gt', value: '2026-06-15T11:45:00Z' })).toEqual(['full']);
    expect(await which({ field: 'timestamp', op: 'eq', value: '2026-06-15T13:45:00.000000001+02:00' })).toEqual([
      'full',
    ]);
    expect(await which({ field: 'timestamp', op: 'lt', value: '-15m' })).toEqual(['bare']);
    expect(await which({ field: 'receivedAt', op: 'gte', value: Date.UTC(2026, 5, 15, 11, 45, 0, 2) })).toEqual([
      'full',
    ]);
    expect(await which({ field: 'receivedAt', op: 'not_in', value: ['2026-06-15T11:45:00.002Z'] })).toEqual(['bare']);
    expect(await which({ field: 'timestamp', op: 'starts_with', value: '2026-06-15T11:45' })).toEqual(['full']);
    expect(await which({ field: 'projectId', op: 'eq', value: PROJECT })).toEqual(['bare', 'full']);
    expect(await which({ field: 'keyId', op: 'in', value: ['key-1'] })).toEqual(['bare', 'full']);
    expect(await which({ field: 'message', op: 'starts_with', value: 'fu' })).toEqual(['full']);
  });

  it('takes the id of a row as a filter', async () => {
    const which = await given({ a: {}, b: {} });
    const rows = await queryLogs(store.reader, scope, logsQuerySchema.parse({ limit: 1000 }), { nowMs: NOW_MS });
    const a = rows.data.find((row) => row.message === 'a');
    expect(await which({ field: 'id', op: 'eq', value: a?.id })).toEqual(['a']);
    expect(await which({ field: 'id', op: 'not_in', value: [a?.id] })).toEqual(['b']);
  });

  it('holds at the limits: 20 filters with 65 536 characters of values in all', async () => {
    const which = await given({ a: { attributes: { x: '1' } } });
    const value = Array.from({ length: 100 }, (_, at) => `${at}'\\`.padEnd(34, '\\'));
    const filters = Array.from({ length: 19 }, () => ({ field: 'attributes.x', op: 'not_in', value }));
    expect(await which(...filters)).toEqual(['a']);
    await expect(which(...filters, { field: 'attributes.x', op: 'neq', value: 'x'.repeat(4096) })).rejects.toThrow(
      /65536|20/,
    );
  });
});

describe('random filters', () => {
  const texts = fc.constantFrom(...AWKWARD, 'a', 'ab', 'B', '1', '2', '10', '-1.5', 'true');
  const scalar = fc.oneof(texts, fc.constantFrom(1, 2, 10, -1.5), fc.boolean());
  const field = fc.constantFrom('attributes.a', 'attributes.b.c', 'service', 'message', 'traceId');
  const filter = fc.oneof(
    fc.record({ field, op: fc.constantFrom('eq', 'neq'), value: scalar }),
    fc.record({ field, op: fc.constantFrom('in', 'not_in'), value: fc.array(scalar, { minLength: 1, maxLength: 5 }) }),
    fc.record({ field, op: fc.constantFrom('contains', 'starts_with'), value: texts }),
    fc.record({
      field,
      op: fc.constantFrom('gt', 'gte', 'lt', 'lte'),
      value: fc.oneof(texts, fc.constantFrom(1, 2, 10, -1.5)),
    }),
    fc.record({
      field,
      op: fc.constant('between'),
      value: fc.oneof(fc.tuple(texts, texts), fc.tuple(fc.constantFrom(1, 2), fc.constantFrom(2, 10))),
    }),
    fc.record({ field, op: fc.constantFrom('exists', 'not_exists') }),
  );

  it('select what the model selects', async () => {
    const batch = '0198c3d5-0000-7000-8000-00000000f11e';
    const values = [undefined, ...AWKWARD, 'a', 'ab', 'B', '1', '2', '10', '-1.5', 'true'];
    const logs = values.flatMap((a, at) =>
      values.slice(0, 6).map((b, ordinal) =>
        testLog({
          batch_id: batch,
          ordinal: at * 10 + ordinal,
          message: a ?? '',
          service: b ?? '',
          trace_id: a ?? '',
          attributes: { ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { 'b.c': b }) },
          mode: 'test',
        }),
      ),
    );
    await store.insert(logs);
    const testScope = logScope({ organizationId: 'organization', projects: visible([PROJECT]), mode: 'test' });
    const all = await queryLogs(store.reader, testScope, logsQuerySchema.parse({ limit: 1000 }), { nowMs: NOW_MS });
    expect(all.data).toHaveLength(logs.length);
    await fc.assert(
      fc.asyncProperty(fc.array(filter, { minLength: 1, maxLength: 2 }), async (filters) => {
        const query = logsQuerySchema.parse({ filters, limit: 1000 });
        const { data } = await queryLogs(store.reader, testScope, query, { nowMs: NOW_MS });
        const expected = all.data.filter((row) => query.filters.every((one) => modelMatches(row, one)));
        expect(data.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      }),
      { numRuns: 300 },
    );
  });
});

/** The contract's wording of filters, for text fields. */
function modelMatches(row: LogRow, filter: LogFilter): boolean {
  const held = modelValue(row, filter.field);
  switch (filter.op) {
    case 'exists':
      return held !== null;
    case 'not_exists':
      return held === null;
    case 'eq':
      return held === String(filter.value);
    case 'neq':
      return held !== String(filter.value);
    case 'in':
      return held !== null && filter.value.map(String).includes(held);
    case 'not_in':
      return held === null || !filter.value.map(String).includes(held);
    case 'contains':
      return held?.includes(filter.value) ?? false;
    case 'starts_with':
      return held?.startsWith(filter.value) ?? false;
    case 'between':
      return modelOrder(held, filter.value[0]) >= 0 && modelOrder(held, filter.value[1]) <= 0;
    case 'gt':
      return modelOrder(held, filter.value) > 0;
    case 'gte':
      return modelOrder(held, filter.value) >= 0;
    case 'lt':
      return modelOrder(held, filter.value) < 0;
    case 'lte':
      return modelOrder(held, filter.value) <= 0;
  }
}

function modelValue(row: LogRow, field: LogFilter['field']): string | null {
  if (field === 'message') return row.message;
  if (field === 'service') return row.service;
  if (field === 'traceId') return row.traceId;
  return row.attributes[field.slice('attributes.'.length)] ?? null;
}

function modelOrder(held: string | null, value: string | number): number {
  if (held === null) return Number.NaN;
  if (typeof value === 'number') return held.trim() === '' ? Number.NaN : Number(held) - value;
  return Buffer.compare(Buffer.from(held), Buffer.from(value));
}
