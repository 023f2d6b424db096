import { describe, expect, it } from 'vitest';
import { fitWidths } from './fit.ts';

const fixed = (natural: number, rank = 0) => ({ natural, min: natural, rank });
const shrinking = (natural: number, min = 10, rank = 0) => ({ natural, min, rank });

describe('columns of a table', () => {
  it('are as wide as their cells where there is room', () => {
    expect(fitWidths([fixed(36), shrinking(40)], 2, 78)).toEqual([36, 40]);
    expect(fitWidths([fixed(36), shrinking(40)], 2, Number.POSITIVE_INFINITY)).toEqual([36, 40]);
  });

  it('shrink, the widest first', () => {
    expect(fitWidths([fixed(36), shrinking(40)], 2, 77)).toEqual([36, 39]);
    expect(fitWidths([shrinking(40), shrinking(20)], 2, 42)).toEqual([20, 20]);
    expect(fitWidths([shrinking(1_000_000)], 2, 42)).toEqual([42]);
  });

  it('go where shrinking is not enough, the highest rank first, and then others need not shrink', () => {
    expect(fitWidths([fixed(36), shrinking(20), fixed(10, 1), fixed(30, 2)], 2, 72)).toEqual([36, 20, 10, null]);
    expect(fitWidths([fixed(36), shrinking(20), fixed(10, 1), fixed(30, 2)], 2, 50)).toEqual([36, 12, null, null]);
  });

  it('that are always shown stay, and whole', () => {
    expect(fitWidths([fixed(36), shrinking(20), fixed(9, 1)], 2, 20)).toEqual([36, 10, null]);
  });
});
