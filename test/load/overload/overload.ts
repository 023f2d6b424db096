// More than the intake takes: what it acknowledges, refuses and how fast at parts and multiples of its peak; or its memory over minutes.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fromCaller } from '../../support/from-caller.ts';
import { orRefuse, readOptions, wholeNumber } from '../../support/read-options.ts';
import { runCommand } from '../../support/run-command.ts';
import { say } from '../../support/say.ts';
import { overloadGraph } from './graph.ts';
import { measureHalfLoad } from './half-load.ts';
import { keyTable, measureKeyCost } from './key-cost.ts';
import { measureMemory } from './memory.ts';
import { measureRefusalCost, refusalTable } from './refusal-cost.ts';
import { pin, startFsyncProbe, startServer } from './server.ts';
import { poolOf, type RunSettings, runStep, type Step, type StepResult } from './steps.ts';
import { halfLoadTable, ms, oddities, overloadTable } from './table.ts';

const HELP = `npm run bench:overload -- [--batch 100] [--connections 192] [--seconds 6] [--rounds 3] [--svg FILE] [--json]
npm run bench:overload -- --half [--batch 100] [--connections 192] [--seconds 6] [--json]
npm run bench:overload -- --minutes 10 [--batch 100] [--connections 192]
npm run bench:overload -- --refusals [--connections 192] [--rounds 3] [--json]
npm run bench:overload -- --keys [--batch 100] [--connections 192] [--rounds 3] [--json]

An intake alone, on LMDB, on one core; the sender, made to cost little, on another. Before each step a closed loop of --connections finds
the peak; then requests come at 0.5, 1, 1.5 and 2 times that rate whatever the answers (open loop, each latency from when the request was
due), at last with nine quiet keys beside the one that sends most. A process beside it syncs 64 KiB to the same disk all the while.
--half: the whole system, with the time until a log is found: at half of what a closed loop of 2 s is acknowledged, and at half of what one
of 15 s is, counted until all of it is stored. --minutes: the whole system under a closed loop,
with the memory of its intake every ten seconds. --refusals: what refusing a request costs, beside taking it.
--keys: what a request costs with 10 keys in the snapshot and with 100 000. One log a request makes the sender the limit: take --batch 10 or more.
Both count what is not answered as it should be, leave it out and say the part; a slow machine refuses less with --connections 64.`;

const QUIET_KEYS = 9;
const STEPS: readonly Step[] = [
  { load: 0.5, quietKeys: 0 },
  { load: 1, quietKeys: 0 },
  { load: 1.5, quietKeys: 0 },
  { load: 2, quietKeys: 0 },
  { load: 2, quietKeys: QUIET_KEYS },
];
const INTAKE_CORE = 0;
const SENDER_CORE = 1;
const PEAK_MS = 2000;
const OPEN_CONNECTIONS = 3000;
const QUIET_CONNECTIONS = 60;
/** All at once, which is how many bodies are made. */
const CONNECTIONS_MAX = OPEN_CONNECTIONS + QUIET_KEYS * QUIET_CONNECTIONS;

const { values } = readOptions({
  options: {
    batch: { type: 'string', default: '100' },
    connections: { type: 'string', default: '192' },
    seconds: { type: 'string', default: '6' },
    rounds: { type: 'string', default: '3' },
    minutes: { type: 'string' },
    half: { type: 'boolean', default: false },
    refusals: { type: 'boolean', default: false },
    keys: { type: 'boolean', default: false },
    svg: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const write = (line: string) => process.stdout.write(`${line}\n`);
if (values.help) {
  write(HELP);
  process.exit(0);
}
const { batch, connections, seconds, rounds, minutes } = orRefuse(() => ({
  batch: wholeNumber('batch', values.batch, 1),
  connections: wholeNumber('connections', values.connections, 1),
  seconds: wholeNumber('seconds', values.seconds, 1),
  rounds: wholeNumber('rounds', values.rounds, 1),
  minutes: values.minutes === undefined ? null : wholeNumber('minutes', values.minutes, 1),
}));
await runCommand(async () => {
  if (minutes !== null) await tellMemory(minutes * 60_000);
  else if (values.half) await tellHalf();
  else if (values.refusals) await tellRefusals();
  else if (values.keys) await tellKeys();
  else await tellOverload();
});

/** @param bodies for so many connections at once */
function settingsOf(bodies: number): RunSettings {
  return {
    batch,
    pool: poolOf(batch, bodies),
    closedConnections: connections,
    openConnections: OPEN_CONNECTIONS,
    quietConnections: QUIET_CONNECTIONS,
    peakMs: PEAK_MS,
    stepMs: seconds * 1000,
  };
}

async function tellOverload(): Promise<void> {
  const results = await runRounds();
  write(
    values.json
      ? JSON.stringify(results, (_, value) => (value instanceof Map ? Object.fromEntries(value) : value))
      : overloadTable(results),
  );
  for (const line of oddities(results)) write(line);
  if (values.svg === undefined) return;
  const title = `Overload: batches of ${values.batch}, intake on one core, medians of ${rounds}`;
  writeFileSync(fromCaller(values.svg), overloadGraph(results, title));
}

async function runRounds(): Promise<StepResult[][]> {
  say('an intake starts');
  const settings = settingsOf(CONNECTIONS_MAX);
  const server = await startServer(1 + QUIET_KEYS, INTAKE_CORE);
  if (cpus().length > 1) pin(process.pid, SENDER_CORE);
  const probe = startFsyncProbe(server.dataDir, SENDER_CORE);
  try {
    const results: StepResult[][] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const steps: StepResult[] = [];
      for (const step of STEPS) {
        const result = await runStep(server, probe, settings, step);
        const noisy = step.quietKeys === 0 ? '' : ', one noisy key';
        say(
          `round ${round} of ${rounds}, ${step.load}× the peak${noisy}: ${Math.round(result.acknowledged)} of ${Math.round(result.offered)} logs/s acknowledged`,
        );
        steps.push(result);
      }
      results.push(steps);
    }
    return results;
  } finally {
    await probe.stop();
    await server.stop();
  }
}

async function tellRefusals(): Promise<void> {
  if (cpus().length > 1) pin(process.pid, SENDER_CORE);
  const costs = await measureRefusalCost([1, 10, 100], rounds, connections, INTAKE_CORE);
  write(values.json ? JSON.stringify(costs) : refusalTable(costs));
}

async function tellKeys(): Promise<void> {
  if (cpus().length > 1) pin(process.pid, SENDER_CORE);
  const costs = await measureKeyCost(batch, rounds, connections, INTAKE_CORE);
  write(values.json ? JSON.stringify(costs) : keyTable(costs));
}

async function tellHalf(): Promise<void> {
  const half = await measureHalfLoad(settingsOf(OPEN_CONNECTIONS), SENDER_CORE);
  write(values.json ? JSON.stringify(half) : halfLoadTable(half));
}

async function tellMemory(forMs: number): Promise<void> {
  const run = await measureMemory(settingsOf(connections), forMs, (at, { residentMib, ownMib }) =>
    write(`${String(at).padStart(4)} s  ${residentMib.toFixed(0)} MiB, of it ${ownMib.toFixed(0)} its own`),
  );
  const slope = run.slopeMibPerMinute;
  const growth = slope === null ? 'too short to tell a growth' : `${slope.toFixed(2)} MiB a minute after the first`;
  write(
    `${Math.round(run.logsPerSecond)} logs/s acknowledged, p99 ${ms(run.p99Ms)} ms, ${run.refused} requests refused; intake at most ${run.peakMib.toFixed(0)} MiB, ${growth}`,
  );
}
