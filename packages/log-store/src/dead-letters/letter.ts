// A dead letter as it is shown, and as it is read from the table.
import { type Sql, sql } from '../query/sql.ts';

export interface Letter {
  /** UUID text, as all ids. */
  readonly id: string;
  readonly recordId: string;
  readonly projectId: string;
  readonly rows: number;
  readonly bytes: number;
  readonly reason: string;
  /** How often its rows had been sent again before they were refused this time. */
  readonly replays: number;
  /** ISO 8601 with milliseconds. */
  readonly deadAt: string;
  /** YYYY-MM-DD: the day that the rows expire on. */
  readonly expiresOn: string;
}

/** What is selected of a letter; aliases are not the columns' names, which conditions are about. */
export const LETTER_COLUMNS: Sql = sql`toString(id) AS letter, toString(record_id) AS record, toString(project_id) AS project, rows, toString(bytes) AS size, reason, replays, toString(toUnixTimestamp64Milli(dead_at)) AS dead_ms, toString(expires_on) AS day`;

export interface StoredLetter {
  readonly letter: string;
  readonly record: string;
  readonly project: string;
  readonly rows: number;
  readonly size: string;
  readonly reason: string;
  readonly replays: number;
  readonly dead_ms: string;
  readonly day: string;
}

/** The letter as it is shown. */
export function toLetter(row: StoredLetter): Letter {
  return {
    id: row.letter,
    recordId: row.record,
    projectId: row.project,
    rows: row.rows,
    bytes: Number(row.size),
    reason: row.reason,
    replays: row.replays,
    deadAt: new Date(Number(row.dead_ms)).toISOString(),
    expiresOn: row.day,
  };
}
