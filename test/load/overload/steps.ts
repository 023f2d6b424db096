// The steps of an overload run: each is held against the peak that was found just before it, as the machine's speed wanders.
import { type BodyPool, createBodyPool } from '@sazabi/load';
import { cpuSeconds } from '@sazabi/load/process-cost';
import { quantile, type Stream, type StreamResult, sendStream } from './send-stream.ts';
import { type FsyncProbe, memoryOf, type Server } from './server.ts';

export interface RunSettings {
  /** Logs a request. */
  readonly batch: number;
  readonly pool: BodyPool;
  /** Of the closed loop that finds the peak. */
  readonly closedConnections: number;
  /** At most, of the open loop, and of each quiet key. */
  readonly openConnections: number;
  readonly quietConnections: number;
  readonly peakMs: number;
  readonly stepMs: number;
}

export interface Step {
  /** Times the peak. */
  readonly load: number;
  /** Keys that send a hundredth of the load each, beside one that sends the rest. */
  readonly quietKeys: number;
}

export interface StepResult extends Step {
  /** Acknowledged logs a second of the closed loop just before. */
  readonly peak: number;
  readonly peakRefused: number;
  /** Acknowledged logs for each CPU-second of the intake, there and in the step: what a sender on another machine would see. */
  readonly peakPerCpuSecond: number;
  readonly perCpuSecond: number;
  readonly offered: number;
  readonly acknowledged: number;
  /** Requests by status other than 202, as parts of all; 0 = no answer. */
  readonly refused: ReadonlyMap<number, number>;
  readonly acceptedMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly refusedMs: { readonly p50: number; readonly p99: number };
  /** Of the quiet keys: the part accepted, and its p99; null where there are none, or none of their requests was due. */
  readonly quiet: { readonly accepted: number; readonly p99: number } | null;
  /** What the sender was late itself: where this is long, the sender is measured and not the intake. */
  readonly senderLateMs: { readonly p50: number; readonly p99: number };
  readonly fsyncMs: { readonly p50: number; readonly p99: number };
  readonly residentMib: number;
  readonly ownMib: number;
}

const QUIET_PART = 0.01;
const MEMORY_EVERY_MS = 250;

/** Bodies made before, so that the sender costs little: one for each request that may be under way. */
export function poolOf(batch: number, connections: number): BodyPool {
  return createBodyPool({ seed: 1, batch, encoding: 'json', bodiesMin: connections, bodiesMax: connections });
}

export interface Peak {
  /** Acknowledged requests a second. */
  readonly perSecond: number;
  /** The part that was not: a closed loop as it should be has none. */
  readonly refused: number;
  /** Requests, the warm-up's too. */
  readonly acknowledged: number;
}

/** As fast as answers come, by a closed loop. @throws Error where it is acknowledged nothing: then there is no load to take parts of */
export async function findPeak(server: Pick<Server, 'url' | 'keys'>, settings: RunSettings): Promise<Peak> {
  const { due, acknowledged, latenciesMs } = await sendStream({
    url: server.url,
    key: server.keys[0] ?? '',
    pool: settings.pool,
    batch: settings.batch,
    perSecond: null,
    connections: settings.closedConnections,
    warmUpMs: settings.peakMs / 4,
    forMs: settings.peakMs,
  });
  const taken = accepted(latenciesMs).length;
  if (taken === 0)
    throw new Error(
      `None of ${due} requests of the closed loop was acknowledged in ${settings.peakMs / 1000} s. Fewer --connections or a smaller --batch may help.`,
    );
  return { perSecond: taken / (settings.peakMs / 1000), refused: 1 - taken / due, acknowledged };
}

export async function runStep(
  server: Server,
  probe: FsyncProbe,
  settings: RunSettings,
  step: Step,
): Promise<StepResult> {
  const { batch, stepMs } = settings;
  const idleCpu = cpuSeconds(server.pid);
  const peak = await findPeak(server, settings);
  const peakCpu = cpuSeconds(server.pid);
  const perSecond = peak.perSecond * step.load;
  const stream = (key: string | undefined, part: number, connections: number): Stream => ({
    url: server.url,
    key: key ?? '',
    pool: settings.pool,
    batch,
    perSecond: perSecond * part,
    connections,
    warmUpMs: stepMs / 4,
    forMs: stepMs,
  });
  const quietKeys = server.keys.slice(1, 1 + step.quietKeys);
  const streams = [
    stream(server.keys[0], 1 - QUIET_PART * quietKeys.length, settings.openConnections),
    ...quietKeys.map((key) => stream(key, QUIET_PART, settings.quietConnections)),
  ];
  probe.take();
  const watch = watchMemory(server.pid);
  const results = await Promise.all(streams.map(sendStream));
  const memory = watch.stop();
  const stepCpu = cpuSeconds(server.pid);
  const acknowledged = results.reduce((sum, result) => sum + result.acknowledged, 0);
  const seconds = stepMs / 1000;
  const all = merged(results);
  const due = results.reduce((sum, result) => sum + result.due, 0);
  const ok = accepted(all);
  const refusals = [...all].filter(([status]) => status !== 202);
  const fsync = probe.take();
  return {
    ...step,
    peak: peak.perSecond * batch,
    peakRefused: peak.refused,
    peakPerCpuSecond: (peak.acknowledged * batch) / (peakCpu - idleCpu),
    perCpuSecond: (acknowledged * batch) / (stepCpu - peakCpu),
    offered: (due * batch) / seconds,
    acknowledged: (ok.length * batch) / seconds,
    refused: new Map(refusals.map(([status, { length }]) => [status, length / due])),
    acceptedMs: { p50: quantile(ok, 0.5), p99: quantile(ok, 0.99), max: quantile(ok, 1) },
    refusedMs: quantiles(ascending(refusals.map(([, list]) => list))),
    quiet: quietOf(results.slice(1)),
    senderLateMs: quantiles(ascending(results.map(({ lateMs }) => lateMs))),
    fsyncMs: quantiles(fsync),
    ...memory,
  };
}

function quietOf(results: readonly StreamResult[]): StepResult['quiet'] {
  const due = results.reduce((sum, result) => sum + result.due, 0);
  if (due === 0) return null;
  const ok = accepted(merged(results));
  return { accepted: ok.length / due, p99: quantile(ok, 0.99) };
}

const accepted = (latencies: ReadonlyMap<number, Float64Array>): Float64Array =>
  latencies.get(202) ?? new Float64Array(0);
const quantiles = (values: Float64Array) => ({ p50: quantile(values, 0.5), p99: quantile(values, 0.99) });
const ascending = (lists: readonly Float64Array[]): Float64Array =>
  Float64Array.from(lists.flatMap((list) => [...list])).sort();

function merged(results: readonly StreamResult[]): Map<number, Float64Array> {
  const statuses = new Set(results.flatMap(({ latenciesMs }) => [...latenciesMs.keys()]));
  const all = (status: number) =>
    ascending(results.map((result) => result.latenciesMs.get(status) ?? new Float64Array(0)));
  return new Map([...statuses].map((status) => [status, all(status)]));
}

/** The largest resident size while it goes on. */
function watchMemory(pid: number): { stop(): Pick<StepResult, 'residentMib' | 'ownMib'> } {
  const peak = { residentMib: 0, ownMib: 0 };
  const look = () => {
    const now = memoryOf(pid);
    peak.residentMib = Math.max(peak.residentMib, now.residentMib);
    peak.ownMib = Math.max(peak.ownMib, now.ownMib);
  };
  const timer = setInterval(look, MEMORY_EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      return peak;
    },
  };
}
