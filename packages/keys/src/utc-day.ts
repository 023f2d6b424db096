// Days as usage and quotas know them: they begin at 00:00 UTC.

const DAY_MS = 86_400_000;

/** Days since 1970-01-01. */
export function utcDay(atMs: number): number {
  return Math.floor(atMs / DAY_MS);
}

/** YYYY-MM-DD of a day since 1970-01-01. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** Whole seconds until the next day begins, at least 1. */
export function secondsLeftOfDay(nowMs: number): number {
  return Math.max(1, Math.ceil(((utcDay(nowMs) + 1) * DAY_MS - nowMs) / 1_000));
}
