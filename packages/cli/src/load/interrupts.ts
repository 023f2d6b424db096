// Ctrl-C during `sazabi load`: before the load it ends the command; then it ends what goes on, and the report is still made.

/** The launcher, `npm` and a terminal may each send the same signal once: within this time they are one. */
const SAME_SIGNAL_MS = 1_000;

export interface InterruptHandlers {
  /** Nothing was sent. The process ends after it. */
  readonly onEarly: () => void;
  /** The load ends. */
  readonly onStop: () => void;
  /** What is read back ends, unless it is what follows a load that was ended: then nothing is said. */
  readonly onStopReading: () => void;
}

export interface Interrupts {
  readonly stop: AbortSignal;
  readonly stopAll: AbortSignal;
  /** From now on a signal ends the load, and the next one all that follows it; a third one the process. */
  begin(): void;
  /** What is left is the reading of what is stored: from now on a signal ends that. */
  beginReading(): void;
  /** Signals do again what they do without this. */
  release(): void;
}

/** The process, as far as signals go. */
export interface SignalSource {
  readonly pid: number;
  on(signal: 'SIGINT' | 'SIGTERM', listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: 'SIGINT' | 'SIGTERM', listener: (signal: NodeJS.Signals) => void): unknown;
  kill(pid: number, signal: NodeJS.Signals): unknown;
}

/** Takes SIGINT and SIGTERM until `release`. */
export function takeInterrupts(handlers: InterruptHandlers, from: SignalSource = process): Interrupts {
  const stop = new AbortController();
  const stopAll = new AbortController();
  let stage: 'early' | 'load' | 'reading' = 'early';
  let taken = 0;
  let latestMs = Number.NEGATIVE_INFINITY;
  const release = (): void => {
    from.off('SIGINT', interrupt);
    from.off('SIGTERM', interrupt);
  };
  /** As without this: a shell then says and does what it does for any program. */
  const end = (signal: NodeJS.Signals): void => {
    release();
    from.kill(from.pid, signal);
  };
  const interrupt = (signal: NodeJS.Signals): void => {
    if (stage === 'early') {
      handlers.onEarly();
      end(signal);
      return;
    }
    const nowMs = performance.now();
    if (nowMs - latestMs <= SAME_SIGNAL_MS) return;
    latestMs = nowMs;
    taken += 1;
    if (taken === 3) end(signal);
    if (taken === 1 && stage === 'load') handlers.onStop();
    if (taken === 1 && stage === 'reading') handlers.onStopReading();
    stop.abort();
    if (taken === 2 || stage === 'reading') stopAll.abort();
  };
  from.on('SIGINT', interrupt);
  from.on('SIGTERM', interrupt);
  return {
    stop: stop.signal,
    stopAll: stopAll.signal,
    begin: () => {
      stage = 'load';
    },
    beginReading: () => {
      stage = 'reading';
    },
    release,
  };
}
