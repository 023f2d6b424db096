// Which letters count: those that wait for somebody to decide about them.
import { bound, type Sql, sql } from '../query/sql.ts';

const DAY_MS = 86_400_000;
/** Rows whose day lies further back the consumer passes over, and a day later the table drops them: sent again they would be lost. */
const EXPIRED_DAYS_MAX = 3;

/** The last day (YYYY-MM-DD) that is too far back for rows to be stored again. */
export function lastExpiredDay(nowMs: number): string {
  return new Date(nowMs - (EXPIRED_DAYS_MAX + 1) * DAY_MS).toISOString().slice(0, 10);
}

/**
 * Neither replayed nor deleted nor taken back, and the record's tombstone stands: without it the record may yet be stored. The
 * tombstone goes with the rows of its day; after that nothing more can happen to the record. GLOBAL: in a cluster both tables lie
 * on several servers.
 */
export function standing(nowMs: number): Sql {
  return sql`taken_back = 0 AND deleted = 0 AND replayed_as = toUUID('00000000-0000-0000-0000-000000000000')
AND (expires_on <= ${bound('Date', lastExpiredDay(nowMs))} OR record_id GLOBAL IN (SELECT batch_id FROM logs WHERE project_id = toUUID('00000000-0000-0000-0000-000000000000') AND mode = ''))`;
}
