// The cost of a workload as a table for a person.
import { type Cost, PROCESSES, type Round } from './measure-cost.ts';
import { medianOf } from './median.ts';
import type { Workload } from './workload.ts';

/** A broker's work is not ours: it is shown beside the whole. */
export const totalOf = (cpu: Cost['cpu']): number => PROCESSES.reduce((sum, name) => sum + (cpu[name] ?? 0), 0);

/** Each figure is the median of the rounds' own. @param at which of the rounds' costs */
export function costTable(work: Workload, name: string, at: number, rounds: readonly Round[]): string {
  const costs = rounds.flatMap((round) => round.costs[at] ?? []);
  const median = (of: (cost: Cost) => number | undefined) => medianOf(costs.map((cost) => of(cost) ?? 0));
  const floor = medianOf(rounds.map((round) => round.floor));
  const figure = (value: number) => value.toFixed(2).padStart(10);
  const line = (title: string, process: string) =>
    `${title.padEnd(28)}${figure(median((cost) => cost.cpuAtAck[process]))}${figure(median((cost) => cost.cpu[process]))}` +
    `${String(median((cost) => cost.peakMemoryMib[process])).padStart(10)} MiB`;
  const whole = median((cost) => totalOf(cost.cpu));
  const intakeAtAck = median((cost) => cost.cpuAtAck.intake);
  return [
    `${work.logs} logs of ${rounds[0]?.bytesPerLog} B, ${work.batch} a request, ${work.connections} connections, ${name}, medians of ${costs.length}`,
    `${'CPU-s per million logs'.padEnd(28)}${'at ack'.padStart(10)}${'settled'.padStart(10)}   peak memory`,
    ...PROCESSES.map((process) => line(process, process)),
    `${'whole system'.padEnd(28)}${figure(median((cost) => totalOf(cost.cpuAtAck)))}${figure(whole)}`,
    ...(costs[0]?.cpu.broker === undefined ? [] : [line('broker, beside it', 'broker')]),
    `${'floor: read and JSON.parse'.padEnd(28)}${figure(floor)}`,
    `ratio to the floor: intake ${(intakeAtAck / floor).toFixed(2)}, whole system ${(whole / floor).toFixed(2)}; ` +
      `${median((cost) => cost.inserts)} inserts`,
    `of each round: intake ${costs.map((cost) => cost.cpuAtAck.intake?.toFixed(2)).join(', ')}; ` +
      `whole system ${costs.map((cost) => totalOf(cost.cpu).toFixed(2)).join(', ')}; ` +
      `floor ${rounds.map((round) => round.floor.toFixed(2)).join(', ')}`,
    `acknowledged ${median((cost) => cost.logsPerSecond)} logs/s with the sender (${median((cost) => cost.sender).toFixed(2)} CPU-s per million logs) ` +
      'on the same cores: a wall-clock figure, not comparable',
  ].join('\n');
}

/** What each of the rounds' costs, once settled, is of the first in the same round: the median, and of each round. */
export function ratioTable(names: readonly string[], rounds: readonly Round[]): string {
  const shown = ['intake', 'consumer', 'engine'] as const;
  const ratios = (at: number, of: (cost: Cost) => number) =>
    rounds.flatMap(({ costs: { [at]: cost, 0: first } }) => (cost && first ? [of(cost) / of(first)] : []));
  const figure = (values: readonly number[]) => medianOf(values).toFixed(2).padStart(10);
  return [
    `${'settled, ÷ the first'.padEnd(44)}${[...shown, 'whole'].map((title) => title.padStart(10)).join('')}   of each round`,
    ...names.map((name, at) => {
      const whole = ratios(at, (cost) => totalOf(cost.cpu));
      const parts = shown.map((process) => figure(ratios(at, (cost) => cost.cpu[process] ?? 0)));
      return `${name.padEnd(44)}${parts.join('')}${figure(whole)}   ${whole.map((ratio) => ratio.toFixed(2)).join(', ')}`;
    }),
  ].join('\n');
}
