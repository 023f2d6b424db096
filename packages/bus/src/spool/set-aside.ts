// Records that were acknowledged and that the target takes at no time for their size: kept beside the spool, tried again once
// by each process, which an operator starts after raising the topic's max.message.bytes.
import { existsSync } from 'node:fs';
import { BusError, type BusProducer } from '../bus.ts';
import { SET_ASIDE_BYTES_MAX } from './limits.ts';
import { sendOnce } from './send.ts';
import { openSpoolStore, type SpoolStore } from './spool-store.ts';
import type { Spooled } from './spooled-record.ts';

export interface SetAside {
  /** Records kept; 0 until they are known. */
  readonly count: number;
  /** Durable when it resolves. @throws BusError 'full' past the bound */
  keep(spooled: Spooled): Promise<void>;
  /** Sends what an earlier process has kept; what is still too large is kept on. */
  retry(producer: BusProducer): Promise<void>;
  close(): Promise<void>;
}

/** In `folder`, which is made at the first need. */
export function createSetAside(folder: string, groupBytesMax: number): SetAside {
  let opened: Promise<SpoolStore> | null = null;
  let count = 0;
  const store = () => {
    opened ??= openSpoolStore(folder, SET_ASIDE_BYTES_MAX).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
  const keep = async ({ partition, record }: Spooled) => {
    await (await store()).append(partition, record);
    count += 1;
  };
  return {
    get count() {
      return count;
    },
    keep,
    async retry(producer) {
      if (!existsSync(folder)) return;
      const kept = await store();
      count += (await kept.backlog()).records;
      let left = count;
      for (let position: number | null = null; left > 0; ) {
        const window = (await kept.read(position, 0)).slice(0, left);
        if (window.length === 0) return;
        // What is too large still goes to the end of the line, behind what this round looks at.
        const { sent, failure } = await sendOnce(producer, window, { setAside: keep, groupBytesMax });
        const firstLeft = window.find((spooled) => !sent.has(spooled));
        position = firstLeft?.offset ?? (window.at(-1)?.offset ?? 0) + 1;
        await kept.commit(position);
        count -= sent.size;
        left -= window.length;
        if (failure !== null) throw failure;
      }
    },
    async close() {
      const store = await opened?.catch((error: unknown) => {
        if (!(error instanceof BusError)) throw error;
        return null;
      });
      await store?.close();
    },
  };
}
