// The day a log expires on: few distinct days, as each is a partition of the table and an open batch of its own.

const DAY_MS = 86_400_000;
const DAILY_UP_TO_DAYS = 35;
const WEEKLY_UP_TO_DAYS = 180;
/** The last day of ClickHouse's Date: 2149-06-06. */
const DAY_MAX = 65_535;

/** The Monday on or after `day`; day 4 (1970-01-05) was one. */
function nextMonday(day: number): number {
  return day + ((11 - (day % 7)) % 7);
}

function nextFirstOfMonth(day: number): number {
  const date = new Date(day * DAY_MS);
  if (date.getUTCDate() === 1) return day;
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) / DAY_MS;
}

/**
 * Days since 1970-01-01 UTC: the day received plus the retention, rounded up to a day (retention up to 35 days), to a
 * Monday (up to 180) or to the first of a month (beyond), so that many retentions make few partitions.
 */
export function expiresOnDay(receivedAtMs: number, retentionDays: number): number {
  const day = Math.floor(receivedAtMs / DAY_MS) + retentionDays;
  if (retentionDays <= DAILY_UP_TO_DAYS) return Math.min(day, DAY_MAX);
  return Math.min(retentionDays <= WEEKLY_UP_TO_DAYS ? nextMonday(day) : nextFirstOfMonth(day), DAY_MAX);
}
