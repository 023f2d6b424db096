// What a log costs: CPU-seconds per million logs of the whole system, beside a floor that keeps nothing, in one run.
import { orRefuse, readOptions, wholeNumber } from '../support/read-options.ts';
import { costCases } from './cost-cases.ts';
import { costTable, ratioTable } from './cost-table.ts';
import { measureRounds, type Round } from './measure-cost.ts';
import type { Workload } from './workload.ts';

const HELP = `npm run cost -- [--case 'projects=N retentions=N' …] [--bus lmdb|kafka|both] [--rounds 1] [--logs 500000] [--batch 100]
                [--connections 32] [--seed 1] [--settle 5] [--json]

Each round starts the system on embedded parts, sends --logs logs of about 290 bytes (after as many thirds of that to warm up),
waits until all can be queried and background work had --settle seconds, and tells user and system CPU seconds per million logs of
each process: at the last acknowledgement, and when all has settled. The floor, uWebSockets.js that parses each body and keeps
nothing, takes its turn in each round. The sender is a process of its own on bare sockets; requests are prepared in its memory,
up to a million distinct logs (about 600 MB), before the clock starts.
With --bus kafka the bus is a real broker of its own, whose CPU is shown beside ours; with both, the two take turns.
Each --case is measured by itself, in turn with the others (A B, B A, …), and at last its ratios to the first, round by round.
What a case may set: projects (1, at most 1000; each has a key, and requests are of the keys in turn), retentions (1: as new
projects have it; more: projects are kept for 1, 2, 3 … days in turn; makes as many projects where projects is not set).

  npm run cost -- --rounds 5 --case projects=1 --case projects=10 --case projects=1000
  npm run cost -- --rounds 5 --case projects=50 --case retentions=50`;

const { values } = readOptions({
  options: {
    case: { type: 'string', multiple: true, default: [''] },
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
if (values.help) {
  write(HELP);
  process.exit(0);
}
const { work, rounds, cases } = orRefuse(() => {
  const batch = wholeNumber('batch', values.batch, 1);
  const work: Workload = {
    logs: Math.ceil(wholeNumber('logs', values.logs, 1) / batch) * batch,
    batch,
    connections: wholeNumber('connections', values.connections, 1),
    seed: wholeNumber('seed', values.seed, 0),
    settleMs: wholeNumber('settle', values.settle, 0) * 1000,
  };
  return { work, rounds: wholeNumber('rounds', values.rounds, 1), cases: costCases(values.case, values.bus) };
});
const measured: Round[] = [];
for await (const round of measureRounds(work, cases, rounds)) {
  measured.push(round);
  const { bytesPerLog, floor, costs } = round;
  if (values.json)
    for (const [at, cost] of costs.entries())
      write(JSON.stringify({ ...work, bytesPerLog, floor, ...cases[at], ...cost }));
}
if (!values.json) {
  for (const [at, { name }] of cases.entries()) write(`${costTable(work, name, at, measured)}\n`);
  if (cases.length > 1)
    write(
      ratioTable(
        cases.map(({ name }) => name),
        measured,
      ),
    );
}
