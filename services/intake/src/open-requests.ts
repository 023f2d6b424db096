// The requests that are under way: gives back what each held when it ends, and lets a stop wait for them.
import type { Exchange } from './http/exchange.ts';
import type { IntakeCounts } from './metrics.ts';

export interface OpenRequests {
  readonly opened: () => void;
  /** `status` 0: the client went away. */
  readonly ended: (exchange: Exchange, status: number) => void;
  readonly isStopping: () => boolean;
  /** New writes are refused from now on. Resolves when no request is under way, or at the deadline. */
  stop(deadlineMs: number): Promise<void>;
}

export function createOpenRequests(counts: IntakeCounts): OpenRequests {
  let open = 0;
  let stopping = false;
  let onEmpty: (() => void) | null = null;
  return {
    opened() {
      open += 1;
    },
    ended(exchange, status) {
      open -= 1;
      counts.requests.set(status, (counts.requests.get(status) ?? 0) + 1);
      exchange.bodies?.give(exchange.heldBytes);
      exchange.heldBytes = 0;
      if (open === 0) onEmpty?.();
    },
    isStopping: () => stopping,
    stop(deadlineMs) {
      stopping = true;
      if (open === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, deadlineMs);
        onEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
