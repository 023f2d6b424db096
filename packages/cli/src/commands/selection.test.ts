import { logFilterSchema } from '@sazabi/contract';
import { describe, expect, it } from 'vitest';
import { parseFilter } from './selection.ts';

describe('filters as people type them', () => {
  it.each([
    ['level=error', { field: 'level', op: 'eq', value: 'error' }],
    ['service != web shop', { field: 'service', op: 'neq', value: 'web shop' }],
    ['attributes.status>=500', { field: 'attributes.status', op: 'gte', value: 500 }],
    ['attributes.ms<-1.5', { field: 'attributes.ms', op: 'lt', value: -1.5 }],
    ['attributes.version>v2', { field: 'attributes.version', op: 'gt', value: 'v2' }],
    ['attributes.order=00123', { field: 'attributes.order', op: 'eq', value: '00123' }],
    ['message~a=b', { field: 'message', op: 'contains', value: 'a=b' }],
    ['service^=pay', { field: 'service', op: 'starts_with', value: 'pay' }],
    ['message contains in flight', { field: 'message', op: 'contains', value: 'in flight' }],
    ['attributes.a=', { field: 'attributes.a', op: 'eq', value: '' }],
    ['level in error,fatal', { field: 'level', op: 'in', value: ['error', 'fatal'] }],
    ['service not_in a', { field: 'service', op: 'not_in', value: ['a'] }],
    ['attributes.ms between 10,20', { field: 'attributes.ms', op: 'between', value: [10, 20] }],
    [
      'timestamp between 2026-01-01,2026-01-02',
      { field: 'timestamp', op: 'between', value: ['2026-01-01', '2026-01-02'] },
    ],
    ['attributes.user exists', { field: 'attributes.user', op: 'exists' }],
    ['traceId not_exists', { field: 'traceId', op: 'not_exists' }],
  ])('%s', (text, filter) => {
    expect(parseFilter(text)).toEqual(filter);
    expect(logFilterSchema.safeParse(filter).success).toBe(true);
  });

  it.each(['level', '=error', '', 'level like x', 'level in', 'attributes.ms between 10'])(
    '%j is no filter',
    (text) => {
      expect(() => parseFilter(text)).toThrow();
    },
  );
});
