// A seeded source of chance for whole-process tests: the seed is printed, and FAULT_SEED repeats a run's choices.

export interface Chance {
  readonly seed: number;
  /** In [0, 1). */
  readonly random: () => number;
  /** A whole number in [low, high]. */
  readonly between: (low: number, high: number) => number;
}

/** Prints the seed. (The moments of processes and disks are not repeatable, only our choices.) */
export function createChance(
  test: string,
  seed = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31)),
): Chance {
  say(`${test}: FAULT_SEED=${seed}`);
  return chanceOf(seed);
}

/** Without a word: for a second source in a test, whose choices must not depend on who asks the first one when. */
export function chanceOf(seed: number): Chance {
  const random = mulberry32(seed);
  return { seed, random, between: (low, high) => low + Math.floor(random() * (high - low + 1)) };
}

/** A line of the test's report, on stdout. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Tommy Ettinger's mulberry32: 32 bits of state, good enough to choose moments and sizes. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
