// Invariants of the model, as assertions.

/** What the protocol promises and a scenario has broken. */
export class Violation extends Error {}

/** @throws Violation saying what does not hold */
export function check(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Violation(otherwise);
}
