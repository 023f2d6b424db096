import { describe, expect, it } from 'vitest';
import { compareRuns, ratioTable } from './ratios.ts';
import { resultOf } from './results.ts';

const rounds = (name: string, ...values: number[]) => values.map((value) => [resultOf(name, 'CPU-ns/log', [value])]);

describe('compareRuns', () => {
  it('pairs the rounds, so that a machine that gets slower changes no ratio', () => {
    const [ratio] = compareRuns(rounds('parse', 100, 200, 400), rounds('parse', 90, 180, 360)).ratios;
    expect(ratio).toMatchObject({ a: 200, b: 180, min: 0.9, median: 0.9, max: 0.9, ofLeast: 0.9, isBeyondNoise: true });
  });

  it('finds no difference where the rounds do not agree, or where there is one alone', () => {
    expect(compareRuns(rounds('parse', 100, 100, 100), rounds('parse', 90, 80, 101)).ratios).toMatchObject([
      { min: 0.8, median: 0.9, max: 1.01, isBeyondNoise: false },
    ]);
    expect(compareRuns(rounds('parse', 100), rounds('parse', 50)).ratios[0]?.isBeyondNoise).toBe(false);
  });

  it('names what one side alone has', () => {
    const both = compareRuns([...rounds('old', 1), ...rounds('kept', 1)], [...rounds('kept', 2), ...rounds('new', 3)]);
    expect(both).toMatchObject({ ratios: [{ name: 'kept', median: 2 }], onlyA: ['old'], onlyB: ['new'] });
  });
});

describe('ratioTable', () => {
  it('has a line for each benchmark, and says which differ', () => {
    const runs = (...values: number[]) => [...rounds('parse', ...values), ...rounds('append-one', 1, 1)];
    expect(ratioTable(compareRuns(runs(1200, 1250), runs(1300, 1375))).split('\n')).toEqual([
      '               A     B        unit    B/A  least   most  of least      ',
      'parse       1225  1338  CPU-ns/log  1.092  1.083  1.100     1.083  MORE',
      'append-one  1.00  1.00  CPU-ns/log  1.000  1.000  1.000     1.000      ',
    ]);
  });
});
