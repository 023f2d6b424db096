// One workload of the cost measurement: distinct logs in bodies, made as they are sent.
import { createLogGenerator } from '@sazabi/load/log-generator';

export interface Workload {
  readonly logs: number;
  readonly batch: number;
  readonly connections: number;
  readonly seed: number;
  readonly settleMs: number;
}

/** Its bodies: logs spread over the last minute. */
export function bodiesOf(work: Workload): { readonly count: number; body(index: number): Buffer; sentBytes(): number } {
  const generate = createLogGenerator(work.seed);
  const startMs = Date.now() - 60_000;
  let bytes = 0;
  return {
    count: Math.ceil(work.logs / work.batch),
    body(index) {
      const logs = Array.from({ length: work.batch }, (_, at) =>
        generate(startMs + Math.floor(((index * work.batch + at) * 60_000) / work.logs)),
      );
      const body = Buffer.from(JSON.stringify(logs));
      bytes += body.byteLength;
      return body;
    },
    sentBytes: () => bytes,
  };
}
