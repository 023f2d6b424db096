// What a log costs: CPU-seconds per million logs of the whole system, beside a floor that keeps nothing, in one run.
import { parseArgs } from 'node:util';
import { startKafka } from '@sazabi/test-parts';
import { startSystem } from '../support/system.ts';
import { costTable } from './cost-table.ts';
import { type Cost, measureFloor, measureSystem } from './measure-cost.ts';
import type { Workload } from './workload.ts';

const HELP = `npm run cost -- [--bus lmdb|kafka|both] [--rounds 1] [--logs 500000] [--batch 100] [--connections 32] [--seed 1] [--settle 5] [--json]

Starts the system on embedded parts, sends logs of about 290 bytes, waits until all can be queried and background
work had --settle seconds, and prints user and system CPU seconds per million logs of each process.
With --bus kafka the bus is a real broker of its own, whose CPU is shown beside ours; with both, the rounds of the two
take turns, and each is told by its median round.`;

const BUSES: Readonly<Record<string, readonly ('lmdb' | 'kafka')[]>> = {
  lmdb: ['lmdb'],
  kafka: ['kafka'],
  both: ['lmdb', 'kafka'],
};

/** One round on a new data folder, and on a new broker where the bus is Kafka. */
async function measureRound(bus: 'lmdb' | 'kafka', work: Workload): Promise<Cost> {
  const kafka = bus === 'kafka' ? await startKafka() : null;
  try {
    const system = await startSystem({ environment: kafka === null ? {} : { BUS_URL: kafka.url } });
    try {
      return await measureSystem(system, work, kafka?.pids() ?? []);
    } finally {
      await system.stop();
    }
  } finally {
    await kafka?.remove();
  }
}

const { values } = parseArgs({
  options: {
    bus: { type: 'string', default: 'lmdb' },
    rounds: { type: 'string', default: '1' },
    logs: { type: 'string', default: '500000' },
    batch: { type: 'string', default: '100' },
    connections: { type: 'string', default: '32' },
    seed: { type: 'string', default: '1' },
    settle: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const write = (line: string) => process.stdout.write(`${line}\n`);
const buses = BUSES[values.bus];
if (values.help || buses === undefined) {
  write(HELP);
  process.exit(values.help ? 0 : 2);
}
const batch = Number(values.batch);
const work: Workload = {
  logs: Math.ceil(Number(values.logs) / batch) * batch,
  batch,
  connections: Number(values.connections),
  seed: Number(values.seed),
  settleMs: Number(values.settle) * 1000,
};
const floor = await measureFloor(work);
const rounds = new Map(buses.map((bus): [typeof bus, Cost[]] => [bus, []]));
for (let round = 0; round < Number(values.rounds); round++)
  for (const [bus, costs] of rounds) costs.push(await measureRound(bus, work));
for (const [bus, costs] of rounds) {
  if (!values.json) write(`${costTable(work, bus, floor, costs)}\n`);
  else for (const cost of costs) write(JSON.stringify({ ...work, bus, floor, ...cost }));
}
