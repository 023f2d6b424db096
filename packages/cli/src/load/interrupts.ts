// Ctrl-C during a load: the first ends the load, whose report is still made; a later one ends what follows too.

/** The launcher, `npm` and a terminal may each send the same signal once: within this time they are one. */
const SAME_SIGNAL_MS = 1_000;

export interface Interrupts {
  readonly stop: AbortSignal;
  readonly stopAll: AbortSignal;
  /** Signals do again what they do without this. */
  release(): void;
}

export function takeInterrupts(onStop: () => void): Interrupts {
  const stop = new AbortController();
  const stopAll = new AbortController();
  let firstMs = Number.NaN;
  const interrupt = (): void => {
    if (stop.signal.aborted) {
      if (performance.now() - firstMs > SAME_SIGNAL_MS) stopAll.abort();
      return;
    }
    firstMs = performance.now();
    stop.abort();
    onStop();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  return {
    stop: stop.signal,
    stopAll: stopAll.signal,
    release: () => void process.off('SIGINT', interrupt).off('SIGTERM', interrupt),
  };
}
