// What fields logs have, counted exactly, of what the scope sees and of nothing else.
import { LOG_FIELD_VALUE_BYTES_MAX, LOG_FIELDS_MAX, type LogFields, logFieldsQuerySchema } from '@sazabi/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOW_MS, PROJECT, startTestStore, type TestStore, testLog } from '../test-store.ts';
import { logScope } from './log-scope.ts';
import { queryFields } from './query-fields.ts';

const OTHER_PROJECT = '99999999-2222-4333-8444-555555555555';
const CROWDED_PROJECT = '88888888-2222-4333-8444-555555555555';
const LONGEST = 'x'.repeat(LOG_FIELD_VALUE_BYTES_MAX);

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
  await store.insert([
    testLog({ level: 'info', service: 'shop', environment: 'production', attributes: { a: '1', b: '' } }),
    testLog({ level: 'error', service: 'shop', host: 'web-1', attributes: { a: '2', '': 'no key', __proto__x: '3' } }),
    // The same text in two columns is two values.
    testLog({ level: 'warn', service: 'production', environment: 'production', host: LONGEST }),
    testLog({ level: 'info', service: `${LONGEST}x` }),
    testLog({ timestamp: '2026-06-14 11:59:59.999999999', service: 'too old' }),
    testLog({ expires_on: '2026-06-14', service: 'expired' }),
    testLog({ mode: 'test', service: 'of tests', attributes: { test: '1' } }),
    testLog({ project_id: OTHER_PROJECT, service: 'other', attributes: { other: '1' } }),
    ...Array.from({ length: LOG_FIELDS_MAX + 1 }, (_, n) =>
      testLog({
        project_id: CROWDED_PROJECT,
        service: `s${n}`,
        host: `h${n}`,
        attributes: { [`k${n}`]: '', common: '' },
      }),
    ),
  ]);
});
afterAll(() => store.close());

function ask(query: Record<string, string> = {}, projectIds: readonly string[] = [PROJECT]): Promise<LogFields> {
  const projects = projectIds.map((id) => ({ id, retentionDays: 30, hiddenBeforeMs: null, earlierRetentions: [] }));
  const scope = logScope({ organizationId: 'organization', projects, mode: 'live' });
  return queryFields(store.reader, scope, logFieldsQuerySchema.parse(query), { nowMs: NOW_MS });
}

describe('fields', () => {
  it('are counted by the logs that have them, the most frequent first', async () => {
    expect(await ask()).toEqual({
      attributes: [
        { key: 'a', count: 2 },
        { key: '', count: 1 },
        { key: '__proto__x', count: 1 },
        { key: 'b', count: 1 },
      ],
      services: [
        { value: 'shop', count: 2 },
        { value: 'production', count: 1 },
      ],
      environments: [{ value: 'production', count: 2 }],
      hosts: [
        { value: 'web-1', count: 1 },
        { value: LONGEST, count: 1 },
      ],
      levels: [
        { value: 'info', count: 2 },
        { value: 'error', count: 1 },
        { value: 'warn', count: 1 },
      ],
    });
  });

  it('are those of the range and of the projects asked for', async () => {
    const services = async (query: Record<string, string>, projectIds?: readonly string[]) =>
      (await ask(query, projectIds)).services.map(({ value }) => value);
    expect(await services({ from: '-25h' })).toContain('too old');
    expect(await services({ to: '2026-06-15T11:30:00Z' })).toEqual([]);
    expect(await services({}, [PROJECT, OTHER_PROJECT])).toContain('other');
    expect(await services({ projectId: OTHER_PROJECT }, [PROJECT, OTHER_PROJECT])).toEqual(['other']);
    expect(await services({ projectId: OTHER_PROJECT })).toEqual([]);
    expect(await ask({}, [])).toEqual({ attributes: [], services: [], environments: [], hosts: [], levels: [] });
    await expect(ask({ from: '-1h', to: '-2h' })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' });
  });

  it(`are at most ${LOG_FIELDS_MAX} of each kind, the rarest left out`, async () => {
    const { attributes, services, hosts, levels } = await ask({}, [CROWDED_PROJECT]);
    expect([attributes, services, hosts].map((list) => list.length)).toEqual(Array(3).fill(LOG_FIELDS_MAX));
    expect(attributes[0]).toEqual({ key: 'common', count: LOG_FIELDS_MAX + 1 });
    expect(levels).toEqual([{ value: 'info', count: LOG_FIELDS_MAX + 1 }]);
  });
});
