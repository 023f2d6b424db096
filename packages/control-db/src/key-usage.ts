// What became of requests, per day, project and key, as the intakes have reported it.
import type { Mode } from '@sazabi/contract';
import { and, between, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Orm } from './control-db.ts';
import { keyRejectionsDaily, keyUsageDaily, publicKeys } from './schema.ts';

/** The place of a row in the list: by day, then project, then key, the latest first. */
export interface UsagePlace {
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly projectId: string;
  readonly keyId: string;
}

export interface KeyUsageQuery {
  readonly organizationId: string;
  /** None = nothing is found. */
  readonly projectIds: readonly string[];
  readonly mode: Mode;
  /** YYYY-MM-DD, both included. */
  readonly fromDay: string;
  readonly toDay: string;
  /** Rows behind it in the list; null = from the beginning. */
  readonly after: UsagePlace | null;
  readonly limit: number;
}

export interface KeyUsageRow extends UsagePlace {
  readonly requests: number;
  readonly limited: number;
  /** Logs by error code. */
  readonly rejected: Readonly<Record<string, number>>;
  /** Requests by error code. */
  readonly refused: Readonly<Record<string, number>>;
}

/** One page, the latest day first. */
export async function listKeyUsage(orm: Orm, query: KeyUsageQuery): Promise<KeyUsageRow[]> {
  const { organizationId, projectIds, mode, after } = query;
  if (projectIds.length === 0) return [];
  const rows = await orm
    .select({
      day: keyUsageDaily.day,
      projectId: publicKeys.projectId,
      keyId: keyUsageDaily.keyId,
      requests: keyUsageDaily.requests,
      limited: keyUsageDaily.limited,
    })
    .from(keyUsageDaily)
    .innerJoin(publicKeys, eq(publicKeys.id, keyUsageDaily.keyId))
    .where(
      and(
        eq(publicKeys.organizationId, organizationId),
        inArray(publicKeys.projectId, [...projectIds]),
        eq(publicKeys.mode, mode),
        between(keyUsageDaily.day, query.fromDay, query.toDay),
        after === null
          ? undefined
          : sql`(${keyUsageDaily.day}, ${publicKeys.projectId}, ${keyUsageDaily.keyId}) < (${after.day}::date, ${after.projectId}::uuid, ${after.keyId}::uuid)`,
      ),
    )
    .orderBy(desc(keyUsageDaily.day), desc(publicKeys.projectId), desc(keyUsageDaily.keyId))
    .limit(query.limit);
  const codes = await rejectionsOf(orm, rows);
  return rows.map((row) => ({ ...row, ...codes(row) }));
}

type Codes = Pick<KeyUsageRow, 'rejected' | 'refused'>;

/** The codes of these rows, whatever else was rejected on their days. */
async function rejectionsOf(orm: Orm, places: readonly UsagePlace[]): Promise<(place: UsagePlace) => Codes> {
  const found = new Map<string, { rejected: Record<string, number>; refused: Record<string, number> }>();
  const nameOf = ({ day, keyId }: Pick<UsagePlace, 'day' | 'keyId'>) => `${day} ${keyId}`;
  const codes = (place: Pick<UsagePlace, 'day' | 'keyId'>) => found.get(nameOf(place)) ?? { rejected: {}, refused: {} };
  if (places.length === 0) return codes;
  const rows = await orm
    .select()
    .from(keyRejectionsDaily)
    .where(
      and(
        inArray(keyRejectionsDaily.day, [...new Set(places.map(({ day }) => day))]),
        inArray(keyRejectionsDaily.keyId, [...new Set(places.map(({ keyId }) => keyId))]),
      ),
    )
    .orderBy(keyRejectionsDaily.code);
  for (const row of rows) {
    const its = codes(row);
    if (row.logs > 0) its.rejected[row.code] = row.logs;
    if (row.requests > 0) its.refused[row.code] = row.requests;
    found.set(nameOf(row), its);
  }
  return codes;
}
