// What a scenario chooses by: numbers that fast-check made, so that a failing scenario is repeated and made smaller.
import type { Caller, Kind, Model, Thing } from './model.ts';
import { maySee } from './model.ts';

export interface Dice {
  /** A whole number below `n`. */
  below(n: number): number;
  oneOf<T>(choices: readonly [T, ...T[]]): T;
}

/** Past the end of the numbers everything is 0. */
export function diceOf(numbers: readonly number[]): Dice {
  let at = 0;
  const below = (n: number) => {
    const number = numbers[at] ?? 0;
    at += 1;
    return number % n;
  };
  return { below, oneOf: (choices) => choices[below(choices.length)] ?? choices[0] };
}

/** Ids of each kind that never were anybody's, in a form that could be. */
const NOBODYS: Readonly<Record<Kind, string>> = {
  project: '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f',
  'public-key': '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8ea0',
  'secret-key': '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8ea1',
  thread: '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8ea2',
  letter: '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8ea3',
  log: 'GIXZ0YDbcAABk28-ekx9MZseL1psfY6fAAAAAQ',
  receipt: 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
};

export const nobodys = (kind: Kind): Thing => ({
  kind,
  id: NOBODYS[kind],
  org: -1,
  seenBy: 'both',
  mode: 'live',
  expendable: false,
  shown: null,
});

export interface PickOptions {
  /** The call would end or change it: what the world needs is not given for that. */
  readonly destroys?: boolean;
}

/** A thing of the kind: the caller's own, anybody's, or one that never was. */
export function pickThing(model: Model, caller: Caller, kind: Kind, dice: Dice, options: PickOptions = {}): Thing {
  const choice = dice.below(10);
  const all = model.things.filter((thing) => thing.kind === kind);
  const own = (thing: Thing) => thing.org === caller.org && maySee({ ...caller, state: 'good' }, thing);
  const candidates = all.filter((thing) => {
    if (own(thing)) return choice < 4 && (options.destroys !== true || thing.expendable);
    // Of its own organization and the other mode: a foreign thing like others, but live keys are refused by name.
    return choice >= 4 && choice < 9;
  });
  return candidates[dice.below(Math.max(1, candidates.length))] ?? nobodys(kind);
}
