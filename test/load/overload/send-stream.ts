// A stream of requests under one key, sent by the engine of `sazabi load`: when each was due, sent and answered is kept apart by status.
import { type BodyPool, createSchedule, createSender, driveClosedLoop, driveOpenLoop } from '@sazabi/load';

export interface Stream {
  /** Of the intake. */
  readonly url: string;
  readonly key: string;
  readonly pool: BodyPool;
  /** Logs a request, as the pool has them. */
  readonly batch: number;
  /** Requests a second whatever the answers (open loop); null = each when a connection is free (closed loop). */
  readonly perSecond: number | null;
  /** At most; an open loop opens them as it needs them, and sends late what finds none. */
  readonly connections: number;
  /** What is due in the first part is sent and not counted. */
  readonly warmUpMs: number;
  readonly forMs: number;
}

export interface StreamResult {
  /** Requests that were due and are counted. */
  readonly due: number;
  /** Requests answered 202, those of the warm-up too. */
  readonly acknowledged: number;
  /** Milliseconds from when each was due to its answer, in ascending order, by status; 0 = no answer. */
  readonly latenciesMs: ReadonlyMap<number, Float64Array>;
  /** How long after it was due each was sent: the sender's own part of the latencies. */
  readonly lateMs: Float64Array;
}

/** Sends for `warmUpMs` and `forMs`, then waits for what is under way. */
export async function sendStream(stream: Stream): Promise<StreamResult> {
  const { batch, perSecond, warmUpMs } = stream;
  const forMs = warmUpMs + stream.forMs;
  const latencies = new Map<number, number[]>();
  const late: number[] = [];
  let acknowledged = 0;
  const sender = createSender({
    url: new URL('/v1/logs', stream.url),
    publicKeys: [stream.key],
    connections: stream.connections,
    pool: stream.pool,
    encoding: 'json',
    compression: 'none',
    userAgent: 'bench-overload',
  });
  const driving = {
    sender,
    requestsMax: Number.POSITIVE_INFINITY,
    forMs,
    stop: new AbortController().signal,
    onOutcome(
      { status, dueMs, sentMs, doneMs }: { status: number; dueMs: number; sentMs: number; doneMs: number },
      startedMs: number,
    ) {
      if (status === 202) acknowledged += 1;
      if (dueMs < startedMs + warmUpMs) return;
      late.push(sentMs - dueMs);
      const list = latencies.get(status);
      if (list === undefined) latencies.set(status, [doneMs - dueMs]);
      else list.push(doneMs - dueMs);
    },
  };
  const { unsent } =
    perSecond === null
      ? await driveClosedLoop(driving)
      : await driveOpenLoop({
          ...driving,
          schedule: createSchedule([{ logsPerSecond: perSecond * batch, forMs }], batch),
        });
  sender.close();
  const ascending = [...latencies].map(([status, list]) => [status, Float64Array.from(list).sort()] as const);
  return {
    due: late.length + unsent,
    acknowledged,
    latenciesMs: new Map(ascending),
    lateMs: Float64Array.from(late).sort(),
  };
}

/** The value that a part of the values do not pass, of values in ascending order; NaN where there are none. */
export function quantile(ascending: Float64Array, part: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * part))] ?? Number.NaN;
}
