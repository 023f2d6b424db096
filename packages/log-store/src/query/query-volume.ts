// POST /logs/volume: counts per bucket of time and group.
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import type { LogsVolume, LogsVolumeData, VolumeSeries } from '@sazabi/contract';
import { type Buckets, volumeBuckets } from './buckets.ts';
import { fieldSql } from './fields.ts';
import { type LogScope, narrowScope } from './log-scope.ts';
import { type QueryOptions, runSelect } from './run-select.ts';
import { searchSettings } from './search.ts';
import { selectedLogs } from './selection.ts';
import { bound, type Sql, sql } from './sql.ts';
import { WITH_TEXTS, withinMemory } from './within-memory.ts';

/** One bucket of one group. `kind`: a group, the logs without the field, or the groups that are not among the largest. */
interface CountRow {
  /** Which of the buckets, from 0 on. */
  readonly bucket: number;
  readonly kind: 'group' | 'none' | 'other';
  readonly name: string;
  readonly logs: string;
}

/**
 * Counts of the selection, empty buckets zero, the largest groups first, then the rest as one series.
 * @throws ContractError VALIDATION_ERROR (range, more than 1500 buckets), QUERY_TIMEOUT, SERVICE_UNAVAILABLE
 */
export async function queryVolume(
  client: ClickHouseClient,
  scope: LogScope,
  request: LogsVolume,
  options: QueryOptions = {},
): Promise<LogsVolumeData> {
  const nowMs = options.nowMs ?? Date.now();
  const buckets = volumeBuckets(request, nowMs);
  const visible = narrowScope(scope, request.projectId);
  let counts: readonly CountRow[] = [];
  if (visible.projectIds.length > 0) {
    const at = { anchorMs: nowMs, visibleAtMs: nowMs };
    const count = (settings: ClickHouseSettings, first: readonly Sql[]) => {
      const select = countSelect(request, buckets, selectedLogs(visible, request, buckets.range, at, first));
      return allRows(runSelect<CountRow>(client, select, options, settings));
    };
    counts = await withinMemory(
      searchSettings(request.search),
      (settings) => count(settings, []),
      (settings) => count(settings, readsTexts(request.groupBy) ? [WITH_TEXTS] : []),
    );
  }
  return toVolume(counts, buckets, request.groupBy !== undefined);
}

/** What search and filters read of the texts they are conditions of already. */
function readsTexts(groupBy: LogsVolume['groupBy']): boolean {
  return groupBy === 'message' || groupBy?.startsWith('attributes.') === true;
}

async function allRows<Row>(found: AsyncIterable<{ row: Row }>): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for await (const { row } of found) rows.push(row);
  return rows;
}

/** Buckets are numbers of 16 bits, which ClickHouse counts in an array, and divisions unsigned: a fifth less than by Int64 seconds. */
function countSelect(request: LogsVolume, { seconds, firstSeconds }: Buckets, selected: Sql): Sql {
  const nanos = (ofSeconds: number) => BigInt(ofSeconds) * 1_000_000_000n;
  const sinceFirst = sql`toUInt64(toUnixTimestamp64Nano(timestamp) - ${bound('Int64', nanos(firstSeconds))})`;
  const bucket = sql`toUInt16(intDiv(${sinceFirst}, ${bound('UInt64', nanos(seconds))})) AS bucket`;
  if (request.groupBy === undefined)
    return sql`SELECT ${bucket}, 'none' AS kind, '' AS name, count() AS logs ${selected} GROUP BY bucket ORDER BY bucket`;
  const field = fieldSql(request.groupBy);
  // Absent and empty are different groups: a tuple, since NULL is never IN anything.
  const group = sql`(${field.exists}, if(${field.exists}, toString(${field.text}), ''))`;
  const largest = sql`(SELECT ${group} AS g ${selected} GROUP BY g ORDER BY count() DESC, g LIMIT ${bound('UInt32', request.limit)})`;
  return sql`SELECT bucket, multiIf(NOT shown, 'other', g.1, 'group', 'none') AS kind, if(shown, g.2, '') AS name, sum(n) AS logs FROM (SELECT ${bucket}, ${group} AS g, g IN ${largest} AS shown, count() AS n ${selected} GROUP BY bucket, g) GROUP BY bucket, kind, name ORDER BY bucket`;
}

function toVolume(counts: readonly CountRow[], buckets: Buckets, grouped: boolean): LogsVolumeData {
  const begins = buckets.begins(counts.at(-1)?.bucket ?? null);
  const byGroup = new Map<string, { kind: CountRow['kind']; name: string; counts: Map<number, number> }>();
  if (!grouped) byGroup.set('none:', { kind: 'none', name: '', counts: new Map() });
  for (const { bucket, kind, name, logs } of counts) {
    const key = `${kind}:${name}`;
    const group = byGroup.get(key) ?? { kind, name, counts: new Map<number, number>() };
    group.counts.set(bucket, Number(logs));
    byGroup.set(key, group);
  }
  const series = [...byGroup.values()].map(({ kind, name, counts: perBucket }): VolumeSeries => {
    const points = begins.map((begin, at) => ({ bucket: isoSeconds(begin), count: perBucket.get(at) ?? 0 }));
    const total = points.reduce((sum, { count }) => sum + count, 0);
    const group = kind === 'group' ? name : null;
    return kind === 'other' ? { group, other: true, total, points } : { group, total, points };
  });
  series.sort((a, b) => Number(a.other ?? false) - Number(b.other ?? false) || b.total - a.total);
  return { series, total: series.reduce((sum, { total }) => sum + total, 0), interval: buckets.interval };
}

function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
