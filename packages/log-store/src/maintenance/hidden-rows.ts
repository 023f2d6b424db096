// Which rows no scope will ever show again, though they do not expire soon: of deleted projects, and of projects whose retention
// was changed. Those of other projects go with their partitions.
import { dayText } from '../ingest/day-text.ts';
import { idList } from '../ingest/id-list.ts';
import { catchUp, type IngestTarget, readSettings } from '../ingest/ingest-target.ts';
import { QUERY_BYTES_MAX } from '../ingest/limits.ts';
import { PARTITION_KEPT_DAYS, PROJECTS_AT_ONCE_MAX, SECONDS_MAX } from './limits.ts';

const DAY_MS = 86_400_000;

/** A project whose rows are hidden, all of them or those received before a time. */
export interface HiddenRows {
  /** UUID text. */
  readonly projectId: string;
  /** Milliseconds since 1970; null: all, the project was deleted. */
  readonly receivedBeforeMs: number | null;
}

/** Hidden rows of one day of expiry, which is a partition of the table. */
export interface HiddenDay {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly hidden: readonly HiddenRows[];
  readonly rows: number;
}

/**
 * The days that have such rows, as this server holds them. Of changed projects only days whose partition is not going by itself
 * now: it goes 4 days after its day, and what is hidden is to be gone within one.
 * @throws ClickHouseError, or the connection's error
 */
export async function findHiddenDays(
  target: IngestTarget,
  hidden: readonly HiddenRows[],
  nowMs: number,
): Promise<readonly HiddenDay[]> {
  await catchUp(target);
  const days: HiddenDay[] = [];
  for (let at = 0; at < hidden.length; at += PROJECTS_AT_ONCE_MAX)
    days.push(...(await findAtOnce(target, hidden.slice(at, at + PROJECTS_AT_ONCE_MAX), nowMs)));
  return days;
}

async function findAtOnce(
  target: IngestTarget,
  hidden: readonly HiddenRows[],
  nowMs: number,
): Promise<readonly HiddenDay[]> {
  const going = dayText(Math.floor(nowMs / DAY_MS) - PARTITION_KEPT_DAYS);
  const condition = (some: readonly HiddenRows[], also: string) =>
    some.length === 0 ? [] : [`(${hiddenCondition(some)}${also})`];
  const conditions = [
    ...condition(hidden.filter(isWhole), ''),
    ...condition(
      hidden.filter((one) => !isWhole(one)),
      ` AND expires_on > '${going}'`,
    ),
  ];
  const result = await target.client.query({
    query: `SELECT toUInt32(toRelativeDayNum(expires_on)) AS day, toString(project_id) AS project, toString(count()) AS rows
FROM ${target.logs} WHERE ${conditions.join(' OR ')} GROUP BY expires_on, project_id ORDER BY day`,
    format: 'JSONEachRow',
    clickhouse_settings: {
      max_execution_time: SECONDS_MAX,
      max_query_size: String(QUERY_BYTES_MAX),
      ...readSettings(target),
    },
  });
  const byProject = new Map(hidden.map((one) => [one.projectId, one]));
  const byDay = new Map<number, { hidden: HiddenRows[]; rows: number }>();
  for (const { day, project, rows } of await result.json<{ day: number; project: string; rows: string }>()) {
    const found = byDay.get(day) ?? { hidden: [], rows: 0 };
    const one = byProject.get(project);
    if (one !== undefined) found.hidden.push(one);
    byDay.set(day, { hidden: found.hidden, rows: found.rows + Number(rows) });
  }
  return [...byDay].map(([day, found]) => ({ day: dayText(day), ...found }));
}

function isWhole({ receivedBeforeMs }: HiddenRows): boolean {
  return receivedBeforeMs === null;
}

/** Ids are UUID text and times are numbers, so they can be written as literals: hundreds exceed a URL. */
export function hiddenCondition(hidden: readonly HiddenRows[]): string {
  const deleted = hidden.filter(isWhole).map(({ projectId }) => projectId);
  const changed = hidden.flatMap(({ projectId, receivedBeforeMs }) =>
    receivedBeforeMs === null ? [] : [{ projectId, ms: Math.floor(receivedBeforeMs) }],
  );
  const conditions: string[] = [];
  if (deleted.length > 0) conditions.push(`project_id IN (${idList(deleted)})`);
  if (changed.length > 0) {
    const ids = idList(changed.map(({ projectId }) => projectId));
    const uuids = `CAST([${ids}], 'Array(UUID)')`;
    const times = `CAST([${changed.map(({ ms }) => ms)}], 'Array(Int64)')`;
    const before = `fromUnixTimestamp64Milli(transform(project_id, ${uuids}, ${times}, toInt64(0)), 'UTC')`;
    conditions.push(`(project_id IN (${ids}) AND received_at < ${before})`);
  }
  return `(${conditions.join(' OR ')})`;
}
