// Logs gathered into one request's body.
import { BATCH_BYTES_MAX, BATCH_LOGS_MAX } from './limits.ts';

/** One request: its logs as JSON lines, and where each stood in the input. */
export interface Batch {
  readonly lines: readonly string[];
  readonly places: readonly number[];
}

export interface Batcher {
  /** Whether the log has to go into the next batch, as this one would get too large with it. */
  hasRoomFor(json: string): boolean;
  add(place: number, json: string): void;
  isEmpty(): boolean;
  /** What was gathered; the next batch begins. */
  take(): Batch;
}

/** An empty batch. One log alone may be larger than the limit: it is a batch of its own. */
export function createBatcher(): Batcher {
  let lines: string[] = [];
  let places: number[] = [];
  let bytes = 0;
  return {
    isEmpty: () => lines.length === 0,
    hasRoomFor: (json) =>
      lines.length === 0 || (lines.length < BATCH_LOGS_MAX && bytes + Buffer.byteLength(json) < BATCH_BYTES_MAX),
    add(place, json) {
      lines.push(json);
      places.push(place);
      bytes += Buffer.byteLength(json) + 1;
    },
    take() {
      const taken = { lines, places };
      lines = [];
      places = [];
      bytes = 0;
      return taken;
    },
  };
}
