// What a log costs: CPU-seconds per million logs of the whole system, beside a floor that keeps nothing, in one run.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createClient } from '../support/client.ts';
import { type ProcessName, type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';
import { createLogGenerator } from './log-generator.ts';
import { cpuSeconds, peakMemoryMib } from './process-cost.ts';
import { sendBodies } from './send-bodies.ts';

const HELP = `npm run cost -- [--logs 500000] [--batch 100] [--connections 32] [--seed 1] [--settle 5] [--json]

Starts the system on embedded parts, sends logs of about 290 bytes, waits until all can be queried and background
work had --settle seconds, and prints user and system CPU seconds per million logs of each process.`;

const PROCESSES: readonly ProcessName[] = ['intake', 'consumer', 'engine', 'query-api', 'standalone'];

interface Workload {
  readonly logs: number;
  readonly batch: number;
  readonly connections: number;
  readonly seed: number;
  readonly settleMs: number;
}

interface Cost {
  readonly bytesPerLog: number;
  readonly logsPerSecond: number;
  /** CPU-seconds per million logs by process. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly peakMemoryMib: Readonly<Record<string, number>>;
}

/** Bodies of one workload, made as they are sent: distinct logs, spread over the last minute. */
function bodiesOf(work: Workload): { readonly count: number; body(index: number): Buffer; sentBytes(): number } {
  const generate = createLogGenerator(work.seed);
  const startMs = Date.now() - 60_000;
  let bytes = 0;
  return {
    count: Math.ceil(work.logs / work.batch),
    body(index) {
      const logs = Array.from({ length: work.batch }, (_, at) =>
        generate(startMs + Math.floor(((index * work.batch + at) * 60_000) / work.logs)),
      );
      const body = Buffer.from(JSON.stringify(logs));
      bytes += body.byteLength;
      return body;
    },
    sentBytes: () => bytes,
  };
}

const perMillion = (seconds: number, logs: number): number => Number(((seconds / logs) * 1e6).toFixed(3));

async function measureFloor(work: Workload): Promise<number> {
  const server: ChildProcess = fork(fileURLToPath(import.meta.resolve('./floor-server.ts')), []);
  const url = await new Promise<string>((resolve) => server.once('message', (message) => resolve(Object(message).url)));
  const pid = server.pid ?? 0;
  await sendBodies({ url, headers: {}, connections: work.connections, ...bodiesOf({ ...work, logs: work.logs / 10 }) });
  const before = cpuSeconds(pid);
  await sendBodies({ url, headers: {}, connections: work.connections, ...bodiesOf(work) });
  const seconds = cpuSeconds(pid) - before;
  server.disconnect();
  return perMillion(seconds, work.logs);
}

async function measureSystem(system: System, work: Workload): Promise<Cost> {
  const client = createClient(system);
  const { key } = await client.createKey('public-keys', { name: 'cost', rateLimitPerMinute: null });
  const send = async (load: Workload): Promise<number> => {
    const bodies = bodiesOf(load);
    await sendBodies({
      url: `${system.intakeUrl}/v1/logs`,
      headers: { 'x-sazabi-key': key },
      connections: load.connections,
      ...bodies,
    });
    return bodies.sentBytes();
  };
  const stored = async (count: number) =>
    await waitFor(
      'every log can be queried',
      async () => {
        const answer: unknown = await (
          await client.api('POST', '/logs/volume', { from: '-1h', interval: '1h' })
        ).json();
        return Number(Object(Object(answer).data).total) === count;
      },
      60_000,
    );
  const warmUp = { ...work, logs: Math.ceil(work.logs / 10 / work.batch) * work.batch, seed: work.seed + 1 };
  await send(warmUp);
  await stored(warmUp.logs);

  const before = new Map(PROCESSES.map((name) => [name, cpuSeconds(system.pid(name))]));
  const startedMs = performance.now();
  const bytes = await send(work);
  const sentMs = performance.now() - startedMs;
  await stored(warmUp.logs + work.logs);
  await new Promise((resolve) => setTimeout(resolve, work.settleMs));
  const cpu = Object.fromEntries(
    PROCESSES.map((name) => [name, perMillion(cpuSeconds(system.pid(name)) - (before.get(name) ?? 0), work.logs)]),
  );
  return {
    bytesPerLog: Math.round(bytes / work.logs),
    logsPerSecond: Math.round(work.logs / (sentMs / 1000)),
    cpu,
    peakMemoryMib: Object.fromEntries(PROCESSES.map((name) => [name, Math.round(peakMemoryMib(system.pid(name)))])),
  };
}

function print(work: Workload, floor: number, cost: Cost): void {
  const total = Object.values(cost.cpu).reduce((sum, seconds) => sum + seconds, 0);
  const rows = PROCESSES.map((name) => [name, cost.cpu[name] ?? 0, `${cost.peakMemoryMib[name]} MiB`] as const);
  const write = (line: string) => process.stdout.write(`${line}\n`);
  write(`${work.logs} logs of ${cost.bytesPerLog} B, ${work.batch} a request, ${work.connections} connections`);
  write(`${'process'.padEnd(28)}CPU-s per million logs   peak memory`);
  for (const [name, seconds, memory] of rows) write(`${name.padEnd(28)}${seconds.toFixed(2).padStart(22)}   ${memory}`);
  write(`${'whole system'.padEnd(28)}${total.toFixed(2).padStart(22)}`);
  write(`${'floor: read and JSON.parse'.padEnd(28)}${floor.toFixed(2).padStart(22)}`);
  write(
    `ratio to the floor: intake ${((cost.cpu.intake ?? 0) / floor).toFixed(2)}, whole system ${(total / floor).toFixed(2)}`,
  );
  write(
    `acknowledged ${cost.logsPerSecond} logs/s with the sender on the same cores (a wall-clock figure: not comparable)`,
  );
}

const { values } = parseArgs({
  options: {
    logs: { type: 'string', default: '500000' },
    batch: { type: 'string', default: '100' },
    connections: { type: 'string', default: '32' },
    seed: { type: 'string', default: '1' },
    settle: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
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
const system = await startSystem();
try {
  const cost = await measureSystem(system, work);
  if (values.json) process.stdout.write(`${JSON.stringify({ ...work, floor, ...cost })}\n`);
  else print(work, floor, cost);
} finally {
  await system.stop();
}
