// Whose memory limit is worth a second attempt, and what that reads.
import { ClickHouseError } from '@clickhouse/client';
import { logsVolumeSchema } from '@sazabi/contract';
import { expect, it } from 'vitest';
import { type ClickHouseClient, openLogStore } from '../open-log-store.ts';
import { NOW_MS, PROJECT, visible } from '../test-store.ts';
import { logScope } from './log-scope.ts';
import { queryVolume } from './query-volume.ts';
import { asContractError } from './run-select.ts';
import { withinMemory } from './within-memory.ts';

const attempt = (message: string) => {
  const error = asContractError(new ClickHouseError({ message, code: '241', type: 'MEMORY_LIMIT_EXCEEDED' }));
  return withinMemory(
    {},
    () => Promise.reject(error),
    async (settings) => settings.max_threads,
  );
};

it('a query that took more than one may is tried again by small blocks', async () => {
  expect(await attempt('Query memory limit exceeded: would use 500.00 MiB, maximum: 476.84 MiB.')).toBe(1);
});

it.each([
  '(total) memory limit exceeded: would use 3.01 GiB, maximum: 3.00 GiB.',
  'Memory limit (total) exceeded: would use 3.01 GiB, maximum: 3.00 GiB.',
])('what the whole server has no memory for is not: %s', async (message) => {
  await expect(attempt(message)).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
});

it.each([
  ['message', true],
  ['attributes.region', true],
  ['level', false],
  [undefined, false],
] as const)('a count by %s reads the texts of all logs again: %s', async (groupBy, readsTexts) => {
  const queries: string[] = [];
  const query = ({ query: text }: { query: string }) => {
    queries.push(text);
    return Promise.reject(new ClickHouseError({ message: 'Query memory limit exceeded', code: '241', type: '' }));
  };
  const unsent = openLogStore('http://127.0.0.1:1', { application: 'test' });
  const client: ClickHouseClient = Object.create(unsent, { query: { value: query } });
  const scope = logScope({ organizationId: 'organization', projects: visible([PROJECT]), mode: 'live' });
  const request = logsVolumeSchema.parse({ from: '2026-06-15T11:30:00Z', interval: '1h', groupBy });
  await expect(queryVolume(client, scope, request, { nowMs: NOW_MS })).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' });
  expect(queries.map((text) => text.includes('ignore(message, attributes)'))).toEqual([false, readsTexts]);
  await unsent.close();
});
