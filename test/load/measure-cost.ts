// Measures one workload: CPU-seconds per million logs of each process of a system, and of a floor that keeps nothing.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpuSeconds, peakMemoryMib } from '@sazabi/load/process-cost';
import { openLogStore } from '@sazabi/log-store';
import { startKafka } from '@sazabi/test-parts';
import { createClient } from '../support/client.ts';
import { type ProcessName, type System, startSystem } from '../support/system.ts';
import { waitFor } from '../support/wait-for.ts';
import { makeProjectKeys, type Projects } from './project-keys.ts';
import { type Sender, startSender } from './start-sender.ts';
import { insertsTaken, queryableLogs, storedLogs } from './stored-logs.ts';
import { sharesOf, type Workload } from './workload.ts';

const QUERYABLE_DEADLINE_MS = 60_000;
/** Between two looks whether all is stored: what each costs is in the figures. */
const QUERYABLE_LOOK_MS = 250;
/** Ours; a broker stands beside them. */
export const PROCESSES: readonly ProcessName[] = ['intake', 'consumer', 'engine', 'query-api', 'standalone'];

export type BusKind = 'lmdb' | 'kafka';

/** What takes a turn of its own in each round. */
export interface Variant extends Projects {
  readonly bus: BusKind;
}

export interface Cost {
  readonly logsPerSecond: number;
  /** CPU-seconds per million logs by process, until all are queryable and background work has settled. */
  readonly cpu: Readonly<Record<string, number>>;
  /** The same until the last answer. */
  readonly cpuAtAck: Readonly<Record<string, number>>;
  readonly peakMemoryMib: Readonly<Record<string, number>>;
  /** CPU-seconds per million logs of the sender, which is nobody's cost. */
  readonly sender: number;
  /** That the engine took of these logs. */
  readonly inserts: number;
}

export interface Round {
  readonly bytesPerLog: number;
  /** CPU-seconds per million logs of a server that reads each body, parses it and keeps nothing. */
  readonly floor: number;
  /** In the order of the variants. */
  readonly costs: readonly Cost[];
}

/**
 * Rounds one by one; in each the floor and the variants take turns, A B and then B A, every variant with a new system on a new data
 * folder.
 */
export async function* measureRounds(
  work: Workload,
  variants: readonly Variant[],
  rounds: number,
): AsyncGenerator<Round, void> {
  const sender = await startSender(work);
  try {
    for (let round = 0; round < rounds; round++) {
      const floor = await measureFloor(sender, work);
      const turns: Cost[] = [];
      for (const variant of inTurn(variants, round)) turns.push(await measureVariant(variant, sender, work));
      yield { bytesPerLog: Math.round(sender.bytesPerLog), floor, costs: inTurn(turns, round) };
    }
  } finally {
    sender.stop();
  }
}

const inTurn = <T>(all: readonly T[], round: number): readonly T[] => (round % 2 === 0 ? all : all.toReversed());

async function measureFloor(sender: Sender, work: Workload): Promise<number> {
  const server = fork(fileURLToPath(import.meta.resolve('./floor-server.ts')), []);
  const url = await new Promise<string>((resolve) => server.once('message', (message) => resolve(Object(message).url)));
  const pid = server.pid ?? 0;
  const target = { url, headers: [{}], connections: work.connections };
  const { warmUp, measured } = sharesOf(work);
  try {
    await sender.send({ ...target, ...warmUp });
    const before = cpuSeconds(pid);
    await sender.send({ ...target, ...measured });
    return perMillion(cpuSeconds(pid) - before, measured.count * work.batch);
  } finally {
    server.disconnect();
  }
}

/** On a new data folder, and on a new broker where the bus is Kafka. */
async function measureVariant(variant: Variant, sender: Sender, work: Workload): Promise<Cost> {
  const kafka = variant.bus === 'kafka' ? await startKafka() : null;
  try {
    const system = await startSystem({ environment: kafka === null ? {} : { BUS_URL: kafka.url } });
    try {
      return await measureSystem(system, variant, sender, work, kafka?.pids() ?? []);
    } finally {
      await system.stop();
    }
  } finally {
    await kafka?.remove();
  }
}

/** @param brokerPids of a Kafka beside the system; empty where there is none */
async function measureSystem(
  system: System,
  variant: Variant,
  sender: Sender,
  work: Workload,
  brokerPids: readonly number[],
): Promise<Cost> {
  const client = createClient(system);
  const keys = await makeProjectKeys(system, variant);
  const target = {
    url: `${system.intakeUrl}/v1/logs`,
    headers: keys.map((key) => ({ 'x-sazabi-key': key })),
    connections: work.connections,
  };
  const store = openLogStore(system.clickHouseUrl(), { application: 'measure' });
  const stored = async (count: number) =>
    await waitFor(
      'every log can be queried',
      async () => (await storedLogs(store)) === count,
      QUERYABLE_DEADLINE_MS,
      QUERYABLE_LOOK_MS,
    );
  const { warmUp, measured } = sharesOf(work);
  try {
    await sender.send({ ...target, ...warmUp });
    await stored(warmUp.count * work.batch);
    const since = startCounting(system, brokerPids, measured.count * work.batch);
    const insertsBefore = await insertsTaken(store);
    const sent = await sender.send({ ...target, ...measured });
    const cpuAtAck = since.cpu();
    await stored((warmUp.count + measured.count) * work.batch);
    await new Promise((resolve) => setTimeout(resolve, work.settleMs));
    const cpu = since.cpu();
    const inserts = (await insertsTaken(store)) - insertsBefore;
    const queryable = await queryableLogs(client);
    if (queryable !== (warmUp.count + measured.count) * work.batch)
      throw new Error(`${queryable} logs can be queried.`);
    const logs = measured.count * work.batch;
    return {
      logsPerSecond: Math.round(logs / sent.seconds),
      cpu,
      cpuAtAck,
      peakMemoryMib: since.peakMemoryMib(),
      sender: perMillion(sent.cpuSeconds, logs),
      inserts,
    };
  } finally {
    await store.close();
  }
}

/** From now on: CPU-seconds per million of so many logs of each process, and its largest memory. */
function startCounting(system: System, brokerPids: readonly number[], logs: number) {
  const pids = new Map<string, readonly number[]>(PROCESSES.map((name) => [name, [system.pid(name)]]));
  if (brokerPids.length > 0) pids.set('broker', brokerPids);
  const each = (of: (pid: number) => number) =>
    new Map([...pids].map(([name, ids]) => [name, ids.reduce((total, pid) => total + of(pid), 0)]));
  const before = each(cpuSeconds);
  return {
    cpu: () =>
      Object.fromEntries(
        [...each(cpuSeconds)].map(([name, now]) => [name, perMillion(now - (before.get(name) ?? 0), logs)]),
      ),
    peakMemoryMib: () =>
      Object.fromEntries([...each(peakMemoryMib)].map(([name, memory]) => [name, Math.round(memory)])),
  };
}

const perMillion = (seconds: number, logs: number): number => Number(((seconds / logs) * 1e6).toFixed(3));
