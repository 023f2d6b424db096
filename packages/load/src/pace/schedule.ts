// When each request of an open loop is due: requests of a step come at even distances, whatever the server does.

export interface Step {
  readonly logsPerSecond: number;
  readonly forMs: number;
}

export interface Schedule {
  /** Requests that are due within all of it. */
  readonly requests: number;
  readonly forMs: number;
  /** When request `index` is due, in ms from the start. Asked for in any order. */
  dueMs(index: number): number;
  /** How many are due until `atMs`, that moment included. */
  dueBy(atMs: number): number;
  /** The step that a moment belongs to. */
  stepAt(atMs: number): number;
}

/** The schedule of steps one after the other; `batch` logs a request. */
export function createSchedule(steps: readonly Step[], batch: number): Schedule {
  let fromMs = 0;
  let first = 0;
  const spans = steps.map(({ logsPerSecond, forMs }) => {
    const perMs = logsPerSecond / batch / 1000;
    // A step that cannot send a whole request in its time sends none.
    const span = { fromMs, endMs: fromMs + forMs, first, perMs, count: Math.floor(forMs * perMs + 1e-9) };
    fromMs += forMs;
    first += span.count;
    return span;
  });
  const last = spans.at(-1);
  /** When request `at` of a step is due. */
  const dueIn = ({ fromMs, perMs }: (typeof spans)[number], at: number): number => fromMs + at / perMs;
  const stepAt = (atMs: number): number => {
    const found = spans.findIndex(({ endMs }) => atMs < endMs);
    return found < 0 ? spans.length - 1 : found;
  };
  return {
    requests: first,
    forMs: fromMs,
    dueMs(index) {
      const span = spans.find((one) => index < one.first + one.count) ?? last;
      return span === undefined ? 0 : dueIn(span, index - span.first);
    },
    dueBy(atMs) {
      if (atMs < 0) return 0;
      const span = spans[stepAt(atMs)];
      if (span === undefined) return 0;
      // The product is rounded, after millions of requests by enough to miss one: when each is due decides.
      let at = Math.floor((atMs - span.fromMs) * span.perMs);
      if (dueIn(span, at + 1) <= atMs) at += 1;
      else if (dueIn(span, at) > atMs) at -= 1;
      return span.first + Math.min(span.count, at + 1);
    },
    stepAt,
  };
}

/** Steps of equal length from one rate to another; one step alone has the first rate. */
export function rampSteps(from: number, to: number, steps: number, forMs: number): readonly Step[] {
  return Array.from({ length: steps }, (_, at) => ({
    logsPerSecond: steps === 1 ? from : from + ((to - from) * at) / (steps - 1),
    forMs: forMs / steps,
  }));
}
