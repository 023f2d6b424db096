// The rows that a request is about: scope, time range, search and filters as one condition.
import { ContractError, type LogSelection, logTimeNanos } from '@sazabi/contract';
import { filterCondition } from './filters.ts';
import { type LogScope, scopedLogs } from './log-scope.ts';
import { searchCondition } from './search.ts';
import { bound, join, type Sql, sql } from './sql.ts';

/** Nanoseconds since 1970; `to` is the first that is not in. */
export interface TimeRange {
  readonly from: bigint;
  readonly to: bigint | null;
}

/** The request's range in absolute times. @throws ContractError VALIDATION_ERROR where it ends before it begins */
export function resolveRange(selection: Pick<LogSelection, 'from' | 'to'>, nowMs: number): TimeRange {
  const from = instant(selection.from, nowMs);
  const to = selection.to === undefined ? null : instant(selection.to, nowMs);
  if (to !== null && to < from) throw invalid('to', 'must not lie before "from"');
  return { from, to };
}

/**
 * `FROM logs … WHERE …`. `anchorMs` is what relative times of filters count from; `visibleAtMs` decides what has expired.
 * @param first conditions that are to be looked at before search and filters
 */
export function selectedLogs(
  scope: LogScope,
  selection: LogSelection,
  range: TimeRange,
  { anchorMs, visibleAtMs }: { readonly anchorMs: number; readonly visibleAtMs: number },
  first: readonly Sql[] = [],
): Sql {
  const times = [sql`timestamp >= ${nanosTime(range.from)}`];
  if (range.to !== null) times.push(sql`timestamp < ${nanosTime(range.to)}`);
  const conditions = [...first, ...selection.filters.map((filter) => filterCondition(filter, anchorMs))];
  if (selection.search !== undefined) conditions.push(searchCondition(selection.search));
  return sql`${scopedLogs(scope, visibleAtMs, conditions)} AND ${join(times, ' AND ')}`;
}

/** A point in time as a value of the column `timestamp`. */
export function nanosTime(nanos: bigint): Sql {
  return sql`fromUnixTimestamp64Nano(${bound('Int64', nanos)}, 'UTC')`;
}

/** A 400 about one field. */
export function invalid(path: string, message: string): ContractError {
  return new ContractError('VALIDATION_ERROR', `The request is not valid: ${path} ${message}.`, {
    issues: [{ path, message }],
  });
}

function instant(text: string, nowMs: number): bigint {
  const nanos = logTimeNanos(text, nowMs);
  if (nanos === null) throw new TypeError('a time range has a value that is none; parse requests by their schema');
  return nanos;
}
