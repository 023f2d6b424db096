// Until when our feeds may go on: a time after we last wrote down that we live, as soon after that nobody waits for our intakes.
import { FEED_LEASE_MS } from '../limits.ts';

export interface FeedLease {
  /** @param fromMs by `performance.now()`: when the write began that has succeeded, or the store was heard last */
  renew(fromMs: number): void;
  /** It ends no more. */
  close(): void;
}

/**
 * Ends by its own clock: what the store is asked meanwhile may hang for 1.5 s, and would be too late a moment to look.
 * @param onOver called once for each lease that is not renewed in time
 */
export function createFeedLease(onOver: () => void): FeedLease {
  let timer: NodeJS.Timeout | undefined;
  let leasedFromMs = Number.NEGATIVE_INFINITY;
  let closed = false;
  return {
    renew(fromMs) {
      // Writes overlap: an older one may be answered later.
      if (closed || fromMs < leasedFromMs) return;
      leasedFromMs = fromMs;
      clearTimeout(timer);
      timer = setTimeout(onOver, Math.max(0, fromMs + FEED_LEASE_MS - performance.now()));
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
