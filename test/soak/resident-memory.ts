// Resident memory of processes over time, from /proc: whether something grows.
import { residentMib } from '../support/processes.ts';
import type { Victim } from '../support/service-process.ts';

export interface MemoryGrowth {
  readonly name: string;
  /** Medians over the first and the last third of the samples, in MiB; a restart begins small again. */
  readonly early: number;
  readonly late: number;
  readonly peak: number;
}

/** Samples until `growth` is asked for. */
export function createMemorySampler(victims: readonly Victim[]): { sample(): void; growth(): readonly MemoryGrowth[] } {
  const samples = new Map<string, number[]>();
  return {
    sample() {
      for (const { name, pids } of victims) {
        const mib = pids().reduce((sum, pid) => sum + residentMib(pid), 0);
        if (mib > 0) samples.set(name, [...(samples.get(name) ?? []), mib]);
      }
    },
    growth: () =>
      [...samples].map(([name, all]) => {
        const third = Math.ceil(all.length / 3);
        return { name, early: median(all.slice(0, third)), late: median(all.slice(-third)), peak: Math.max(...all) };
      }),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
