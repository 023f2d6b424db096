// A row as ClickHouse gives it and as the API shows it.
import type { LogRow } from '@sazabi/contract';
import { LOG_ID } from './log-id.ts';
import { type Sql, sql } from './sql.ts';

/**
 * What is selected of a row. The aliases differ from the columns' names: an alias `timestamp` would take the column's
 * place in ORDER BY, and the table's order could not be used.
 */
export const ROW_COLUMNS: Sql = sql`${LOG_ID} AS log_id, toString(project_id) AS project, timestamp AS at, received_at AS received, level, severity_number, service, environment, host, message, trace_id, span_id, event_name, key_id, attributes`;

/** What {@link ROW_COLUMNS} is made of, for a subquery that sorts and limits: an id for each row read would cost more than the rest. */
export const ROW_SOURCE: Sql = sql`project_id, timestamp, received_at, batch_id, ordinal, level, severity_number, service, environment, host, message, trace_id, span_id, event_name, key_id, attributes`;

export interface StoredRow {
  readonly log_id: string;
  readonly project: string;
  /** `YYYY-MM-DD hh:mm:ss.nnnnnnnnn`, UTC. */
  readonly at: string;
  readonly received: string;
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
    id: row.log_id,
    projectId: row.project,
    timestamp: isoTime(row.at),
    receivedAt: isoTime(row.received),
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

function isoTime(text: string): string {
  return `${text.replace(' ', 'T')}Z`;
}

function orNull(text: string): string | null {
  return text === '' ? null : text;
}
