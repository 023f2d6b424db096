// The cost of a workload as a table for a person.
import { type BusKind, type Cost, PROCESSES, type Round } from './measure-cost.ts';
import { medianOf } from './median.ts';
import type { Workload } from './workload.ts';

/** A broker's work is not ours: it is shown beside the whole. */
export const totalOf = (cpu: Cost['cpu']): number => PROCESSES.reduce((sum, name) => sum + (cpu[name] ?? 0), 0);

/** Each figure is the median of the rounds' own. */
export function costTable(work: Workload, bus: BusKind, rounds: readonly Round[]): string {
  const costs = rounds.flatMap((round) => round.costs.get(bus) ?? []);
  const median = (of: (cost: Cost) => number | undefined) => medianOf(costs.map((cost) => of(cost) ?? 0));
  const floor = medianOf(rounds.map((round) => round.floor));
  const figure = (value: number) => value.toFixed(2).padStart(10);
  const line = (title: string, name: string) =>
    `${title.padEnd(28)}${figure(median((cost) => cost.cpuAtAck[name]))}${figure(median((cost) => cost.cpu[name]))}` +
    `${String(median((cost) => cost.peakMemoryMib[name])).padStart(10)} MiB`;
  const whole = median((cost) => totalOf(cost.cpu));
  const intakeAtAck = median((cost) => cost.cpuAtAck.intake);
  return [
    `${work.logs} logs of ${rounds[0]?.bytesPerLog} B, ${work.batch} a request, ${work.connections} connections, bus ${bus}, medians of ${costs.length}`,
    `${'CPU-s per million logs'.padEnd(28)}${'at ack'.padStart(10)}${'settled'.padStart(10)}   peak memory`,
    ...PROCESSES.map((name) => line(name, name)),
    `${'whole system'.padEnd(28)}${figure(median((cost) => totalOf(cost.cpuAtAck)))}${figure(whole)}`,
    ...(costs[0]?.cpu.broker === undefined ? [] : [line('broker, beside it', 'broker')]),
    `${'floor: read and JSON.parse'.padEnd(28)}${figure(floor)}`,
    `ratio to the floor: intake ${(intakeAtAck / floor).toFixed(2)}, whole system ${(whole / floor).toFixed(2)}`,
    `of each round: intake ${costs.map((cost) => cost.cpuAtAck.intake?.toFixed(2)).join(', ')}; ` +
      `whole system ${costs.map((cost) => totalOf(cost.cpu).toFixed(2)).join(', ')}; ` +
      `floor ${rounds.map((round) => round.floor.toFixed(2)).join(', ')}`,
    `acknowledged ${median((cost) => cost.logsPerSecond)} logs/s with the sender (${median((cost) => cost.sender).toFixed(2)} CPU-s per million logs) ` +
      'on the same cores: a wall-clock figure, not comparable',
  ].join('\n');
}
