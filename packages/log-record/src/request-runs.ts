// What a request fixes for its rows, kept once a request and spread over the rows when the block is encoded.
import { doubled } from './dictionary.ts';

/** One run of rows for each request, in order; 64-bit values take two places (low, high), UUIDs four. */
export interface RequestRuns {
  count: number;
  firstRow: Int32Array;
  projectId: Int32Array;
  /** The request's own id, or the record's. */
  batchId: Int32Array;
  firstOrdinal: Int32Array;
  receivedAt: Int32Array;
  mode: Int32Array;
  keyId: Int32Array;
}

const INITIAL_RUNS = 256;
export const UUID_WORDS = 4;

/** No runs. */
export function createRequestRuns(): RequestRuns {
  return {
    count: 0,
    firstRow: new Int32Array(INITIAL_RUNS),
    projectId: new Int32Array(INITIAL_RUNS * UUID_WORDS),
    batchId: new Int32Array(INITIAL_RUNS * UUID_WORDS),
    firstOrdinal: new Int32Array(INITIAL_RUNS),
    receivedAt: new Int32Array(INITIAL_RUNS * 2),
    mode: new Int32Array(INITIAL_RUNS),
    keyId: new Int32Array(INITIAL_RUNS),
  };
}

/** Begins the run of a request at `row` and answers its index; a run without rows is overwritten. */
export function beginRun(runs: RequestRuns, row: number): number {
  if (runs.count > 0 && runs.firstRow[runs.count - 1] === row) runs.count--;
  if (runs.count === runs.firstRow.length) {
    runs.firstRow = doubled(runs.firstRow);
    runs.projectId = doubled(runs.projectId);
    runs.batchId = doubled(runs.batchId);
    runs.firstOrdinal = doubled(runs.firstOrdinal);
    runs.receivedAt = doubled(runs.receivedAt);
    runs.mode = doubled(runs.mode);
    runs.keyId = doubled(runs.keyId);
  }
  runs.firstRow[runs.count] = row;
  return runs.count++;
}

function runEnd(runs: RequestRuns, run: number, rowCount: number): number {
  return run + 1 < runs.count ? (runs.firstRow[run + 1] ?? 0) : rowCount;
}

/** Writes each run's `width` words into the places of its rows. */
export function spreadRuns(
  runs: RequestRuns,
  words: Int32Array,
  width: number,
  rowCount: number,
  into: Int32Array,
): void {
  for (let run = 0; run < runs.count; run++) {
    const end = runEnd(runs, run, rowCount) * width;
    const from = run * width;
    for (let at = (runs.firstRow[run] ?? 0) * width; at < end; at += width) {
      for (let word = 0; word < width; word++) into[at + word] = words[from + word] ?? 0;
    }
  }
}

/** Writes each row's ordinal: the run's first one and on. */
export function spreadOrdinals(runs: RequestRuns, rowCount: number, into: Int32Array): void {
  for (let run = 0; run < runs.count; run++) {
    const first = runs.firstRow[run] ?? 0;
    const end = runEnd(runs, run, rowCount);
    const firstOrdinal = runs.firstOrdinal[run] ?? 0;
    for (let row = first; row < end; row++) into[row] = firstOrdinal + row - first;
  }
}
