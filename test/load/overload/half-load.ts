// The whole system at half of its peak: how long an acknowledgement takes, and how long until a log is found.
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../../support/client.ts';
import { startSystem } from '../../support/system.ts';
import { waitFor } from '../../support/wait-for.ts';
import { quantile, sendStream } from './send-stream.ts';
import { memoryOf, startFsyncProbe } from './server.ts';
import { findPeak, type RunSettings } from './steps.ts';

export interface HalfLoad {
  /** Acknowledged logs a second by a closed loop. */
  readonly peak: number;
  readonly acceptedMs: { readonly p50: number; readonly p99: number };
  readonly freshnessMs: { readonly p50: number; readonly p99: number };
  readonly markers: number;
  readonly fsyncMs: { readonly p50: number; readonly p99: number };
  readonly residentMib: number;
}

const MARKER_EVERY_MS = 250;
const QUERY_EVERY_MS = 100;
const STORED_DEADLINE_MS = 60_000;

/** @param core of the probe; the system and the sender go where the scheduler puts them */
export async function measureHalfLoad(settings: RunSettings, core: number): Promise<HalfLoad> {
  const system = await startSystem();
  const probe = startFsyncProbe(system.dataDir, core);
  try {
    const client = createClient(system);
    const newKey = async (name: string) =>
      (await client.createKey('public-keys', { name, rateLimitPerMinute: null })).key;
    const [key, markerKey] = [await newKey('load'), await newKey('markers')];
    const url = system.intakeUrl;
    const { perSecond } = await findPeak({ url, keys: [key] }, settings);
    // The backlog of the peak is no part of what half of it looks like.
    await client.postLogs([{ message: 'behind the peak' }], { key: markerKey });
    await waitFor('the backlog is stored', () => client.finds('behind the peak'), STORED_DEADLINE_MS);

    const freshness: number[] = [];
    const marker = async (index: number): Promise<void> => {
      const message = `marker ${index}`;
      const atMs = Date.now();
      const from = new Date(atMs).toISOString();
      const { status } = await client.post([{ message, timestamp: from }], { key: markerKey });
      if (status !== 202) return;
      const sinceMs = performance.now();
      // The time tells where it lies: to look through all messages ten times a second would be the larger part of the load.
      const selection = {
        from,
        to: new Date(atMs + 1).toISOString(),
        filters: [{ field: 'message', op: 'eq', value: message }],
      };
      let askedMs = performance.now();
      while ((await client.queryAll(selection)).length === 0) {
        await sleep(QUERY_EVERY_MS);
        askedMs = performance.now();
      }
      freshness.push(askedMs - sinceMs);
    };
    probe.take();
    const stream = {
      url,
      key,
      pool: settings.pool,
      batch: settings.batch,
      perSecond: perSecond / 2,
      connections: settings.openConnections,
      warmUpMs: settings.stepMs / 4,
      forMs: settings.stepMs,
    };
    const sending = sendStream(stream);
    // One marker after the other: each look is a query in the store.
    await sleep(stream.warmUpMs);
    for (const endMs = performance.now() + stream.forMs; performance.now() < endMs; await sleep(MARKER_EVERY_MS))
      await marker(freshness.length);
    const accepted = (await sending).latenciesMs.get(202) ?? new Float64Array(0);
    const { residentMib } = memoryOf(system.pid('intake'));
    return {
      peak: perSecond * settings.batch,
      acceptedMs: quantiles(accepted),
      freshnessMs: quantiles(Float64Array.from(freshness).sort()),
      markers: freshness.length,
      fsyncMs: quantiles(probe.take()),
      residentMib,
    };
  } finally {
    await probe.stop();
    await system.stop();
  }
}

const quantiles = (values: Float64Array) => ({ p50: quantile(values, 0.5), p99: quantile(values, 0.99) });
