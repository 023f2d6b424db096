// Days as ClickHouse reads them in a query.

const DAY_MS = 86_400_000;

/** Days since 1970-01-01 UTC as `YYYY-MM-DD`. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
