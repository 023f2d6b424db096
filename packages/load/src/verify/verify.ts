// Whether every acknowledged log of a run is stored exactly once, read back through the API.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadApi } from '../api.ts';
import { VERIFY_PAUSE_MS } from '../limits.ts';
import type { LogIds } from '../logs/log-id.ts';
import { createPatience } from '../patience.ts';
import type { Ledger } from './ledger.ts';
import { countRows, type RunRows, readRows } from './read-stored.ts';
import { createTally, type Verified } from './tally.ts';

/** Rows between two tellings of how far the reading is. */
const PROGRESS_ROWS = 5_000;

export interface VerifyOptions {
  readonly api: LoadApi;
  readonly run: RunRows;
  readonly ledger: Ledger;
  readonly ids: LogIds;
  readonly stop: AbortSignal;
  /** How long what is missing may still come, and the API may be away at a time, in ms. */
  readonly deadlineMs: number;
  readonly onProgress?: (progress: VerifyProgress) => void;
}

/** How far a verification is. */
export interface VerifyProgress {
  /** Waiting until as many rows can be found as were acknowledged; then reading each. */
  readonly phase: 'waiting' | 'reading';
  /** Rows found, or read; and logs acknowledged, which may be fewer. */
  readonly rows: number;
  readonly logs: number;
  /** At the pace until now; null while there is none to tell by. */
  readonly secondsLeft: number | null;
}

export interface Verification extends Verified {
  /** Reading was ended before all of it was read: the other figures say nothing. */
  readonly stopped: boolean;
  readonly queries: number;
  readonly seconds: number;
  /** Of them, waiting until as many rows as were acknowledged could be found. */
  readonly waitedSeconds: number;
}

/**
 * Waits until there are as many rows as logs were acknowledged, then reads each; where one is missing, until the deadline again.
 * @throws the API's error, where it was away for longer
 */
export async function verifyStored(options: VerifyOptions): Promise<Verification> {
  const { api, run, ledger, ids, stop, deadlineMs, onProgress = () => undefined } = options;
  const startedMs = performance.now();
  const isLate = () => stop.aborted || performance.now() - startedMs > deadlineMs;
  const patiently = createPatience(deadlineMs, stop);
  const whole: LoadApi['whole'] = (method, path, schema, body) =>
    patiently(() => api.whole(method, path, schema, body));
  let queries = 0;
  for (;;) {
    queries += 1;
    const rows = await patiently(() => countRows(api, run));
    onProgress({ phase: 'waiting', rows, logs: ledger.acceptedLogs, secondsLeft: null });
    if (rows >= ledger.acceptedLogs || isLate()) break;
    await sleep(VERIFY_PAUSE_MS);
  }
  const waitedSeconds = (performance.now() - startedMs) / 1000;
  for (;;) {
    const tally = createTally(ledger);
    const readingMs = performance.now();
    let rows = 0;
    const tell = (): void => {
      const left = Math.max(0, ledger.acceptedLogs - rows);
      const secondsLeft = ((performance.now() - readingMs) / 1000) * (left / rows);
      onProgress({ phase: 'reading', rows, logs: ledger.acceptedLogs, secondsLeft });
    };
    const read = await readRows(
      { whole },
      run,
      (trace) => {
        const id = ids.read(trace ?? '');
        if (id === null) tally.seeUnknown();
        else tally.see(id.request, id.place);
        rows += 1;
        if (rows % PROGRESS_ROWS === 0) tell();
      },
      stop,
    );
    queries += read.queries;
    const verified = tally.result();
    if (verified.missing === 0 || isLate())
      return {
        ...verified,
        stopped: stop.aborted,
        queries,
        seconds: (performance.now() - startedMs) / 1000,
        waitedSeconds,
      };
    await sleep(VERIFY_PAUSE_MS);
  }
}
