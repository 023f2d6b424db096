// What the processes of a run take: CPU summed over restarts, and resident memory, looked at each second.
import { cpuSeconds, peakMemoryMib, residentMib } from './process-cost.ts';
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
  readonly missing: string | null;
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
}

/** Starts counting now. */
export function createCostMeter(options: ServicesOptions): CostMeter {
  const watched = new Map<string, Watched>();
  const first = findServices(options);
  let { pids } = first;
  const watch = (name: string, pid: number): Watched => {
    const known = watched.get(name);
    if (known?.pid === pid) return known;
    // A process that was put in another's place has done all of its work since.
    const isRestarted = known !== undefined;
    const one = {
      pid,
      from: isRestarted ? 0 : cpuSeconds(pid),
      before: isRestarted ? known.before + known.latest - known.from : 0,
      latest: 0,
      resident: 0,
      residentMax: known?.residentMax ?? 0,
      peak: known?.peak ?? 0,
    };
    one.latest = one.from;
    watched.set(name, one);
    return one;
  };
  watch(OWN_NAME, process.pid);
  for (const [name, pid] of first.pids) watch(name, pid);
  const usedBy = ({ before, latest, from }: Watched) => before + latest - from;
  return {
    missing: first.missing,
    look() {
      // Finding them takes some 10 ms: only where one has ended, and a supervisor has put another in its place.
      if ([...pids.values()].some((pid) => cpuSeconds(pid) === 0)) pids = findServices(options).pids;
      for (const [name, pid] of new Map([[OWN_NAME, process.pid], ...pids])) {
        const one = watch(name, pid);
        // A process that has just ended tells 0.
        one.latest = Math.max(one.latest, cpuSeconds(pid));
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
