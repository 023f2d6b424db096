// The middle of some figures.

/** The median; of an even count the mean of the two in the middle. @throws RangeError of none */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new RangeError('A median needs a figure.');
  return (lower + upper) / 2;
}
