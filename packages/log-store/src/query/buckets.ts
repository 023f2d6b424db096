// The buckets of a volume: their width, where they begin, and how far they go.
import { type ContractError, intervalSeconds, type LogsVolume, VOLUME_BUCKETS_MAX } from '@sazabi/contract';
import { invalid, resolveRange, type TimeRange } from './selection.ts';

const NANOS = 1_000_000_000n;
const DAY_SECONDS = 86_400;
/** "auto" takes the finest of these that makes no more than a chart's width of bars. */
const AUTO_INTERVALS = ['1s', '5s', '10s', '30s', '1m', '5m', '10m', '30m', '1h', '3h', '6h', '12h', '1d'];
const AUTO_BUCKETS_MAX = 120;

export interface Buckets {
  /** As `5m`: what was asked for or what "auto" chose. */
  readonly interval: string;
  readonly seconds: number;
  /** Begin of the first, seconds since 1970. */
  readonly firstSeconds: number;
  /** What is counted. */
  readonly range: TimeRange;
  /** Begins of all buckets, seconds since 1970; `lastFilled`: which is the last that a log was found in, from 0 on. */
  begins(lastFilled: number | null): readonly number[];
}

/**
 * Buckets begin at multiples of the interval since 1970, so the first may begin before `from`; it counts logs from
 * `from` on. Without `to` they go to now, and on to the last log of the coming day: clocks of clients run ahead.
 * @throws ContractError VALIDATION_ERROR past 1500 buckets
 */
export function volumeBuckets(request: LogsVolume, nowMs: number): Buckets {
  const asked = resolveRange(request, nowMs);
  const nowNanos = BigInt(nowMs) * 1_000_000n;
  const to = asked.to ?? (nowNanos < asked.from ? asked.from : nowNanos + 1n);
  const interval = request.interval === 'auto' ? autoInterval(asked.from, to) : request.interval;
  const seconds = intervalSeconds(interval);
  const first = bucketOf(asked.from, seconds);
  const count = bucketCount(asked.from, to, seconds);
  if (count > VOLUME_BUCKETS_MAX) throw tooManyBuckets(count, asked.from, to);
  const end = asked.to ?? openEnd(first, seconds, nowNanos);
  return {
    interval,
    seconds,
    firstSeconds: first,
    range: { from: asked.from, to: end },
    begins: (lastFilled) => {
      const filled = lastFilled === null ? 0 : lastFilled + 1;
      return Array.from({ length: Math.max(count, filled) }, (_, at) => first + at * seconds);
    },
  };
}

/** Where the longest interval makes too many as well, no interval helps. */
function tooManyBuckets(count: number, from: bigint, to: bigint): ContractError {
  if (bucketCount(from, to, DAY_SECONDS) > VOLUME_BUCKETS_MAX)
    return invalid('from', `begins too long a time range: at most ${VOLUME_BUCKETS_MAX} days are counted at once`);
  return invalid(
    'interval',
    `makes ${count} buckets, at most ${VOLUME_BUCKETS_MAX} are shown: choose a longer interval, a shorter time range, or "auto"`,
  );
}

/** A day ahead, or where the buckets would be too many. */
function openEnd(first: number, seconds: number, nowNanos: bigint): bigint {
  const dayAhead = nowNanos + BigInt(DAY_SECONDS) * NANOS;
  const bucketsEnd = BigInt(first + VOLUME_BUCKETS_MAX * seconds) * NANOS;
  return dayAhead < bucketsEnd ? dayAhead : bucketsEnd;
}

function autoInterval(from: bigint, to: bigint): string {
  const fits = (interval: string) => bucketCount(from, to, intervalSeconds(interval)) <= AUTO_BUCKETS_MAX;
  return AUTO_INTERVALS.find(fits) ?? '1d';
}

/** Buckets that [from, to) touches. */
function bucketCount(from: bigint, to: bigint, seconds: number): number {
  return to <= from ? 0 : (bucketOf(to - 1n, seconds) - bucketOf(from, seconds)) / seconds + 1;
}

/** Begin of the bucket that holds a time, in seconds since 1970. */
function bucketOf(nanos: bigint, seconds: number): number {
  return Number(nanos / (NANOS * BigInt(seconds))) * seconds;
}
