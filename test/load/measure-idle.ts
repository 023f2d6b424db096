// Measures a system that nobody calls: CPU of each process, and of each of its threads, from /proc.
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds, threadCpuSeconds } from '@sazabi/load/process-cost';
import type { ProcessName, System } from '../support/system.ts';

const PROCESSES: readonly ProcessName[] = ['standalone', 'engine', 'query-api', 'consumer', 'intake'];
/** Threads below are not worth a line, in percent of a core. */
const THREAD_PERCENT_MIN = 0.01;

export interface ThreadCost {
  readonly name: string;
  readonly percent: number;
}

export interface IdleCost {
  readonly seconds: number;
  /** Of one core, all processes together. */
  readonly percent: number;
  readonly processes: readonly {
    readonly name: ProcessName;
    readonly cpuSeconds: number;
    readonly percent: number;
    readonly threads: readonly ThreadCost[];
  }[];
}

/** @throws Error where a process was replaced meanwhile: then it was not at rest */
export async function measureIdle(system: Pick<System, 'pid'>, forMs: number): Promise<IdleCost> {
  const look = () =>
    PROCESSES.map((name) => ({
      name,
      pid: system.pid(name),
      cpu: cpuSeconds(system.pid(name)),
      threads: threadCpuSeconds(system.pid(name)),
    }));
  const before = look();
  const startedMs = performance.now();
  await sleep(forMs);
  const after = look();
  const seconds = (performance.now() - startedMs) / 1000;
  const percentOf = (cpu: number) => (100 * cpu) / seconds;
  const processes = after.map(({ name, pid, cpu, threads }, at) => {
    const earlier = before[at];
    if (earlier?.pid !== pid) throw new Error(`${name} was restarted while it was measured.`);
    return {
      name,
      cpuSeconds: cpu - earlier.cpu,
      percent: percentOf(cpu - earlier.cpu),
      threads: byName(threads, earlier.threads).map((thread) => ({
        name: thread.name,
        percent: percentOf(thread.seconds),
      })),
    };
  });
  return { seconds, percent: processes.reduce((sum, { percent }) => sum + percent, 0), processes };
}

/** Threads of one name (a pool's) are summed; the busiest first. */
function byName(after: ReadonlyMap<number, ThreadSeconds>, before: ReadonlyMap<number, ThreadSeconds>) {
  const sums = new Map<string, number>();
  for (const [id, { name, seconds }] of after)
    sums.set(name, (sums.get(name) ?? 0) + seconds - (before.get(id)?.seconds ?? 0));
  return [...sums].map(([name, seconds]) => ({ name, seconds })).sort((left, right) => right.seconds - left.seconds);
}

type ThreadSeconds = ReturnType<typeof threadCpuSeconds> extends ReadonlyMap<number, infer Thread> ? Thread : never;

export function idleTable({ seconds, percent, processes }: IdleCost, withThreads: boolean): string {
  const line = (name: string, cpu: number, share: number) =>
    `${name.padEnd(22)}${cpu.toFixed(2).padStart(8)}${share.toFixed(2).padStart(14)}`;
  const total = processes.reduce((sum, process) => sum + process.cpuSeconds, 0);
  return [
    `${seconds.toFixed(0)} s at rest`,
    `${'process'.padEnd(22)}${'CPU-s'.padStart(8)}${'% of a core'.padStart(14)}`,
    ...processes.flatMap((process) => [
      line(process.name, process.cpuSeconds, process.percent),
      ...process.threads
        .filter((thread) => withThreads && thread.percent >= THREAD_PERCENT_MIN)
        .map((thread) => line(`  ${thread.name}`, (thread.percent * seconds) / 100, thread.percent)),
    ]),
    line('whole system', total, percent),
  ].join('\n');
}
