// What a spool is made of once its folder is open: store, way to the target, drainer, producer; wired, and closed in order.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bus, BusError, type BusProducer } from '../bus.ts';
import { createDrainer, type Drainer } from './drainer.ts';
import { GROUP_BYTES_MAX, LEFTOVER_CHECK_MS, TARGET_WAIT_MS } from './limits.ts';
import { orClosed } from './or-closed.ts';
import type { Outage } from './outage.ts';
import { rememberedPartitions, rememberPartitions } from './partition-count.ts';
import { createSetAside, type SetAside } from './set-aside.ts';
import type { SpoolEvent } from './spool-events.ts';
import { createSpoolProducer, type SpoolCounts } from './spool-producer.ts';
import { openSpoolStore, type SpoolStore } from './spool-store.ts';
import { openTarget, type Target } from './target.ts';

export interface SpoolParts {
  readonly store: SpoolStore;
  readonly setAside: SetAside;
  /** Comes when the target's number of partitions is known; null where the bus closes first. */
  readonly producer: Promise<BusProducer | null>;
  hasProducer(): boolean;
  close(): Promise<void>;
}

/** Of the spool's settings what its parts need. */
export interface SpoolFolder {
  readonly folder: string;
  readonly bytesMax: number;
  readonly takesGroups?: boolean;
}

/** What belongs to the spool from its beginning, before its folder is open. */
export interface SpoolShared {
  readonly report: (event: SpoolEvent) => void;
  readonly outage: Outage;
  readonly counts: SpoolCounts;
  readonly closing: AbortSignal;
}

/** @throws BusError 'unavailable' when the folder cannot be used */
export async function openSpoolParts(bus: Bus, settings: SpoolFolder, shared: SpoolShared): Promise<SpoolParts> {
  const { folder } = settings;
  const groupBytesMax = settings.takesGroups === true ? GROUP_BYTES_MAX : 0;
  const { outage, counts, closing } = shared;
  const store = await openSpoolStore(folder, settings.bytesMax);
  const backlog = await store.backlog();
  if (backlog.records > 0) outage.beginWith(backlog);
  const setAside = createSetAside(join(folder, 'set-aside'), groupBytesMax);
  const target = openTarget(bus, closing, (error) => {
    if (outage.begin(error)) drainer.wake(false);
  });
  const drainer = openDrainer({ store, target, folder: join(folder, 'set-aside'), setAside, groupBytesMax }, shared);
  if (outage.isOn) drainer.wake(false);
  const { partitions, remembered } = await followPartitions(folder, target, shared);
  const retried = retrySetAside(setAside, target, closing);
  const stopLooking = lookForLeftovers(store, drainer, shared);

  let made: BusProducer | null = null;
  const makeProducer = async () => {
    if (partitions() === null) await orClosed(target.opened, closing);
    else await Promise.race([target.tried, sleep(TARGET_WAIT_MS, undefined, { ref: false })]);
    if (closing.aborted) return null;
    if (target.producer === null && outage.beginUntold()) drainer.wake(false);
    made = createSpoolProducer({ store, target, outage, drainer, counts, partitions: () => partitions() ?? 0 });
    return made;
  };
  return {
    store,
    setAside,
    producer: makeProducer(),
    hasProducer: () => made !== null,
    async close() {
      stopLooking();
      await made?.close();
      await drainer.ended();
      await Promise.all([remembered, retried]);
      await setAside.close();
      await store.close();
    },
  };
}

interface Drained {
  readonly store: SpoolStore;
  readonly target: Target;
  readonly setAside: SetAside;
  /** Of what is set aside. */
  readonly folder: string;
  readonly groupBytesMax: number;
}

function openDrainer(
  { store, target, setAside, folder, groupBytesMax }: Drained,
  { report, outage, counts, closing }: SpoolShared,
): Drainer {
  /** The same reason again and again is told once. */
  let toldWhy = '';
  const stuck = (why: BusError) => {
    if (why.message === toldWhy) return;
    toldWhy = why.message;
    report({ kind: 'stuck', why });
  };
  return createDrainer({
    store,
    target: target.opened,
    groupBytesMax,
    closing,
    spooling: () => counts,
    async setAside(spooled, why) {
      await setAside.keep(spooled).catch((error: unknown) => {
        if (error instanceof BusError) stuck(error);
        throw error;
      });
      report({ kind: 'set-aside', folder, why });
    },
    sent(records) {
      counts.drained += records;
    },
    targetFailed: (why) => void outage.begin(why),
    spoolFailed: stuck,
    emptied() {
      toldWhy = '';
      outage.end();
    },
  });
}

/** The number of partitions: as remembered until the target is reached, then the target's, which is remembered. */
async function followPartitions(
  folder: string,
  target: Target,
  { report, closing }: SpoolShared,
): Promise<{ readonly partitions: () => number | null; readonly remembered: Promise<void> }> {
  const before = await rememberedPartitions(folder);
  const remember = async (producer: BusProducer | null) => {
    if (producer === null || producer.partitions === before) return;
    if (before !== null) report({ kind: 'partitions-changed', from: before, to: producer.partitions });
    // On a full disk it stays unknown: a next start without the target would wait for it, nothing is lost.
    await rememberPartitions(folder, producer.partitions).catch(() => undefined);
  };
  const remembered = orClosed(target.opened, closing).then(remember);
  return { partitions: () => target.producer?.partitions ?? before, remembered };
}

/** Once in each process. What fails then is for the next one. */
async function retrySetAside(setAside: SetAside, target: Target, closing: AbortSignal): Promise<void> {
  const producer = await orClosed(target.opened, closing);
  if (producer === null) return;
  await setAside.retry(producer).catch((error: unknown) => {
    if (!(error instanceof BusError)) throw error;
  });
}

/** An append to the spool that was given up for slow may land after all, when records go past the spool again. */
function lookForLeftovers(store: SpoolStore, drainer: Drainer, { outage, counts, closing }: SpoolShared): () => void {
  const isDirect = () => !outage.isOn && counts.underWay === 0 && !closing.aborted;
  const look = async () => {
    if (!isDirect()) return;
    const found = await store.backlog().catch(() => null);
    if (found === null || found.records === 0 || !isDirect()) return;
    outage.beginWith(found);
    drainer.wake(false);
  };
  const timer = setInterval(() => void look(), LEFTOVER_CHECK_MS).unref();
  return () => clearInterval(timer);
}
