// A row of a bus record as filters look at it and as the API shows it: the same values that the store would give of it.
import type { LogColumnField, LogRow } from '@sazabi/contract';
import type { LogRows, TextColumn } from '@sazabi/log-record';
import { logIdOf } from '../query/log-id.ts';

export type TextField = Exclude<LogColumnField, 'timestamp' | 'receivedAt' | 'severityNumber'>;

/** The row that was gone to last; each value is decoded when somebody looks at it. */
export interface RowView {
  /** '' where it has none. */
  text(field: TextField): string;
  /** Of a key that stands twice, the first. */
  attribute(key: string): string | undefined;
  /** As its key was, `live` or `test`. */
  mode(): string;
  timestampNanos(): bigint;
  receivedAtMs(): bigint;
  severityNumber(): number;
  /** As `POST /logs/query` gives it. */
  toLogRow(): LogRow;
}

const COLUMNS: Readonly<Partial<Record<TextField, TextColumn>>> = {
  level: 'level',
  service: 'service',
  environment: 'environment',
  host: 'host',
  message: 'message',
  traceId: 'trace_id',
  spanId: 'span_id',
  eventName: 'event_name',
  keyId: 'key_id',
};

const NANOS_PER_MS = 1_000_000n;

/** A view that follows `rows` to whichever row they go. */
export function viewRows(rows: LogRows): RowView {
  const text = (field: TextField): string => {
    const column = COLUMNS[field];
    if (column !== undefined) return rows.text(column);
    return field === 'projectId' ? rows.uuid('project_id') : idOf(rows);
  };
  const orNull = (column: TextColumn): string | null => {
    const value = rows.text(column);
    return value === '' ? null : value;
  };
  return {
    text,
    attribute: (key) => rows.attributes().find(([name]) => name === key)?.[1],
    mode: () => rows.text('mode'),
    timestampNanos: rows.timestamp,
    receivedAtMs: rows.receivedAt,
    severityNumber: rows.severityNumber,
    toLogRow: () => ({
      id: idOf(rows),
      projectId: rows.uuid('project_id'),
      timestamp: nanosText(rows.timestamp()),
      receivedAt: new Date(Number(rows.receivedAt())).toISOString(),
      level: rows.text('level'),
      severityNumber: rows.severityNumber(),
      service: orNull('service'),
      environment: orNull('environment'),
      host: orNull('host'),
      message: rows.text('message'),
      traceId: orNull('trace_id'),
      spanId: orNull('span_id'),
      eventName: orNull('event_name'),
      keyId: orNull('key_id'),
      // Defines what it makes: `__proto__` is a key like others.
      attributes: Object.fromEntries(rows.attributes()),
    }),
  };
}

function idOf(rows: LogRows): string {
  return logIdOf({ timestampNanos: rows.timestamp(), batchId: rows.uuid('batch_id'), ordinal: rows.ordinal() });
}

/** ISO 8601 with nine digits. */
export function nanosText(nanos: bigint): string {
  const toMs = new Date(Number(nanos / NANOS_PER_MS)).toISOString().slice(0, -1);
  return `${toMs}${String(nanos % NANOS_PER_MS).padStart(6, '0')}Z`;
}
