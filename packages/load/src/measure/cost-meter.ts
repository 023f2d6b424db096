// What the processes of a run take: CPU summed over restarts, and resident memory, looked at each second.
import { ownCpuSeconds, peakMemoryMib, residentMib } from './process-cost.ts';
import { findServices, type ServicesOptions } from './services.ts';

/** The name of this process among the others. */
export const OWN_NAME = 'sazabi load';

export interface ProcessCost {
  readonly name: string;
  readonly pid: number;
  readonly cpuSeconds: number;
  /** Resident at the last look, and the most of any look. */
  readonly residentMib: number;
  readonly residentMibMax: number;
  /** The most that the system has ever seen of it, since the process began. */
  readonly peakMib: number;
}

export interface Look {
  readonly atMs: number;
  /** CPU-seconds since the meter was started, by name. */
  readonly cpuSeconds: ReadonlyMap<string, number>;
  readonly residentMib: ReadonlyMap<string, number>;
}

export interface CostMeter {
  /** Looks at all of them. */
  look(): Look;
  costs(): readonly ProcessCost[];
  /** Why figures of services are not whole: none or not all were found, or some were away for a while. Null where they are. */
  missing(): string | null;
}

interface Watched {
  pid: number;
  /** CPU of the process when it was first seen. */
  from: number;
  /** Of processes of this name that have ended. */
  before: number;
  latest: number;
  resident: number;
  residentMax: number;
  peak: number;
  /** When it was last seen alive, and how long it or one in its place was not, in ms; null: never away. */
  aliveMs: number;
  awayMs: number | null;
}

/** Starts counting now. */
export function createCostMeter(options: ServicesOptions): CostMeter {
  const watched = new Map<string, Watched>();
  const first = findServices(options);
  const pids = new Map(first.pids);
  const watch = (name: string, pid: number): Watched => {
    const known = watched.get(name);
    if (known?.pid === pid) return known;
    // A process that was put in another's place has done all of its work since.
    const isRestarted = known !== undefined;
    const one = {
      pid,
      from: isRestarted ? 0 : ownCpuSeconds(pid),
      before: isRestarted ? known.before + known.latest - known.from : 0,
      latest: 0,
      resident: 0,
      residentMax: known?.residentMax ?? 0,
      peak: known?.peak ?? 0,
      aliveMs: known?.aliveMs ?? performance.now(),
      awayMs: known?.awayMs ?? null,
    };
    one.latest = one.from;
    watched.set(name, one);
    return one;
  };
  watch(OWN_NAME, process.pid);
  for (const [name, pid] of first.pids) watch(name, pid);
  const usedBy = ({ before, latest, from }: Watched) => before + latest - from;
  /** Who is found takes the place of the one before; who is not, for now, keeps it, and is looked for again. */
  const findAgain = (): void => {
    for (const [name, pid] of findServices(options).pids) pids.set(name, pid);
  };
  const isGone = ([name, pid]: readonly [string, number]) => !options.named.has(name) && !isAlive(pid);
  return {
    missing() {
      const away = [...watched].flatMap(([name, { awayMs }]) => (awayMs === null ? [] : [awayText(name, awayMs)]));
      if (away.length === 0) return first.missing;
      const ended = `${away.join(', ')}: what a process took between the last look and its end is not counted`;
      return first.missing === null ? ended : `${first.missing}; ${ended}`;
    },
    look() {
      // Finding them takes some 10 ms: only where one has ended, and a supervisor has put another in its place, or will.
      if ([...pids].some(isGone)) findAgain();
      const nowMs = performance.now();
      for (const [name, pid] of new Map([[OWN_NAME, process.pid], ...pids])) {
        const isAnother = watched.has(name) && watched.get(name)?.pid !== pid;
        const one = watch(name, pid);
        // Where there is no /proc, nothing is known of others; this process is there.
        const alive = pid === process.pid || isAlive(pid);
        if (isAnother || !alive) one.awayMs = (one.awayMs ?? 0) + nowMs - one.aliveMs;
        one.aliveMs = nowMs;
        if (!alive) {
          one.resident = 0;
          continue;
        }
        one.latest = Math.max(one.latest, ownCpuSeconds(pid));
        one.resident = residentMib(pid);
        one.residentMax = Math.max(one.residentMax, one.resident);
        one.peak = Math.max(one.peak, peakMemoryMib(pid));
      }
      const each = <T>(of: (one: Watched) => T) => new Map([...watched].map(([name, one]) => [name, of(one)]));
      return { atMs: performance.now(), cpuSeconds: each(usedBy), residentMib: each(({ resident }) => resident) };
    },
    costs: () =>
      [...watched].map(([name, one]) => ({
        name,
        pid: one.pid,
        cpuSeconds: usedBy(one),
        residentMib: one.resident,
        residentMibMax: one.residentMax,
        peakMib: one.peak,
      })),
  };
}

/** A process that has ended has no memory any more, before its parent has taken note of it too. */
function isAlive(pid: number): boolean {
  return residentMib(pid) > 0;
}

function awayText(name: string, awayMs: number): string {
  const seconds = Math.ceil(awayMs / 1000);
  return `${name} had ended and was away for up to ${seconds} s`;
}
