// `npm run test:soak`: the soak as a program, with a line of progress and a report at the end.

import { readOptions } from '../support/read-options.ts';
import { runSoak } from './run-soak.ts';
import { describe } from './soak-report.ts';

const HELP = `npm run test:soak -- [--minutes 15] [--kills 30] [--seed N]

Two intakes, two consumers and two APIs, each a process of its own, on a real Kafka broker, a real PostgreSQL and the embedded
ClickHouse engine. Four clients send logs, some under an Idempotency-Key that they repeat, retried on every error, while at
random (by the seed) a service, the broker, PostgreSQL or the engine is killed with SIGKILL and started again, or stopped with
SIGSTOP for longer than the session timeout. At the end what was acknowledged is compared with what is stored.

--minutes  how long faults are made (decimals allowed); twice as long at most until there were enough kills
--kills    the least number of kills; default two a minute
--seed     repeats the choices of a run

Exits 0 where nothing is missing, doubled or foreign, no process ended by itself and no answer was out of the contract; 1
otherwise, and then keeps the logs of all processes and says where.`;

const { values } = readOptions({
  options: {
    minutes: { type: 'string', default: '15' },
    kills: { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const write = (line: string) => process.stdout.write(`${line}\n`);
const minutes = Number(values.minutes);
const killsMin = Number(values.kills ?? Math.floor(minutes * 2));
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (values.help) write(HELP);
else if (!(minutes > 0) || !Number.isInteger(killsMin) || !Number.isInteger(seed)) {
  write(`--minutes, --kills and --seed take numbers.\n\n${HELP}`);
  process.exitCode = 2;
} else {
  const { report, wrong, kept } = await runSoak({ minutes, seed, killsMin, say: write });
  write(`\n${describe(report)}\n`);
  for (const line of wrong) write(`FAILED: ${line}`);
  if (kept !== null) write(`The logs of all processes: ${kept}`);
  if (wrong.length === 0) write('Nothing missing, doubled or foreign.');
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
