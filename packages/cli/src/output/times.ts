// Times as people say them: how long ago, how long from now.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Further away than that the day says more than a count of days. */
const COUNTED_DAYS_MAX = 100;

/** `5m ago`, `in 3d`; beyond 100 days the date. Times are ISO 8601; null is `never`. */
export function fromNow(time: string | null | undefined, nowMs: number): string {
  if (time === null || time === undefined) return 'never';
  const awayMs = Date.parse(time) - nowMs;
  if (Math.abs(awayMs) >= COUNTED_DAYS_MAX * DAY_MS) return time.slice(0, 10);
  return awayMs > 0 ? `in ${lengthOf(awayMs, Math.ceil)}` : `${lengthOf(-awayMs, Math.floor)} ago`;
}

/** `1 day`, `90 days`. */
export function days(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}

function lengthOf(ms: number, round: (count: number) => number): string {
  const [seconds, minutes, hours] = [1000, MINUTE_MS, HOUR_MS].map((unitMs) => round(ms / unitMs));
  if (seconds !== undefined && seconds < 60) return `${seconds}s`;
  if (minutes !== undefined && minutes < 60) return `${minutes}m`;
  if (hours !== undefined && hours < 24) return `${hours}h`;
  return `${round(ms / DAY_MS)}d`;
}
