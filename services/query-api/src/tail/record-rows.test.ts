// Rows of a record are visited in turns: neither many rows nor a row that many look at, nor large ones, are a turn.
import { zstdCompressSync } from 'node:zlib';
import { createLogBlock, newUuidV7, openLogRows, readLogBlock } from '@sazabi/log-record';
import { expect, it } from 'vitest';
import { visitRows } from './record-rows.ts';
import type { Slices } from './slices.ts';

const ROWS = 3;

function shownRows() {
  const block = createLogBlock();
  block.reset(newUuidV7(), Math.floor(Date.now() / 86_400_000));
  const source = {
    projectId: '0192f0e4-4444-7555-8666-fedcba987654',
    mode: 'live',
    keyId: 'key',
    environment: '',
  } as const;
  block.beginRequest(source, Date.now(), null);
  for (let row = 0; row < ROWS; row++) block.append({ message: String(row) }, 'log');
  const read = readLogBlock(zstdCompressSync(block.encode()));
  if (!read.ok) throw new Error('The block cannot be read.');
  return { rows: openLogRows(read.block), repeatedIds: new Set<string>() };
}

/** Slices that are over at once, or never; tells how many were begun. */
function slicesThat(isOver: boolean): { readonly slices: Slices; begun(): number } {
  let begun = 0;
  const begin = async () => {
    begun += 1;
  };
  return { slices: { begin, isOver: () => isOver }, begun: () => begun };
}

it('a turn may end at each row, and within a row at each that looks at it', async () => {
  const { slices, begun } = slicesThat(true);
  const visit = { slices, kind: 'live', row: () => ['one', 'other'], endSlice: () => true } as const;
  expect(await visitRows(shownRows(), 0, visit)).toBe(true);
  expect(begun()).toBe(1 + ROWS * 3);
});

it('a slice ends where enough came of it', async () => {
  const { slices } = slicesThat(false);
  let [held, most] = [0, 0];
  const went = await visitRows(shownRows(), 0, {
    slices,
    kind: { catchUpOf: 'o' },
    row() {
      held += 1;
      most = Math.max(most, held);
      return undefined;
    },
    isFull: () => held >= 1,
    endSlice() {
      held = 0;
      return true;
    },
  });
  expect([went, most]).toEqual([true, 1]);
});
