// Token buckets, one per key: a limit per minute and a burst of the same size. No timers: a bucket is brought up to date when it is asked.
import { RATE_LIMIT_BUCKETS_MAX, RATE_LIMIT_BUCKETS_SWEPT } from './limits.ts';

/** What a request is told, allowed or not: the X-RateLimit headers and Retry-After. */
export interface RateVerdict {
  readonly allowed: boolean;
  /** Requests per minute, of all intakes together. */
  readonly limit: number;
  /** Whole requests left now; with several intakes an estimate for all of them. */
  readonly remaining: number;
  /** When the bucket is full again. */
  readonly resetUnixSeconds: number;
  /** 0 when allowed, else at least 1. */
  readonly retryAfterSeconds: number;
}

export interface RateLimiter {
  /**
   * Takes one request from the key's bucket. null = no limit.
   * `liveIntakes` intakes share limit and burst evenly; each may always burst by one request.
   */
  take(keyId: string, limitPerMinute: number | null, liveIntakes: number, nowMs: number): RateVerdict | null;
  /** As {@link take}, of a request that is refused for another reason and costs nothing. */
  look(keyId: string, limitPerMinute: number | null, liveIntakes: number, nowMs: number): RateVerdict | null;
  /** Buckets held now. */
  size(): number;
}

const MINUTE_MS = 60_000;

/**
 * Fill is counted in whole units: a request costs MINUTE_MS × intakes, a millisecond brings `limit`, and the bucket holds
 * `limit` × MINUTE_MS. Integers only, so nothing is gained or lost by rounding, however many requests come.
 */
interface Bucket {
  units: number;
  updatedAtMs: number;
  /** At the latest then it is full, and as good as none. */
  fullAtMs: number;
}

/** The smaller of a key's own limit and the operator's cap; null = no limit. */
export function effectiveLimitPerMinute(keyLimit: number | null, cap: number | null): number | null {
  if (keyLimit === null) return cap;
  return cap === null ? keyLimit : Math.min(keyLimit, cap);
}

/** An empty limiter with at most `bucketsMax` buckets: where all are in use, the fullest of a few gives way. */
export function createRateLimiter(bucketsMax: number = RATE_LIMIT_BUCKETS_MAX): RateLimiter {
  const buckets = new Map<string, Bucket>();

  const bucketOf = (keyId: string, capacity: number, nowMs: number): Bucket => {
    const known = buckets.get(keyId);
    if (known !== undefined) return known;
    if (buckets.size >= bucketsMax) evict(buckets, nowMs);
    const fresh = { units: capacity, updatedAtMs: nowMs, fullAtMs: nowMs };
    buckets.set(keyId, fresh);
    return fresh;
  };

  /** `taken` requests, 0 or 1, from the key's bucket. */
  const judge = (
    keyId: string,
    limitPerMinute: number | null,
    liveIntakes: number,
    nowMs: number,
    taken: 0 | 1,
  ): RateVerdict | null => {
    if (limitPerMinute === null) return null;
    const cost = MINUTE_MS * liveIntakes;
    const capacity = Math.max(limitPerMinute * MINUTE_MS, cost);
    const bucket = bucketOf(keyId, capacity, nowMs);
    // A clock set back brings nothing, and takes nothing away.
    const elapsedMs = Math.max(0, nowMs - bucket.updatedAtMs);
    const filled = Math.min(capacity, bucket.units + elapsedMs * limitPerMinute);
    const allowed = filled >= cost;
    bucket.units = allowed ? filled - cost * taken : filled;
    bucket.updatedAtMs = nowMs;
    bucket.fullAtMs = nowMs + Math.ceil((capacity - bucket.units) / limitPerMinute);
    const missingMs = allowed ? 0 : (cost - filled) / limitPerMinute;
    return {
      allowed,
      limit: limitPerMinute,
      remaining: Math.floor(bucket.units / cost) * liveIntakes,
      resetUnixSeconds: Math.ceil(bucket.fullAtMs / 1000),
      retryAfterSeconds: allowed ? 0 : Math.max(1, Math.ceil(missingMs / 1000)),
    };
  };

  return {
    size: () => buckets.size,
    take: (keyId, limitPerMinute, liveIntakes, nowMs) => judge(keyId, limitPerMinute, liveIntakes, nowMs, 1),
    look: (keyId, limitPerMinute, liveIntakes, nowMs) => judge(keyId, limitPerMinute, liveIntakes, nowMs, 0),
  };
}

/** Looks at the oldest few buckets: drops the full ones, or else the one that will be full first; the others go to the back. */
function evict(buckets: Map<string, Bucket>, nowMs: number): void {
  let dropped = false;
  let soonest: string | undefined;
  let soonestAtMs = Number.POSITIVE_INFINITY;
  const seen: [string, Bucket][] = [];
  for (const entry of buckets) {
    if (seen.length === RATE_LIMIT_BUCKETS_SWEPT) break;
    seen.push(entry);
  }
  for (const [keyId, bucket] of seen) {
    buckets.delete(keyId);
    if (bucket.fullAtMs <= nowMs) {
      dropped = true;
      continue;
    }
    buckets.set(keyId, bucket);
    if (bucket.fullAtMs < soonestAtMs) {
      soonestAtMs = bucket.fullAtMs;
      soonest = keyId;
    }
  }
  if (!dropped && soonest !== undefined) buckets.delete(soonest);
}
