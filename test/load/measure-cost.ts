// Measures one workload: CPU-seconds per million logs of each process of a system, and of a floor that keeps nothing.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpuSeconds, peakMemoryMib } from '@sazabi/load/process-cost';
import { createClient } from '../support/client.ts';
import type { ProcessName, System } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';
import { sendBodies } from './send-bodies.ts';
import { bodiesOf, type Workload } from './workload.ts';

const QUERYABLE_DEADLINE_MS = 60_000;
/** Ours; a broker stands beside them. */
export const PROCESSES: readonly ProcessName[] = ['intake', 'consumer', 'engine', 'query-api', 'standalone'];

export interface Cost {
  readonly bytesPerLog: number;
  readonly logsPerSecond: number;
  /** CPU-seconds per million logs by process. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly peakMemoryMib: Readonly<Record<string, number>>;
}

/** CPU-seconds per million logs of a server that reads each body, parses it and keeps nothing. */
export async function measureFloor(work: Workload): Promise<number> {
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

/** @param brokerPids of a Kafka beside the system; empty where there is none */
export async function measureSystem(system: System, work: Workload, brokerPids: readonly number[]): Promise<Cost> {
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
      QUERYABLE_DEADLINE_MS,
    );
  const warmUp = { ...work, logs: Math.ceil(work.logs / 10 / work.batch) * work.batch, seed: work.seed + 1 };
  await send(warmUp);
  await stored(warmUp.logs);

  const pids = new Map<string, readonly number[]>(PROCESSES.map((name) => [name, [system.pid(name)]]));
  if (brokerPids.length > 0) pids.set('broker', brokerPids);
  const sum = (name: string, of: (pid: number) => number) =>
    (pids.get(name) ?? []).reduce((total, pid) => total + of(pid), 0);
  const before = new Map([...pids.keys()].map((name) => [name, sum(name, cpuSeconds)]));
  const startedMs = performance.now();
  const bytes = await send(work);
  const sentMs = performance.now() - startedMs;
  await stored(warmUp.logs + work.logs);
  await new Promise((resolve) => setTimeout(resolve, work.settleMs));
  const each = (of: (name: string) => number) => Object.fromEntries([...pids.keys()].map((name) => [name, of(name)]));
  return {
    bytesPerLog: Math.round(bytes / work.logs),
    logsPerSecond: Math.round(work.logs / (sentMs / 1000)),
    cpu: each((name) => perMillion(sum(name, cpuSeconds) - (before.get(name) ?? 0), work.logs)),
    peakMemoryMib: each((name) => Math.round(sum(name, peakMemoryMib))),
  };
}

const perMillion = (seconds: number, logs: number): number => Number(((seconds / logs) * 1e6).toFixed(3));
