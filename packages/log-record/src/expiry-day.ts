// The day a log expires on: few distinct days, as each is a partition of the table, an open batch and an insert of its own.

const DAY_MS = 86_400_000;
/**
 * Logs are kept on disk as long as the first of these that is not below their project's retention: 50 retentions of 1 to 50 days
 * lie on three days then (ADR 20).
 */
const KEPT_DAYS = [7, 30, 60, 90, 180, 365, 730, 1825, 3650];
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
 * Days since 1970-01-01 UTC until when a log is kept on disk: the day received plus the retention, rounded up to 7, 30, 60, 90, 180
 * days, 1, 2, 5 or 10 years; that rounded up to a Monday (from 60 days on) or to the first of a month (from a year on). How
 * long it is seen is not decided here: queries go by the retention itself.
 */
export function expiresOnDay(receivedAtMs: number, retentionDays: number): number {
  const keptDays = KEPT_DAYS.find((days) => days >= retentionDays) ?? retentionDays;
  const day = Math.floor(receivedAtMs / DAY_MS) + keptDays;
  if (keptDays <= DAILY_UP_TO_DAYS) return Math.min(day, DAY_MAX);
  return Math.min(keptDays <= WEEKLY_UP_TO_DAYS ? nextMonday(day) : nextFirstOfMonth(day), DAY_MAX);
}
