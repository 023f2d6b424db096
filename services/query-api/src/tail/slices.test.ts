// However much there is to do, a turn of the event loop has a few milliseconds of it, and live tails go first.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createSlices, type SliceKind } from './slices.ts';

const SLICE_MS = 2;
const [MINE, OTHERS] = [{ catchUpOf: 'mine' }, { catchUpOf: 'others' }];

function workFor(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

it('where each takes all of its time they wait for a turn of their own, and the live ones go first, then organizations in turn', async () => {
  const slices = createSlices(SLICE_MS);
  await slices.begin(MINE);
  workFor(SLICE_MS);
  expect(slices.isOver()).toBe(true);
  const done: SliceKind[] = [];
  const work = async (kind: SliceKind) => {
    await slices.begin(kind);
    workFor(SLICE_MS);
    expect(slices.isOver()).toBe(true);
    done.push(kind);
  };
  const kinds = [MINE, MINE, 'live', MINE, 'live', OTHERS] as const;
  const working = Promise.all(kinds.map(work));
  for (let turn = 1; turn <= kinds.length; turn++) {
    await nextTurn();
    expect(done.length).toBeLessThanOrEqual(turn);
  }
  await working;
  expect(done).toEqual(['live', 'live', MINE, OTHERS, MINE, MINE]);
});

it('small ones share a turn', async () => {
  const slices = createSlices(1_000);
  for (let count = 0; count < 100; count++) await slices.begin(MINE);
  expect(slices.isOver()).toBe(false);
});
