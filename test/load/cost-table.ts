// The cost of a workload as a table for a person.
import { type Cost, PROCESSES } from './measure-cost.ts';
import type { Workload } from './workload.ts';

/** A broker's work is not ours: it is shown beside the whole. */
export const totalOf = (cost: Cost): number => PROCESSES.reduce((sum, name) => sum + (cost.cpu[name] ?? 0), 0);

/** The one of several rounds whose whole is in the middle. */
export function medianOf(rounds: readonly Cost[]): Cost {
  const sorted = rounds.toSorted((left, right) => totalOf(left) - totalOf(right));
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  if (median === undefined) throw new RangeError('A median needs a round.');
  return median;
}

export function costTable(work: Workload, bus: string, floor: number, rounds: readonly Cost[]): string {
  const cost = medianOf(rounds);
  const total = totalOf(cost);
  const line = (name: string, seconds: number, memory?: number) =>
    `${name.padEnd(28)}${seconds.toFixed(2).padStart(22)}${memory === undefined ? '' : `   ${memory} MiB`}`;
  const lines = [
    `${work.logs} logs of ${cost.bytesPerLog} B, ${work.batch} a request, ${work.connections} connections, bus ${bus}, median of ${rounds.length}`,
    `${'process'.padEnd(28)}CPU-s per million logs   peak memory`,
    ...PROCESSES.map((name) => line(name, cost.cpu[name] ?? 0, cost.peakMemoryMib[name])),
    line('whole system', total),
    ...(cost.cpu.broker === undefined ? [] : [line('broker, beside it', cost.cpu.broker, cost.peakMemoryMib.broker)]),
    line('floor: read and JSON.parse', floor),
    `ratio to the floor: intake ${((cost.cpu.intake ?? 0) / floor).toFixed(2)}, whole system ${(total / floor).toFixed(2)}`,
    `whole system of each round: ${rounds.map((round) => totalOf(round).toFixed(2)).join(', ')}`,
    `acknowledged ${cost.logsPerSecond} logs/s with the sender on the same cores (a wall-clock figure: not comparable)`,
  ];
  return lines.join('\n');
}
