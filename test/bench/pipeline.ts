// The two headline workloads of the whole system, each beside the floor; what npm run cost measures, as figures.
import { totalOf } from '../load/cost-table.ts';
import { type Cost, measureRounds, type Round } from '../load/measure-cost.ts';
import type { Workload } from '../load/workload.ts';

const WORKLOADS = {
  'pipeline/batch-100': { batch: 100, connections: 32, logs: 500_000 },
  'pipeline/batch-1': { batch: 1, connections: 512, logs: 100_000 },
} as const satisfies Readonly<Record<string, Pick<Workload, 'batch' | 'connections' | 'logs'>>>;
type WorkloadName = keyof typeof WORKLOADS;
export const WORKLOAD_NAMES: readonly string[] = Object.keys(WORKLOADS);

const SETTLE_MS = 5000;
/** For a look whether it works; the figures are of little use. */
const QUICK = { share: 0.2, settleMs: 1000 };

export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
}

/** One round's figures of the named workloads after another; the rounds of the workloads take turns. */
export async function* measurePipeline(
  names: readonly string[],
  rounds: number,
  isQuick: boolean,
): AsyncGenerator<readonly Figure[], void> {
  const running = names.filter(isWorkload).map((name) => {
    const { logs, ...rest } = WORKLOADS[name];
    const work: Workload = isQuick
      ? { ...rest, logs: logs * QUICK.share, seed: 1, settleMs: QUICK.settleMs }
      : { ...rest, logs, seed: 1, settleMs: SETTLE_MS };
    return { name, rounds: measureRounds(work, [{ bus: 'lmdb', projects: 1, retentions: 1 }], rounds) };
  });
  try {
    for (let round = 0; round < rounds; round++)
      for (const workload of running) {
        const { value } = await workload.rounds.next();
        if (value !== undefined) yield figuresOf(workload.name, value);
      }
  } finally {
    for (const workload of running) await workload.rounds.return();
  }
}

function isWorkload(name: string): name is WorkloadName {
  return name in WORKLOADS;
}

function figuresOf(name: string, { floor, costs }: Round): Figure[] {
  const [cost] = costs;
  if (cost === undefined) return [];
  const figure = (what: string, value: number, unit = 'CPU-s/M logs'): Figure => ({
    name: `${name}/${what}`,
    unit,
    value,
  });
  const intake = of(cost.cpuAtAck, 'intake');
  const whole = totalOf(cost.cpu);
  return [
    figure('floor', floor),
    figure('intake-at-ack', intake),
    figure('consumer', of(cost.cpu, 'consumer')),
    figure('engine', of(cost.cpu, 'engine')),
    figure('whole', whole),
    figure('intake-to-floor', intake / floor, 'ratio'),
    figure('whole-to-floor', whole / floor, 'ratio'),
  ];
}

function of(cpu: Cost['cpu'], name: string): number {
  return cpu[name] ?? 0;
}
