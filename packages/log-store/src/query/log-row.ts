// A row as ClickHouse gives it and as the API shows it.
import type { LogRow } from '@sazabi/contract';
import { type LogPosition, logIdOf } from './log-id.ts';
import { type Sql, sql } from './sql.ts';

/**
 * What is selected of a row: columns as they are. An id made by ClickHouse is 0.7 ms of its planning and sorting, and a subquery
 * for it another 2 (of 22 for the latest 100).
 */
export const ROW_COLUMNS: Sql = sql`project_id, timestamp, received_at, batch_id, ordinal, level, severity_number, service, environment, host, message, trace_id, span_id, event_name, key_id, attributes`;

export interface StoredRow {
  /** UUID text, as `batch_id`. */
  readonly project_id: string;
  /** `YYYY-MM-DD hh:mm:ss.nnnnnnnnn`, UTC; `received_at` in milliseconds. */
  readonly timestamp: string;
  readonly received_at: string;
  readonly batch_id: string;
  readonly ordinal: number;
  readonly level: string;
  readonly severity_number: number;
  readonly service: string;
  readonly environment: string;
  readonly host: string;
  readonly message: string;
  readonly trace_id: string;
  readonly span_id: string;
  readonly event_name: string;
  readonly key_id: string;
  readonly attributes: Record<string, string>;
}

/** The API's row. */
export function toLogRow(row: StoredRow): LogRow {
  return {
    id: logIdOf(positionOf(row)),
    projectId: row.project_id,
    timestamp: isoTime(row.timestamp),
    receivedAt: isoTime(row.received_at),
    level: row.level,
    severityNumber: row.severity_number,
    service: orNull(row.service),
    environment: orNull(row.environment),
    host: orNull(row.host),
    message: row.message,
    traceId: orNull(row.trace_id),
    spanId: orNull(row.span_id),
    eventName: orNull(row.event_name),
    keyId: orNull(row.key_id),
    attributes: row.attributes,
  };
}

/** Where a row stands in the order of all. */
export function positionOf(row: Pick<StoredRow, 'timestamp' | 'batch_id' | 'ordinal'>): LogPosition {
  return { timestampNanos: nanosOf(isoTime(row.timestamp)), batchId: row.batch_id, ordinal: row.ordinal };
}

function isoTime(text: string): string {
  return `${text.replace(' ', 'T')}Z`;
}

/** Of `YYYY-MM-DDThh:mm:ss.nnnnnnnnnZ`. */
function nanosOf(time: string): bigint {
  return BigInt(Date.parse(`${time.slice(0, 23)}Z`)) * 1_000_000n + BigInt(time.slice(23, 29));
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}
