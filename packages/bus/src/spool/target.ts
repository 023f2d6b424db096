// The way to the target's producer: opened in the background, tried again until it is there.
import { type Bus, BusError, type BusProducer } from '../bus.ts';
import { createBackoff } from './backoff.ts';

export interface Target {
  /** null while it has not been opened. */
  readonly producer: BusProducer | null;
  /** Resolves when it is; never before, and not at all where the spool closes first. */
  readonly opened: Promise<BusProducer>;
  /** Resolves when the first try has ended, well or not. */
  readonly tried: Promise<void>;
}

/** @param failed told of each try that failed */
export function openTarget(bus: Bus, closing: AbortSignal, failed: (error: BusError) => void): Target {
  let producer: BusProducer | null = null;
  let ended: () => void = () => undefined;
  const tried = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const opened = new Promise<BusProducer>((resolve, reject) => {
    const backoff = createBackoff(closing);
    const open = async () => {
      while (producer === null && !closing.aborted) {
        try {
          producer = await bus.producer();
          resolve(producer);
        } catch (error) {
          if (!(error instanceof BusError)) throw error;
          failed(error);
          ended();
          await backoff.wait();
        }
      }
    };
    void open()
      .catch(reject)
      .finally(() => ended());
  });
  return {
    get producer() {
      return producer;
    },
    opened,
    tried,
  };
}
