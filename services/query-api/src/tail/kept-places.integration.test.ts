// An id may name any place: what is reached from it is no older than promised, and is found by a few reads.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, type BusReader, openBus } from '@sazabi/bus';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { keptPlaces } from './kept-places.ts';
import { appendLogs } from './testing.ts';

const PROJECT = '0192f0e4-1111-7222-8333-0123456789ab';
const RECORDS = 64;
/** To look at the place itself, and by halves for the other. */
const READS_MAX = 1 + Math.log2(RECORDS) + 1;
const BEGAN_MS = Date.UTC(2026, 0);
const minute = (at: number) => BEGAN_MS + at * 60_000;

const dataDir = mkdtempSync(join(tmpdir(), 'kept-places-'));
let bus: Bus;
let reader: BusReader;
let offsets: readonly number[];

beforeAll(async () => {
  bus = openBus(`lmdb:${join(dataDir, 'bus')}`);
  const producer = await bus.producer();
  const now = vi.spyOn(Date, 'now');
  for (let at = 0; at < RECORDS; at++) {
    now.mockReturnValue(minute(at));
    await appendLogs(producer, [{ message: String(at) }], { projectId: PROJECT });
  }
  now.mockRestore();
  reader = await bus.reader();
  const records = await reader.read(0, 0, { bytesMax: 1e9, recordsMax: RECORDS, waitMs: 1_000 });
  offsets = records.map(({ offset }) => offset);
});
afterAll(async () => {
  await bus.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('a place that is too old goes on from the first record that is not, after a few reads', async () => {
  const read = vi.spyOn(reader, 'read');
  for (const at of [1, 17, RECORDS - 1]) {
    read.mockClear();
    const { places, goneToMs } = await keptPlaces(reader, [{ offset: offsets[0] ?? 0, row: 7 }], minute(at));
    expect([places, goneToMs]).toEqual([[{ offset: offsets[at], row: 0 }], minute(at)]);
    expect(read.mock.calls.length).toBeLessThanOrEqual(READS_MAX);
  }
  read.mockRestore();
});

it('where all is too old, it goes on from the end', async () => {
  const { next } = await reader.extent(0);
  const { places } = await keptPlaces(reader, [{ offset: offsets[0] ?? 0, row: 0 }]);
  expect(places).toEqual([{ offset: next, row: 0 }]);
});

it('places that are kept stay; what several partitions have lost is one time', async () => {
  const kept = { offset: offsets[9] ?? 0, row: 2 };
  const old = { offset: offsets[0] ?? 0, row: 1 };
  const since = { offset: offsets[5] ?? 0, row: 0 };
  /** The one partition four times. */
  const four: BusReader = {
    ...reader,
    partitions: 4,
    extent: () => reader.extent(0),
    read: (_, from, options) => reader.read(0, from, options),
  };
  expect(await keptPlaces(four, [kept, kept], minute(5))).toEqual({
    places: [kept, kept, since, since],
    goneToMs: null,
  });
  expect(await keptPlaces(four, [kept, old, old, kept], minute(5))).toEqual({
    places: [kept, since, since, kept],
    goneToMs: minute(5),
  });
});
