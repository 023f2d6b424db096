// What the started system costs while nobody uses it: CPU-seconds of each process over a minute, in percent of one core.
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../support/client.ts';
import { readOptions } from '../support/read-options.ts';
import { startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';
import { type IdleCost, idleTable, measureIdle } from './measure-idle.ts';

const HELP = `npm run idle -- [--seconds 60] [--settle 20] [--logs 1000] [--threads] [--json] [--max PERCENT]

Starts what npm start starts, on embedded parts and a new data folder, sends --logs logs so that there are tables to look after,
waits until they are found and --settle seconds more, then measures for --seconds while nobody calls.
--threads shows each thread that took a hundredth of a percent of a core; --max ends with 1 above so many percent.`;

const { values } = readOptions({
  options: {
    seconds: { type: 'string', default: '60' },
    settle: { type: 'string', default: '20' },
    logs: { type: 'string', default: '1000' },
    threads: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    max: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const write = (line: string) => process.stdout.write(`${line}\n`);
if (values.help) {
  write(HELP);
  process.exit(0);
}
const cost = await measure();
write(values.json ? JSON.stringify(cost) : idleTable(cost, values.threads));
if (values.max !== undefined && cost.percent > Number(values.max)) process.exitCode = 1;

async function measure(): Promise<IdleCost> {
  const system = await startSystem();
  try {
    const client = createClient(system);
    const logs = Array.from({ length: Number(values.logs) }, (_, n) => ({ message: `log ${n} before the rest` }));
    if (logs.length > 0) {
      await client.postLogs(logs);
      await waitFor('every log is found', async () => (await client.queryAll()).length === logs.length, 30_000);
    }
    await sleep(Number(values.settle) * 1000);
    return await measureIdle(system, Number(values.seconds) * 1000);
  } finally {
    await system.stop();
  }
}
