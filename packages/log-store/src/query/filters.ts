// Filters to conditions. Values and attribute keys are bound; ops and columns are literals of this source.
import { epochNanos, LOG_LEVEL_NAMES, type LogFilter, type LogFilterScalar, logTimeNanos } from '@sazabi/contract';
import { type FieldSql, fieldSql } from './fields.ts';
import { bound, type Sql, sql } from './sql.ts';

const LEVELS: readonly string[] = LOG_LEVEL_NAMES;

type OrderOp = 'gt' | 'gte' | 'lt' | 'lte';

/** The condition of one filter. `nowMs` anchors relative times. */
export function filterCondition(filter: LogFilter, nowMs: number): Sql {
  const field = fieldSql(filter.field);
  switch (filter.op) {
    case 'eq':
      return isOneOf(field, [filter.value], nowMs);
    case 'neq':
      return sql`NOT (${isOneOf(field, [filter.value], nowMs)})`;
    case 'in':
      return isOneOf(field, filter.value, nowMs);
    case 'not_in':
      return sql`NOT (${isOneOf(field, filter.value, nowMs)})`;
    // Not LIKE: `%`, `_` and `\` of the value are characters like others.
    case 'contains':
      return sql`(${field.exists} AND position(${field.text}, ${bound('String', filter.value)}) > 0)`;
    case 'starts_with':
      return sql`(${field.exists} AND startsWith(${field.text}, ${bound('String', filter.value)}))`;
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return compare(field, filter.op, filter.value, nowMs);
    case 'between': {
      const [low, high] = filter.value;
      return sql`(${compare(field, 'gte', low, nowMs)} AND ${compare(field, 'lte', high, nowMs)})`;
    }
    case 'exists':
      return sql`(${field.exists})`;
    case 'not_exists':
      return sql`NOT (${field.exists})`;
  }
}

function isOneOf(field: FieldSql, values: readonly LogFilterScalar[], nowMs: number): Sql {
  if (field.time !== undefined) {
    const nanos = values.map((value) => timeNanos(value, nowMs));
    return sql`${field.number} IN ${bound('Array(Int64)', nanos)}`;
  }
  const texts = values.map(String);
  const [only, ...others] = texts;
  return only !== undefined && others.length === 0
    ? sql`(${field.exists} AND ${field.text} = ${bound('String', only)})`
    : sql`(${field.exists} AND ${field.text} IN ${bound('Array(String)', texts)})`;
}

function compare(field: FieldSql, op: OrderOp, value: string | number, nowMs: number): Sql {
  if (field.time !== undefined)
    return ordered(field.time, op, sql`fromUnixTimestamp64Nano(${bound('Int64', timeNanos(value, nowMs))}, 'UTC')`);
  if (field.rank !== undefined) {
    const rank = LEVELS.indexOf(String(value)) + 1;
    return ordered(field.rank, op, sql`${bound('UInt32', rank)}`);
  }
  if (typeof value === 'string')
    return sql`(${field.exists} AND ${ordered(field.text, op, sql`${bound('String', value)}`)})`;
  // The text "inf" parses as a number and is none of JSON's.
  return sql`ifNull(isFinite(${field.number}) AND ${ordered(field.number, op, sql`${bound('Float64', value)}`)}, false)`;
}

function ordered(left: Sql, op: OrderOp, right: Sql): Sql {
  switch (op) {
    case 'gt':
      return sql`${left} > ${right}`;
    case 'gte':
      return sql`${left} >= ${right}`;
    case 'lt':
      return sql`${left} < ${right}`;
    case 'lte':
      return sql`${left} <= ${right}`;
  }
}

/** Nanoseconds of a value that the schema has let through as a time. */
function timeNanos(value: LogFilterScalar, nowMs: number): bigint {
  const nanos = typeof value === 'number' ? epochNanos(value) : logTimeNanos(String(value), nowMs);
  if (nanos === null)
    throw new TypeError('a filter on a time has a value that is none; parse filters by logFilterSchema');
  return nanos;
}
