// A bus with a spool in front: what the target does not take now is kept on this machine's disk, fsynced, and sent on later.
//   FOLDER/records, position   the spool itself, an LMDB bus
//   FOLDER/partitions          the target's number of partitions, so that records can be made while it is away
//   FOLDER/set-aside           records that the target takes at no time for their size
// One process at a time: the caller sees to it. A crash may have records sent twice, which every bus may.
import { type Bus, BusError } from '../bus.ts';
import { createOutage } from './outage.ts';
import type { SpoolEvent, SpoolState } from './spool-events.ts';
import { openSpoolParts, type SpoolParts } from './spool-parts.ts';
import type { SpoolCounts } from './spool-producer.ts';

export interface SpoolSettings {
  readonly folder: string;
  /** Of what waits to be sent on; past it an append fails with 'full'. */
  readonly bytesMax: number;
  /**
   * Whether the target takes what is appended to a partition in one turn whole and in order, or not at all, as Kafka does with
   * one request: then records are sent on many at a time. Else one after the other, for none may overtake another.
   */
  readonly takesGroups?: boolean;
  readonly report?: (event: SpoolEvent) => void;
}

/** `unreached`: the target never told its partitions, so that no record can be made. */
export interface NotWritable {
  readonly kind: 'unreached' | 'full' | 'closed';
  /** The target's last failure, in one line; null where none is known. */
  readonly why: string | null;
}

export interface SpoolingBus extends Bus {
  /** Opens the spool; `producer()` does it too, but waits for the target where that has never been reached. */
  open(): Promise<void>;
  state(): Promise<SpoolState>;
  /** Why an append would not be taken now; null where it would. */
  notWritable(): Promise<NotWritable | null>;
}

/** `target` belongs to the result: it is closed with it. */
export function withSpool(target: Bus, settings: SpoolSettings): SpoolingBus {
  const closing = new AbortController();
  const report = settings.report ?? (() => undefined);
  const outage = createOutage(report);
  const counts: SpoolCounts = { direct: 0, spooled: 0, begun: 0, underWay: 0, drained: 0 };
  let parts: Promise<SpoolParts> | null = null;
  let closed: Promise<void> | null = null;

  const open = async (): Promise<SpoolParts> => {
    if (closing.signal.aborted) throw new BusError('closed', 'The bus is closed.');
    parts ??= openSpoolParts(target, settings, { report, outage, counts, closing: closing.signal }).catch((error) => {
      parts = null;
      throw error;
    });
    return parts;
  };
  const notWritable = async (): Promise<NotWritable | null> => {
    if (closing.signal.aborted) return { kind: 'closed', why: null };
    const opened = await parts?.catch(() => null);
    if (opened === undefined || opened === null)
      return (await target.writable()) ? null : { kind: 'unreached', why: null };
    const why = outage.failure?.message ?? null;
    if (!opened.hasProducer()) return { kind: 'unreached', why };
    const isTaken = (await opened.store.writable()) || (!outage.isOn && (await target.writable()));
    return isTaken ? null : { kind: 'full', why };
  };
  const close = async () => {
    closing.abort();
    await (await parts?.catch(() => null))?.close();
    await target.close();
  };
  return {
    async open() {
      await open();
    },
    async producer() {
      const producer = await (await open()).producer;
      if (producer === null || closing.signal.aborted) throw new BusError('closed', 'The bus is closed.');
      return producer;
    },
    reader: () => target.reader(),
    consumer: () => target.consumer(),
    deadLetters: () => target.deadLetters(),
    writable: async () => (await notWritable()) === null,
    notWritable,
    async state() {
      const { store, setAside } = await open();
      const backlog = await store.backlog();
      return {
        way: outage.isOn ? 'spool' : 'direct',
        ...backlog,
        bytesMax: settings.bytesMax,
        appendedDirect: counts.direct,
        appendedSpooled: counts.spooled,
        drained: counts.drained,
        setAside: setAside.count,
      };
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
}
