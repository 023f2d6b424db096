// What a log costs: CPU-seconds per million logs of the whole system, beside a floor that keeps nothing, in one run.
import { parseArgs } from 'node:util';
import { costTable } from './cost-table.ts';
import { type BusKind, measureRounds, type Round } from './measure-cost.ts';
import type { Workload } from './workload.ts';

const HELP = `npm run cost -- [--bus lmdb|kafka|both] [--rounds 1] [--logs 500000] [--batch 100] [--connections 32] [--seed 1] [--settle 5] [--json]

Each round starts the system on embedded parts, sends --logs logs of about 290 bytes (after as many thirds of that to warm up),
waits until all can be queried and background work had --settle seconds, and tells user and system CPU seconds per million logs of
each process: at the last acknowledgement, and when all has settled. The floor, uWebSockets.js that parses each body and keeps
nothing, takes its turn in each round. The sender is a process of its own on bare sockets; requests are prepared in its memory,
up to a million distinct logs (about 600 MB), before the clock starts.
With --bus kafka the bus is a real broker of its own, whose CPU is shown beside ours; with both, the two take turns.`;

const BUSES: Readonly<Record<string, readonly BusKind[]>> = {
  lmdb: ['lmdb'],
  kafka: ['kafka'],
  both: ['lmdb', 'kafka'],
};

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
const rounds: Round[] = [];
for await (const round of measureRounds(work, buses, Number(values.rounds))) {
  rounds.push(round);
  const { bytesPerLog, floor, costs } = round;
  if (values.json)
    for (const [bus, cost] of costs) write(JSON.stringify({ ...work, bytesPerLog, floor, bus, ...cost }));
}
if (!values.json) for (const bus of buses) write(`${costTable(work, bus, rounds)}\n`);
