// What a spool tells of itself: events for the log, a state for metrics.
import type { BusError } from '../bus.ts';

export type SpoolEvent =
  /** The target does not take records: they are spooled from now on. */
  | { readonly kind: 'outage-began'; readonly why: BusError }
  /** An earlier process has left records, which are sent on first. */
  | { readonly kind: 'backlog-found'; readonly records: number; readonly bytes: number }
  /** The spool is empty, records go straight to the target. The numbers are of what was spooled since it was not. */
  | { readonly kind: 'drained'; readonly records: number; readonly bytes: number; readonly seconds: number }
  | { readonly kind: 'partitions-changed'; readonly from: number; readonly to: number }
  /** The target does not take this record for its size: it is kept in `folder`. */
  | { readonly kind: 'set-aside'; readonly folder: string; readonly why: BusError }
  /** What is spooled cannot be read, let go of, or set aside for want of room: told when the reason changes. */
  | { readonly kind: 'stuck'; readonly why: BusError };

export interface SpoolState {
  /** Where an append goes now. */
  readonly way: 'direct' | 'spool';
  /** Of the spool: records, their disk bytes, when the oldest was appended (null = none). */
  readonly records: number;
  readonly bytes: number;
  readonly bytesMax: number;
  readonly oldestAtMs: number | null;
  /** Since the process began. */
  readonly appendedDirect: number;
  readonly appendedSpooled: number;
  readonly drained: number;
  /** Records kept for an operator, too large for the target. */
  readonly setAside: number;
}
