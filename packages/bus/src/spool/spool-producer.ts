// The producer in front of target and spool: straight to the target while that takes records, else to the spool, and nothing
// past the spool while something is in it. So of two records of a partition the one acknowledged first comes first.
import { BusError, type BusProducer, type NewRecord } from '../bus.ts';
import type { Drainer } from './drainer.ts';
import { DIRECT_DEADLINE_MS, LINK_BYTES_PER_MS } from './limits.ts';
import type { Outage } from './outage.ts';
import type { SpoolStore } from './spool-store.ts';
import { copyOf, recordBytes } from './spooled-record.ts';
import type { Target } from './target.ts';

export interface SpoolProducerOptions {
  readonly store: SpoolStore;
  readonly target: Target;
  readonly outage: Outage;
  readonly drainer: Drainer;
  readonly counts: SpoolCounts;
  /** Of the target; as remembered while it has not been reached. */
  readonly partitions: () => number;
}

/** Since the process began. */
export interface SpoolCounts {
  direct: number;
  spooled: number;
  /** Appends to the spool that have begun, and those of them that have not ended. */
  begun: number;
  underWay: number;
  drained: number;
}

export function createSpoolProducer(options: SpoolProducerOptions): BusProducer {
  const { store, target, outage, drainer, counts } = options;
  const appends = new Set<Promise<void>>();
  let bytesInFlight = 0;
  let closed = false;

  const spool = async (partition: number, record: NewRecord) => {
    counts.begun += 1;
    counts.underWay += 1;
    try {
      await store.append(partition, record);
      counts.spooled += 1;
      outage.spooled(recordBytes(record));
    } finally {
      counts.underWay -= 1;
    }
  };
  const direct = async (producer: BusProducer, partition: number, record: NewRecord) => {
    try {
      await inTime(producer.append(partition, record), DIRECT_DEADLINE_MS + recordBytes(record) / LINK_BYTES_PER_MS);
      counts.direct += 1;
    } catch (error) {
      if (!(error instanceof BusError) || error.failure === 'too-large') throw error;
      if (outage.begin(error)) drainer.wake(true);
      await spool(partition, record).catch((why: unknown) => {
        // The target may have it all the same: 'full' would say that nothing was appended.
        const reason = why instanceof Error ? why.message : String(why);
        throw new BusError('unavailable', `${error.message} Nor could it be spooled: ${reason}`, { cause: why });
      });
    }
  };
  const append = (partition: number, record: NewRecord): Promise<void> => {
    const { producer } = target;
    if (outage.isOn || producer === null) return spool(partition, record);
    // The caller may use the buffers again at once, and they may be needed for the spool.
    return direct(producer, partition, copyOf(record));
  };
  return {
    get partitions() {
      return options.partitions();
    },
    get bytesInFlight() {
      return bytesInFlight;
    },
    async append(partition, record) {
      if (closed) throw new BusError('closed', 'The bus is closed.');
      const partitions = options.partitions();
      if (!(partition >= 0 && partition < partitions))
        throw new RangeError(`The bus has partitions 0 to ${partitions - 1}, not ${partition}.`);
      const bytes = recordBytes(record);
      const appended = append(partition, record);
      bytesInFlight += bytes;
      appends.add(appended);
      try {
        await appended;
      } finally {
        bytesInFlight -= bytes;
        appends.delete(appended);
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(appends);
    },
  };
}

/** Fails with 'unavailable' when the target takes too long; it may still take the record then. */
function inTime(appended: Promise<void>, deadlineMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new BusError('unavailable', `The bus has not acknowledged a record for ${Math.round(deadlineMs)} ms.`));
    }, deadlineMs);
    appended.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
