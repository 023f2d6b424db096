// CPU time of a piece of work, by rounds that take turns with other pieces. Libraries for this measure the wall clock, which
// on shared cores does not repeat, and read their clock at each call.
import { cpuUsage } from 'node:process';

export interface Benchmark {
  /** `group/what`. */
  readonly name: string;
  readonly per: 'log' | 'call';
  /** Logs or calls in one `run`; enough for 1 ms, for the clock is read before and after. */
  readonly count: number;
  readonly run: () => void | Promise<void>;
}

/** One round of one benchmark lasts this long, its warm-up half of it. */
const ROUND_MS = 200;
const QUICK_ROUND_MS = 40;

/** CPU time of all threads of this process (garbage collection and compilation too) in ns per log or call, a value a round. */
export async function measure(
  benchmarks: readonly Benchmark[],
  rounds: number,
  isQuick: boolean,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const roundMs = isQuick ? QUICK_ROUND_MS : ROUND_MS;
  const values = new Map(benchmarks.map(({ name }): [string, number[]] => [name, []]));
  for (const benchmark of benchmarks) await once(benchmark, roundMs);
  for (let round = 0; round < rounds; round++) {
    for (const benchmark of benchmarks) {
      // After others had their turn the caches are theirs.
      await once(benchmark, roundMs / 2);
      values.get(benchmark.name)?.push(await once(benchmark, roundMs));
    }
  }
  return values;
}

async function once({ count, run }: Benchmark, roundMs: number): Promise<number> {
  let cpuUs = 0;
  let units = 0;
  while (cpuUs < roundMs * 1000) {
    const before = cpuUsage();
    const working = run();
    if (working !== undefined) await working;
    const { user, system } = cpuUsage(before);
    cpuUs += user + system;
    units += count;
  }
  return (cpuUs * 1000) / units;
}
