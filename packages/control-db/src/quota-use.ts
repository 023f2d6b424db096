// How much of projects' daily quotas the intakes have used: absolute counts, a row for each run of each intake.
import type { ProjectTaken } from '@sazabi/keys';
import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import type { Orm } from './control-db.ts';
import { quotaUse } from './schema.ts';

const DAY_MS = 86_400_000;
/** Rows of one statement: three parameters each, and PostgreSQL takes 65 535. After an outage more than that may have gathered. */
const ROWS_AT_ONCE = 1_000;

export interface QuotaUseRow extends ProjectTaken {
  readonly intakeId: string;
}

/**
 * Writes an intake's counts of a day (YYYY-MM-DD, UTC). The greatest is kept: what comes late, by another replica or after an outage,
 * or twice changes nothing. What an intake gives back, for logs that could not be written, counts until they have been sent again.
 * Projects that the store does not know are left out.
 */
export async function recordQuotaUse(
  orm: Orm,
  intakeId: string,
  day: string,
  projects: readonly ProjectTaken[],
): Promise<void> {
  // In one order, so that two intakes at once cannot lock each other.
  const ordered = projects.toSorted((a, b) => (a.projectId < b.projectId ? -1 : 1));
  for (let from = 0; from < ordered.length; from += ROWS_AT_ONCE)
    await recordSome(orm, intakeId, day, ordered.slice(from, from + ROWS_AT_ONCE));
}

async function recordSome(orm: Orm, intakeId: string, day: string, projects: readonly ProjectTaken[]): Promise<void> {
  const rows = projects.map(
    ({ projectId, logs, bytes }) => sql`(${projectId}::uuid, ${logs}::bigint, ${bytes}::bigint)`,
  );
  await orm.execute(sql`INSERT INTO ${quotaUse} (day, project_id, intake_id, logs, bytes)
    SELECT ${day}::date, projects.id, ${intakeId}::uuid, used.logs, used.bytes
    FROM (VALUES ${sql.join(rows, sql`, `)}) AS used (id, logs, bytes) JOIN projects ON projects.id = used.id
    ORDER BY projects.id
    ON CONFLICT (day, project_id, intake_id) DO UPDATE SET
      logs = GREATEST(quota_use.logs, excluded.logs), bytes = GREATEST(quota_use.bytes, excluded.bytes)`);
}

/** What every run of every intake has used of these projects on a day. */
export function readQuotaUse(orm: Orm, day: string, projectIds: readonly string[]): Promise<QuotaUseRow[]> {
  return orm
    .select({
      projectId: quotaUse.projectId,
      intakeId: quotaUse.intakeId,
      logs: quotaUse.logs,
      bytes: quotaUse.bytes,
    })
    .from(quotaUse)
    .where(and(eq(quotaUse.day, day), inArray(quotaUse.projectId, [...projectIds])));
}

/** Forgets days before yesterday: no intake's clock is that far behind. */
export async function forgetOldQuotaUse(orm: Orm, nowMs: number): Promise<void> {
  const yesterday = new Date(nowMs - DAY_MS).toISOString().slice(0, 10);
  await orm.delete(quotaUse).where(lt(quotaUse.day, yesterday));
}
