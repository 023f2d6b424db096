// One soak: a cluster under load and chaos for a time, then everything up, the load stopped, and what is stored compared.
import { type Cluster, SESSION_TIMEOUT_MS, startCluster } from '../support/cluster.ts';
import { chanceOf } from '../support/seed.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Chaos, startChaos } from './chaos.ts';
import { reconcileSoak } from './reconcile-soak.ts';
import { createMemorySampler } from './resident-memory.ts';
import { type Asker, type SoakClient, startAsker, startSoakClients } from './soak-load.ts';
import { judge, type SoakReport, total } from './soak-report.ts';

const CLIENTS = 4;
const SAMPLE_INTERVAL_MS = 5_000;
const PROGRESS_INTERVAL_MS = 10_000;
/** A slow machine kills less in the time: it gets as much again to come to the number that is asked for. */
const OVERTIME = 2;
/** From the last fault until every service is ready and every client answered. */
const RECOVERY_DEADLINE_MS = 120_000;

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  /** It goes on until there were so many, or twice its time is over. */
  readonly killsMin: number;
  /** A line of progress, or of a fault. */
  readonly say: (line: string) => void;
}

export interface SoakOutcome {
  readonly report: SoakReport;
  /** What is wrong; none where all is well. */
  readonly wrong: readonly string[];
  /** Where the logs of all processes were kept; null where all is well. */
  readonly kept: string | null;
}

/** Runs it. @throws Error where the cluster cannot be started, or does not recover; the logs are kept then too */
export async function runSoak(options: SoakOptions): Promise<SoakOutcome> {
  const cluster = await startCluster({ intakes: 2, consumers: 2, apis: 2 });
  let keepLogs = true;
  try {
    const report = await soak(cluster, options);
    const wrong = judge(report, options.killsMin);
    keepLogs = wrong.length > 0;
    return { report, wrong, kept: keepLogs ? cluster.logs : null };
  } catch (error) {
    throw new Error(`The soak did not come to its end; logs: ${cluster.logs}`, { cause: error });
  } finally {
    await cluster.remove({ keepLogs });
  }
}

async function soak(cluster: Cluster, options: SoakOptions): Promise<SoakReport> {
  const chance = chanceOf(options.seed);
  options.say(`seed ${options.seed}`);
  const gap = createGapMeter();
  const clients = await startSoakClients(cluster, { count: CLIENTS, chance, onAcknowledged: gap.mark });
  const asker = startAsker(cluster);
  const startedMs = performance.now();
  const seconds = () => (performance.now() - startedMs) / 1000;
  const memory = createMemorySampler(cluster.victims());
  const sampling = setInterval(() => memory.sample(), SAMPLE_INTERVAL_MS);
  const chaos = startChaos({
    victims: cluster.victims(),
    chance: chanceOf(options.seed),
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    onFault: (line) => options.say(`${clock(seconds())} ${line}`),
  });
  const progress = setInterval(
    () => options.say(`${clock(seconds())} ${progressLine(clients, chaos, asker)}`),
    PROGRESS_INTERVAL_MS,
  );
  try {
    await Promise.race([chaos.failed, untilOver(options, chaos, seconds)]);
    await chaos.end();
    options.say(`${clock(seconds())} no more faults: all recover`);
    // One that ended by itself is a finding of the report; the others' account is still wanted.
    for (const service of cluster.services()) if (service.pids().length === 0) await service.start();
    await cluster.ready(RECOVERY_DEADLINE_MS);
    gap.end();
    await within(Promise.all(clients.map(({ load }) => load.stop())), 'every client was answered');
    await asker.stop();
  } finally {
    clearInterval(progress);
    clearInterval(sampling);
  }
  return {
    seed: options.seed,
    seconds: seconds(),
    ...(await reconcileSoak(cluster, clients)),
    kills: chaos.kills,
    stops: chaos.stops,
    refusals: refusalsOf(clients),
    answers: asker.answers,
    longestWithout202Ms: gap.longestMs(),
    ownEnds: cluster.services().flatMap((service) => service.ownEnds),
    memory: memory.growth(),
  };
}

async function untilOver(options: SoakOptions, chaos: Chaos, seconds: () => number): Promise<void> {
  const wholeSeconds = options.minutes * 60;
  const isOver = () =>
    seconds() >= wholeSeconds && (total(chaos.kills) >= options.killsMin || seconds() >= wholeSeconds * OVERTIME);
  await waitFor('the time is over', isOver, wholeSeconds * OVERTIME * 1000 + RECOVERY_DEADLINE_MS);
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let done = false;
  const result = promise.finally(() => {
    done = true;
  });
  await waitFor(what, () => done, RECOVERY_DEADLINE_MS);
  return await result;
}

/** The longest time between two answers of 202, whoever got them. */
function createGapMeter() {
  let lastMs = performance.now();
  let longestMs = 0;
  const mark = () => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  };
  return { mark, end: mark, longestMs: () => longestMs };
}

/** By status, or `none` and why where no answer came. */
function refusalsOf(clients: readonly SoakClient[]): ReadonlyMap<string, number> {
  const refusals = new Map<string, number>();
  for (const failure of clients.flatMap(({ load }) => load.account.failures)) {
    const status =
      /^Error: (\d{3}) instead of 202/.exec(failure)?.[1] ?? `none: ${/\((\w+)\)$/.exec(failure)?.[1] ?? 'late'}`;
    refusals.set(status, (refusals.get(status) ?? 0) + 1);
  }
  return refusals;
}

function progressLine(clients: readonly SoakClient[], chaos: Chaos, asker: Asker): string {
  const sum = (count: (client: SoakClient) => number) => clients.reduce((all, client) => all + count(client), 0);
  const acknowledged = sum(({ load }) => load.account.acknowledged.size);
  const failures = sum(({ load }) => load.account.failures.length);
  return `acknowledged ${acknowledged} of ${sum(({ load }) => load.account.sent.size)}, ${failures} requests without 202, ${total(chaos.kills)} kills, ${total(chaos.stops)} stops, ${total(asker.answers)} answers of the APIs`;
}

const clock = (seconds: number) =>
  `[${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(Math.floor(seconds % 60)).padStart(2, '0')}]`;
