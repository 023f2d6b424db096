// The whole system at half of its peak: how long an acknowledgement takes, and how long until a log is found.
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds } from '@sazabi/load/process-cost';
import { createClient } from '../../support/client.ts';
import { say } from '../../support/say.ts';
import { startSystem } from '../../support/system.ts';
import { waitFor } from '../../support/wait-for.ts';
import { createMarkers, type Markers } from './markers.ts';
import { quantile, type Stream, sendStream } from './send-stream.ts';
import { memoryOf, startFsyncProbe } from './server.ts';
import { findPeak, type RunSettings } from './steps.ts';

export interface HalfLoad {
  /** Acknowledged logs a second by a closed loop of a few seconds: the store may fall behind. */
  readonly acknowledged: LoadOf;
  /** Of a closed loop that goes on, until all of its logs are stored: what intake and store sustain together. */
  readonly stored: LoadOf;
  readonly fsyncMs: Quantiles;
  readonly residentMib: number;
}

export interface LoadOf {
  /** Logs a second. */
  readonly peak: number;
  readonly atHalf: {
    readonly acceptedMs: Quantiles;
    readonly freshnessMs: Quantiles;
    readonly markers: number;
    /** The part of the requests that was not accepted. */
    readonly refused: number;
  };
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** So long a closed loop goes on that a backlog of the store is a small part of what it has taken. */
const SUSTAINED_MS = 15_000;

/** The engine is at rest where it takes less than this part of a core between two looks; idle it takes a hundredth. */
const REST_SHARE = 0.1;
const REST_LOOK_MS = 2_000;
const REST_DEADLINE_MS = 120_000;

/** @param core of the probe; the system and the sender go where the scheduler puts them */
export async function measureHalfLoad(settings: RunSettings, core: number): Promise<HalfLoad> {
  say('the system starts');
  const system = await startSystem();
  const probe = startFsyncProbe(system.dataDir, core);
  try {
    const client = createClient(system);
    const markers = await createMarkers(client);
    const { key } = await client.createKey('public-keys', { name: 'load', rateLimitPerMinute: null });
    /** What a peak leaves behind, rows to insert and parts to merge, is no part of what half of it looks like. */
    const settled = async (): Promise<void> => {
      say('until all is stored and the engine is at rest');
      await markers.passThrough();
      await atRest(system.pid('engine'));
    };
    const stream = { url: system.intakeUrl, key, pool: settings.pool, batch: settings.batch };
    const atHalfOf = async (perSecond: number): Promise<LoadOf> => {
      say(`half of ${Math.round(perSecond * settings.batch)} logs/s, for ${1.25 * (settings.stepMs / 1000)} s`);
      const half = { ...stream, perSecond: perSecond / 2, connections: settings.openConnections };
      const atHalf = await measureAt({ ...half, warmUpMs: settings.stepMs / 4, forMs: settings.stepMs }, markers);
      return { peak: perSecond * settings.batch, atHalf };
    };
    say(`the peak that is acknowledged, by a closed loop of ${settings.peakMs / 1000} s`);
    const { perSecond } = await findPeak({ url: system.intakeUrl, keys: [key] }, settings);
    await settled();
    probe.take();
    const acknowledged = await atHalfOf(perSecond);
    const closed = { ...stream, perSecond: null, connections: settings.closedConnections };
    say(`the peak that is stored, by a closed loop of ${SUSTAINED_MS / 1000} s`);
    const sustained = await findSustained({ ...closed, warmUpMs: 0, forMs: SUSTAINED_MS }, markers);
    await settled();
    const stored = await atHalfOf(sustained);
    const { residentMib } = memoryOf(system.pid('intake'));
    return { acknowledged, stored, fsyncMs: quantiles(probe.take()), residentMib };
  } finally {
    await probe.stop();
    await system.stop();
  }
}

/** Until merges have caught up: the engine takes next to nothing for a while. @throws Error after two minutes */
async function atRest(pid: number): Promise<void> {
  let before = cpuSeconds(pid);
  const resting = (): Promise<boolean> => {
    const spent = cpuSeconds(pid) - before;
    before += spent;
    return Promise.resolve(spent < (REST_SHARE * REST_LOOK_MS) / 1000);
  };
  await sleep(REST_LOOK_MS);
  await waitFor('the engine is at rest', resting, REST_DEADLINE_MS, REST_LOOK_MS);
}

/** Accepted requests a second, from the first until all of them are stored. */
async function findSustained(stream: Stream, markers: Markers): Promise<number> {
  const startedMs = performance.now();
  const { latenciesMs } = await sendStream(stream);
  await markers.passThrough();
  return (1000 * (latenciesMs.get(202)?.length ?? 0)) / (performance.now() - startedMs);
}

async function measureAt(stream: Stream, markers: Markers): Promise<LoadOf['atHalf']> {
  const sending = sendStream(stream);
  await sleep(stream.warmUpMs);
  const freshness = await markers.measure(stream.forMs);
  const { due, latenciesMs } = await sending;
  const accepted = latenciesMs.get(202) ?? new Float64Array(0);
  return {
    acceptedMs: quantiles(accepted),
    freshnessMs: quantiles(freshness),
    markers: freshness.length,
    refused: 1 - accepted.length / due,
  };
}

const quantiles = (values: Float64Array) => ({ p50: quantile(values, 0.5), p99: quantile(values, 0.99) });
