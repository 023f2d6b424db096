// More than the intake takes: what it acknowledges, refuses and how fast at parts and multiples of its peak; or its memory over minutes.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fromCaller } from '../../support/from-caller.ts';
import { readOptions } from '../../support/read-options.ts';
import { overloadGraph } from './graph.ts';
import { measureHalfLoad } from './half-load.ts';
import { keyTable, measureKeyCost } from './key-cost.ts';
import { measureMemory } from './memory.ts';
import { measureRefusalCost, refusalTable } from './refusal-cost.ts';
import { pin, startFsyncProbe, startServer } from './server.ts';
import { poolOf, type RunSettings, runStep, type Step, type StepResult } from './steps.ts';
import { halfLoadTable, oddities, overloadTable } from './table.ts';

const HELP = `npm run bench:overload -- [--batch 100] [--connections 192] [--seconds 6] [--rounds 3] [--svg FILE] [--json]
npm run bench:overload -- --half [--batch 100] [--seconds 20]
npm run bench:overload -- --minutes 10 [--connections 32]
npm run bench:overload -- --refusals [--rounds 5]
npm run bench:overload -- --keys [--rounds 5] [--batch 100] [--connections 32]

An intake alone, on LMDB, on one core; the sender, made to cost little, on another. Before each step a closed loop of --connections finds
the peak; then requests come at 0.5, 1, 1.5 and 2 times that rate whatever the answers (open loop, each latency from when the request was
due), at last with nine quiet keys beside the one that sends most. A process beside it syncs 64 KiB to the same disk all the while.
--half: the whole system, with the time until a log is found: at half of what a closed loop of 2 s is acknowledged, and at half of what one
of 15 s is, counted until all of it is stored. --minutes: the whole system under a closed loop,
with the memory of its intake every ten seconds. --refusals: what refusing a request costs, beside taking it.
--keys: what a request costs with 10 keys in the snapshot and with 100 000. One log a request makes the sender the limit: take --batch 10 or more.`;

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
if (values.help) write(HELP);
else if (values.minutes !== undefined) await tellMemory(Number(values.minutes) * 60_000);
else if (values.half) {
  const half = await measureHalfLoad(settingsOf(OPEN_CONNECTIONS), SENDER_CORE);
  write(values.json ? JSON.stringify(half) : halfLoadTable(half));
} else if (values.refusals) await tellRefusals();
else if (values.keys) await tellKeys();
else await tellOverload();

function settingsOf(connections: number): RunSettings {
  const batch = Number(values.batch);
  return {
    batch,
    pool: poolOf(batch, connections),
    closedConnections: Number(values.connections),
    openConnections: OPEN_CONNECTIONS,
    quietConnections: QUIET_CONNECTIONS,
    peakMs: PEAK_MS,
    stepMs: Number(values.seconds) * 1000,
  };
}

async function tellOverload(): Promise<void> {
  const rounds = await runRounds(Number(values.rounds));
  write(
    values.json
      ? JSON.stringify(rounds, (_, value) => (value instanceof Map ? Object.fromEntries(value) : value))
      : overloadTable(rounds),
  );
  for (const line of oddities(rounds)) write(line);
  if (values.svg === undefined) return;
  const title = `Overload: batches of ${values.batch}, intake on one core, medians of ${rounds.length}`;
  writeFileSync(fromCaller(values.svg), overloadGraph(rounds, title));
}

async function runRounds(count: number): Promise<StepResult[][]> {
  const settings = settingsOf(CONNECTIONS_MAX);
  const server = await startServer(1 + QUIET_KEYS, INTAKE_CORE);
  if (cpus().length > 1) pin(process.pid, SENDER_CORE);
  const probe = startFsyncProbe(server.dataDir, SENDER_CORE);
  try {
    const rounds: StepResult[][] = [];
    for (let round = 0; round < count; round += 1) {
      const results: StepResult[] = [];
      for (const step of STEPS) results.push(await runStep(server, probe, settings, step));
      rounds.push(results);
    }
    return rounds;
  } finally {
    await probe.stop();
    await server.stop();
  }
}

async function tellRefusals(): Promise<void> {
  if (cpus().length > 1) pin(process.pid, SENDER_CORE);
  const costs = await measureRefusalCost([1, 10, 100], Number(values.rounds), Number(values.connections), INTAKE_CORE);
  write(values.json ? JSON.stringify(costs) : refusalTable(costs));
}

async function tellKeys(): Promise<void> {
  if (cpus().length > 1) pin(process.pid, SENDER_CORE);
  const { batch, rounds, connections } = values;
  const costs = await measureKeyCost(Number(batch), Number(rounds), Number(connections), INTAKE_CORE);
  write(values.json ? JSON.stringify(costs) : keyTable(costs));
}

async function tellMemory(forMs: number): Promise<void> {
  const run = await measureMemory(settingsOf(Number(values.connections)), forMs, (seconds, { residentMib, ownMib }) =>
    write(`${String(seconds).padStart(4)} s  ${residentMib.toFixed(0)} MiB, of it ${ownMib.toFixed(0)} its own`),
  );
  write(
    `${Math.round(run.logsPerSecond)} logs/s acknowledged, p99 ${run.p99Ms.toFixed(0)} ms, ${run.refused} requests refused; intake at most ${run.peakMib.toFixed(0)} MiB, ${run.slopeMibPerMinute.toFixed(2)} MiB a minute after the first`,
  );
}
