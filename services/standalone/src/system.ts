// The parts that are kept alive, in the order in which they were started; they stop in the opposite order.
import type { Logger } from '@sazabi/lifecycle';
import type { Part } from './part.ts';
import type { ProcessTable } from './process-table.ts';
import { type Supervised, supervise } from './supervise.ts';

export interface System {
  /** Starts a part and keeps it alive from now on. @throws Error once the stop has begun */
  start(part: Part): Supervised;
  /** Stops the parts one after the other, the last started first; a second call waits for the first. */
  stop(): Promise<void>;
  /** SIGKILL for all of them. */
  kill(): void;
}

export function createSystem(logger: Logger, processes: ProcessTable): System {
  const started: Supervised[] = [];
  const pids = new Map<string, number>();
  let stopping: Promise<void> | null = null;
  const stop = async () => {
    for (const part of started.toReversed()) await part.stop();
    processes.remove();
  };
  return {
    start(part) {
      if (stopping !== null) throw new Error(`${part.name} is not started: the stop has begun.`);
      const supervised = supervise(part, {
        logger,
        onSpawn(pid) {
          pids.set(part.name, pid);
          processes.set(part.name, pid);
        },
      });
      started.push(supervised);
      return supervised;
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
    kill() {
      for (const pid of pids.values()) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It is gone already.
        }
      }
    },
  };
}
