// Keeps one part alive: starts it, restarts it when it dies, stops it when told.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, StartupError } from '@sazabi/lifecycle';
import { BACKOFF_FIRST_MS, BACKOFF_MAX_MS, FIRST_START_ATTEMPTS_MAX, RESTART_PAUSE_MS } from './limits.ts';
import type { Part, RunningPart } from './part.ts';

export interface Supervised {
  /** The part as it came up first. Rejects when it never did: the supervisor has given up then. */
  readonly ready: Promise<RunningPart>;
  /** Stops the part, or the attempt to start it. */
  stop(): Promise<void>;
}

export interface SuperviseOptions {
  readonly logger: Logger;
  /** Every process that is started for the part. */
  readonly onSpawn: (pid: number) => void;
}

/**
 * Starts `part` and keeps it: once it has been ready it is never given up. Before that, a StartupError ends the attempt
 * (the operator must act), and so does the third death without a reason.
 */
export function supervise(part: Part, { logger, onSpawn }: SuperviseOptions): Supervised {
  const stopping = new AbortController();
  const ready = Promise.withResolvers<RunningPart>();
  // Whoever awaits it gets the error; where nobody does yet it must not end the process.
  ready.promise.catch(() => undefined);
  let running: RunningPart | null = null;
  let failures = 0;

  const attempt = async (): Promise<RunningPart | null> => {
    try {
      return await part.start({ stopping: stopping.signal, spawned: onSpawn });
    } catch (error) {
      if (stopping.signal.aborted) return null;
      failures += 1;
      const first = running === null;
      const message = error instanceof Error ? error.message : String(error);
      if (first && error instanceof StartupError) throw error;
      if (first && failures >= FIRST_START_ATTEMPTS_MAX)
        throw new StartupError(`${part.name} does not start: ${message}`, { cause: error });
      logger.error(
        { event: 'part_not_started', part: part.name, failures, reason: message },
        `${part.name} did not start: ${message}`,
      );
      await pause(Math.min(BACKOFF_FIRST_MS * 2 ** (failures - 1), BACKOFF_MAX_MS), stopping.signal);
      return null;
    }
  };

  const keepAlive = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const up = await attempt();
      if (up === null) continue;
      if (running !== null)
        logger.warn({ event: 'part_restarted', part: part.name, pid: up.pid }, `${part.name} is up again.`);
      const paths = up.setAside ?? [];
      if (paths.length > 0)
        logger.warn(
          { event: 'parts_set_aside', part: part.name, paths },
          `${part.name} set ${paths.length} files or parts aside that were not written whole (ADR 24).`,
        );
      running = up;
      failures = 0;
      ready.resolve(up);
      const reason = await Promise.race([up.died, aborted(stopping.signal)]);
      if (reason === null) return;
      logger.error(
        { event: 'part_died', part: part.name, pid: up.pid, reason },
        `${part.name} ${reason}; restarting it.`,
      );
      await pause(RESTART_PAUSE_MS, stopping.signal);
    }
  };
  const kept = keepAlive().catch((error: unknown) => ready.reject(error));

  return {
    ready: ready.promise,
    async stop() {
      stopping.abort();
      await Promise.all([running?.stop(), kept]);
      ready.reject(new Error(`${part.name} was stopped before it was ready.`));
    },
  };
}

/** Ends early where the stop comes. */
async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stopping }).catch(() => undefined);
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));
}
