// Two sides' results set side by side, round by round.
import { medianOf } from '../load/median.ts';
import type { Result } from './results.ts';
import { columns, figure } from './table.ts';

/** One benchmark of two sides. Every figure is a cost: a ratio below 1 says that B costs less. */
export interface Ratio {
  readonly name: string;
  readonly unit: string;
  /** Medians of the two. */
  readonly a: number;
  readonly b: number;
  /** B ÷ A of each round: least, middle, most. */
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** Least of B ÷ least of A: the rounds that neighbours disturbed least. */
  readonly ofLeast: number;
  /** Whether all rounds agree which of the two costs less. */
  readonly isBeyondNoise: boolean;
}

export interface Comparison {
  readonly ratios: readonly Ratio[];
  /** Names of what only one side has. */
  readonly onlyA: readonly string[];
  readonly onlyB: readonly string[];
}

/** One run a round of each side, with one value a benchmark; the n-th runs of the two took turns. */
export function compareRuns(a: readonly (readonly Result[])[], b: readonly (readonly Result[])[]): Comparison {
  const [ofA, ofB] = [valuesByName(a), valuesByName(b)];
  const ratios: Ratio[] = [];
  for (const [name, { unit, values }] of ofA) {
    const other = ofB.get(name);
    if (other !== undefined) ratios.push(ratioOf(name, unit, values, other.values));
  }
  return {
    ratios,
    onlyA: [...ofA.keys()].filter((name) => !ofB.has(name)),
    onlyB: [...ofB.keys()].filter((name) => !ofA.has(name)),
  };
}

function valuesByName(runs: readonly (readonly Result[])[]): Map<string, { unit: string; values: number[] }> {
  const found = new Map<string, { unit: string; values: number[] }>();
  for (const results of runs)
    for (const { name, unit, median } of results) {
      const known = found.get(name) ?? { unit, values: [] };
      known.values.push(median);
      found.set(name, known);
    }
  return found;
}

function ratioOf(name: string, unit: string, a: readonly number[], b: readonly number[]): Ratio {
  const paired = a.flatMap((value, round) => (b[round] === undefined ? [] : b[round] / value));
  const [min, max] = [Math.min(...paired), Math.max(...paired)];
  return {
    name,
    unit,
    a: medianOf(a),
    b: medianOf(b),
    min,
    median: medianOf(paired),
    max,
    ofLeast: Math.min(...b) / Math.min(...a),
    isBeyondNoise: paired.length > 1 && (min > 1 || max < 1),
  };
}

export function ratioTable({ ratios, onlyA, onlyB }: Comparison): string {
  const rows = ratios.map((ratio) => [
    ratio.name,
    figure(ratio.a),
    figure(ratio.b),
    ratio.unit,
    ratio.median.toFixed(3),
    ratio.min.toFixed(3),
    ratio.max.toFixed(3),
    ratio.ofLeast.toFixed(3),
    verdictOf(ratio),
  ]);
  return [
    columns([['', 'A', 'B', 'unit', 'B/A', 'least', 'most', 'of least', ''], ...rows]),
    ...onlyA.map((name) => `only in A: ${name}`),
    ...onlyB.map((name) => `only in B: ${name}`),
  ].join('\n');
}

function verdictOf({ isBeyondNoise, median }: Ratio): string {
  if (!isBeyondNoise) return '';
  return median < 1 ? 'less' : 'MORE';
}
