// A filter in JavaScript: the same verdicts as query/filters.ts and query/fields.ts give through ClickHouse.
import { epochNanos, LOG_LEVEL_NAMES, type LogFilter, type LogFilterScalar, logTimeNanos } from '@sazabi/contract';
import { textSearch } from './includes-text.ts';
import { finiteNumberOf } from './number-text.ts';
import { nanosText, type RowView, type TextField } from './row-view.ts';

export type RowMatcher = (row: RowView) => boolean;

type OrderOp = 'gt' | 'gte' | 'lt' | 'lte';

const ATTRIBUTE_PREFIX = 'attributes.';
const LEVELS: readonly string[] = LOG_LEVEL_NAMES;
const NANOS_PER_MS = 1_000_000n;
/** Columns that every row has; of others an empty text is none. */
const ALWAYS_THERE: ReadonlySet<string> = new Set(['id', 'projectId', 'level', 'message']);

/** What a field is to filters. */
interface Field {
  /** As the API shows it; null where the row has none. */
  readonly text: (row: RowView) => string | null;
  /** For times: nanoseconds. */
  readonly nanos?: (row: RowView) => bigint;
  readonly isLevel: boolean;
}

/** `nowMs` anchors relative times. The filter was parsed by its schema. */
export function createFilterMatcher(filter: LogFilter, nowMs: number): RowMatcher {
  const field = fieldOf(filter.field);
  switch (filter.op) {
    case 'eq':
      return isOneOf(field, [filter.value], nowMs);
    case 'neq':
      return not(isOneOf(field, [filter.value], nowMs));
    case 'in':
      return isOneOf(field, filter.value, nowMs);
    case 'not_in':
      return not(isOneOf(field, filter.value, nowMs));
    case 'contains':
      return hasText(field, textSearch(filter.value.toWellFormed()));
    case 'starts_with': {
      const start = filter.value.toWellFormed();
      return hasText(field, (text) => text.startsWith(start));
    }
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return compare(field, filter.op, filter.value, nowMs);
    case 'between': {
      const [low, high] = filter.value;
      const isAbove = compare(field, 'gte', low, nowMs);
      const isBelow = compare(field, 'lte', high, nowMs);
      return (row) => isAbove(row) && isBelow(row);
    }
    case 'exists':
      return (row) => field.text(row) !== null;
    case 'not_exists':
      return (row) => field.text(row) === null;
  }
}

function fieldOf(name: LogFilter['field']): Field {
  if (isAttribute(name)) {
    const key = name.slice(ATTRIBUTE_PREFIX.length).toWellFormed();
    return { text: (row) => row.attribute(key) ?? null, isLevel: false };
  }
  switch (name) {
    case 'timestamp':
      return timeField((row) => row.timestampNanos(), nanosText);
    case 'receivedAt':
      return timeField((row) => row.receivedAtMs() * NANOS_PER_MS, milliText);
    case 'severityNumber':
      return { text: (row) => String(row.severityNumber()), isLevel: false };
    default:
      return textField(name);
  }
}

function isAttribute(name: string): name is `attributes.${string}` {
  return name.startsWith(ATTRIBUTE_PREFIX);
}

function timeField(nanos: (row: RowView) => bigint, textOf: (nanos: bigint) => string): Field {
  return { text: (row) => textOf(nanos(row)), nanos, isLevel: false };
}

function milliText(nanos: bigint): string {
  return new Date(Number(nanos / NANOS_PER_MS)).toISOString();
}

function textField(name: TextField): Field {
  const isAlwaysThere = ALWAYS_THERE.has(name);
  return {
    text: (row) => {
      const text = row.text(name);
      return text === '' && !isAlwaysThere ? null : text;
    },
    isLevel: name === 'level',
  };
}

function not(matches: RowMatcher): RowMatcher {
  return (row) => !matches(row);
}

function isOneOf({ text, nanos }: Field, values: readonly LogFilterScalar[], nowMs: number): RowMatcher {
  if (nanos !== undefined) {
    const times = new Set(values.map((value) => timeNanos(value, nowMs)));
    return (row) => times.has(nanos(row));
  }
  const texts = new Set(values.map((value) => String(value).toWellFormed()));
  return (row) => {
    const own = text(row);
    return own !== null && texts.has(own);
  };
}

function hasText({ text }: Field, holdsFor: (text: string) => boolean): RowMatcher {
  return (row) => {
    const own = text(row);
    return own !== null && holdsFor(own);
  };
}

function compare({ text, nanos, isLevel }: Field, op: OrderOp, value: string | number, nowMs: number): RowMatcher {
  if (nanos !== undefined) {
    const time = timeNanos(value, nowMs);
    return (row) => holds(op, nanos(row) - time);
  }
  if (isLevel) {
    const rank = LEVELS.indexOf(String(value));
    return (row) => holds(op, LEVELS.indexOf(row.text('level')) - rank);
  }
  if (typeof value === 'string') {
    // Byte by byte: the order of UTF-16 units is another beyond U+D7FF.
    const bytes = Buffer.from(value);
    return (row) => {
      const own = text(row);
      return own !== null && holds(op, Buffer.compare(Buffer.from(own), bytes));
    };
  }
  return (row) => {
    const own = finiteNumberOf(text(row) ?? '');
    // Not by their difference: that of two large ones is infinite.
    return own !== null && holds(op, own === value ? 0 : own < value ? -1 : 1);
  };
}

function holds(op: OrderOp, order: number | bigint): boolean {
  switch (op) {
    case 'gt':
      return order > 0;
    case 'gte':
      return order >= 0;
    case 'lt':
      return order < 0;
    case 'lte':
      return order <= 0;
  }
}

/** Nanoseconds of a value that the schema has let through as a time. */
function timeNanos(value: LogFilterScalar, nowMs: number): bigint {
  const nanos = typeof value === 'number' ? epochNanos(value) : logTimeNanos(String(value), nowMs);
  if (nanos === null)
    throw new TypeError('a filter on a time has a value that is none; parse filters by logFilterSchema');
  return nanos;
}
