// At random, by a seed: processes are killed and started again, or stopped for longer than the session timeout and continued.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Chance } from '../support/seed.ts';
import type { Victim } from '../support/service-process.ts';

/** Of the faults, those that kill; the others stop. A stop lasts longer, so there are fewer. */
const KILL_SHARE = 0.75;
/** Of the faults, those that meet two processes at once. */
const TOGETHER_SHARE = 0.2;
/** From a kill to the new start. */
const DOWN_MS = [0, 2_000] as const;
/** Beyond the session timeout. */
const STOPPED_BEYOND_MS = [1_000, 3_000] as const;
/** From the end of a fault to the next: sometimes before all have recovered. */
const REST_MS = [200, 4_000] as const;

export interface ChaosOptions {
  readonly victims: readonly Victim[];
  readonly chance: Chance;
  readonly sessionTimeoutMs: number;
  readonly onFault: (line: string) => void;
}

export interface Chaos {
  /** By kind of process: `intake`, `consumer`, `api`, `store`, `postgres`, `broker`. */
  readonly kills: ReadonlyMap<string, number>;
  readonly stops: ReadonlyMap<string, number>;
  /** Rejects when a process could not be killed or started. */
  readonly failed: Promise<never>;
  /** No more faults; resolves when every process runs. */
  end(): Promise<void>;
}

/** Begins; every fault ends with the process running again. */
export function startChaos(options: ChaosOptions): Chaos {
  const { chance, victims } = options;
  const kills = new Map<string, number>();
  const stops = new Map<string, number>();
  const count = (counts: Map<string, number>, victim: Victim) => {
    const kind = victim.name.replace(/-\d+$/, '');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  };
  const choose = (): readonly Victim[] => {
    const first = chance.between(0, victims.length - 1);
    const second = (first + chance.between(1, victims.length - 1)) % victims.length;
    const chosen = chance.random() < TOGETHER_SHARE ? [first, second] : [first];
    return victims.filter((_, index) => chosen.includes(index));
  };
  const kill = async (victim: Victim, downMs: number) => {
    options.onFault(`kill ${victim.name} for ${downMs} ms`);
    await victim.kill();
    count(kills, victim);
    await sleep(downMs);
    await victim.start();
  };
  const stop = async (victim: Victim, stoppedMs: number) => {
    options.onFault(`stop ${victim.name} for ${stoppedMs} ms`);
    await victim.pause();
    count(stops, victim);
    await sleep(stoppedMs);
    await victim.resume();
  };
  let ending = false;
  const run = async () => {
    while (!ending) {
      await sleep(chance.between(...REST_MS));
      const faults = choose().map((victim) =>
        chance.random() < KILL_SHARE
          ? () => kill(victim, chance.between(...DOWN_MS))
          : () => stop(victim, options.sessionTimeoutMs + chance.between(...STOPPED_BEYOND_MS)),
      );
      await Promise.all(faults.map((fault) => fault()));
    }
  };
  const running = run();
  const failed = running.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);
  return {
    kills,
    stops,
    failed,
    async end() {
      ending = true;
      await running;
    },
  };
}
