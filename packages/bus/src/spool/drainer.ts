// Sends what is spooled on to the target, in order, and lets go of what the target has acknowledged.
import { BusError, type BusProducer, type Offset } from '../bus.ts';
import { createBackoff } from './backoff.ts';
import { SPOOLED_WAIT_MS } from './limits.ts';
import { orClosed } from './or-closed.ts';
import { sendOnce } from './send.ts';
import type { SpoolStore } from './spool-store.ts';
import type { Spooled } from './spooled-record.ts';

export interface DrainerOptions {
  readonly store: SpoolStore;
  readonly target: Promise<BusProducer>;
  /** What is sent to a partition at once; 0 = one record. */
  readonly groupBytesMax: number;
  readonly closing: AbortSignal;
  /** Appends to the spool that have begun since the process has, and those of them that have not ended. */
  readonly spooling: () => { readonly begun: number; readonly underWay: number };
  /** Keeps a record that the target will never take. It counts as sent when this resolves. */
  readonly setAside: (spooled: Spooled, why: BusError) => Promise<void>;
  readonly sent: (records: number) => void;
  /** A record was not sent; another try follows. */
  readonly targetFailed: (error: BusError) => void;
  /** The spool cannot be read, or what was sent cannot be let go of; another try follows. */
  readonly spoolFailed: (error: BusError) => void;
  /** Nothing is in the spool or on its way there: called in the turn in which this is true. */
  readonly emptied: () => void;
}

export interface Drainer {
  /** Begins where it does not run. `careful`: one record first, for the target has just failed. */
  wake(careful: boolean): void;
  /** Resolves when it does not run; after the closing that is soon. */
  ended(): Promise<void>;
}

/** Runs until the spool is empty, from each wake on. */
export function createDrainer(options: DrainerOptions): Drainer {
  const { store, closing } = options;
  let running: Promise<void> | null = null;

  const drain = async (careful: boolean) => {
    const producer = await orClosed(options.target, closing);
    if (producer === null) return;
    const send = createWindowSender(options, producer, careful);
    const backoff = createBackoff(closing);
    let position: Offset | null = null;
    while (!closing.aborted) {
      const { begun, underWay } = options.spooling();
      try {
        const window = await store.read(position, underWay === 0 ? 0 : SPOOLED_WAIT_MS);
        // An append that began during the read is not in it.
        if (window.length === 0 && underWay === 0 && options.spooling().begun === begun) {
          // At once: a promise later, what began to be spooled meanwhile would wake nobody and be overtaken.
          running = null;
          options.emptied();
          return;
        }
        position = (await send(window)) ?? position;
        backoff.reset();
      } catch (error) {
        if (!(error instanceof BusError)) throw error;
        if (closing.aborted) return;
        options.spoolFailed(error);
        await backoff.wait();
      }
    }
  };
  return {
    wake(careful) {
      running ??= drain(careful);
    },
    async ended() {
      await running;
    },
  };
}

/** Sends windows, each until it is sent whole; resolves to the offset after it, null for an empty one or at the closing. */
function createWindowSender(options: DrainerOptions, producer: BusProducer, startCareful: boolean) {
  const { store, closing } = options;
  const backoff = createBackoff(closing);
  let careful = startCareful;
  return async (window: readonly Spooled[]): Promise<Offset | null> => {
    let left = window;
    while (left.length > 0) {
      if (closing.aborted) return null;
      const attempt = careful ? left.slice(0, 1) : left;
      const { sent, failure } = await sendOnce(producer, attempt, options);
      left = left.filter((spooled) => !sent.has(spooled));
      options.sent(sent.size);
      // What is sent and not let go of is sent again after a crash: a repeat, which the bus may have.
      if (sent.size > 0) await store.commit(left[0]?.offset ?? endOf(window));
      careful = failure !== null;
      if (failure === null) backoff.reset();
      else {
        options.targetFailed(failure);
        await backoff.wait();
      }
    }
    return window.length === 0 ? null : endOf(window);
  };
}

function endOf(window: readonly Spooled[]): Offset {
  return (window.at(-1)?.offset ?? -1) + 1;
}
