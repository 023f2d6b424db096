// Several processes append to one bus at once, as the intake and an API that replays dead letters do.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BusRecord } from '../bus.ts';
import { openBus } from '../open-bus.ts';
import { createLmdbBus } from './lmdb-bus.ts';

const MIB = 1024 * 1024;
const CHILD = fileURLToPath(new URL('../../test/append-beside-others.ts', import.meta.url));
/** What one process may hold of a page that is not filled. */
const PAGE_BYTES = 4096;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sazabi-producers-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs to its end; the ids that it had stored, in the order in which it was told. */
async function append(name: string, bytesMax: number, count: number): Promise<string[]> {
  const args = [CHILD, folder, name, String(bytesMax), String(count)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  return printed.split('\n').filter((line) => line !== '');
}

const idOf = (record: BusRecord) => Buffer.from(record.headers.get('id') ?? []).toString();

async function stored(): Promise<readonly BusRecord[]> {
  const bus = openBus(`lmdb:${folder}`);
  const reader = await bus.reader();
  const records: BusRecord[] = [];
  for (let from = 0; ; from = (records.at(-1)?.offset ?? 0) + 1) {
    const found = await reader.read(0, from, { bytesMax: MIB, recordsMax: 100, waitMs: 0 });
    if (found.length === 0) break;
    records.push(...found);
  }
  await bus.close();
  return records;
}

it('each record is stored once, under an offset of its own, and read by one who goes on from offset to offset', async () => {
  const told = (await Promise.all(['a', 'b', 'c'].map((name) => append(name, 1024 * MIB, 400)))).flat();
  expect(told).toHaveLength(1200);
  const records = await stored();
  expect(records.map(idOf).sort()).toEqual(told.toSorted());
  expect(new Set(records.map(({ offset }) => offset)).size).toBe(1200);
  // Nothing was counted twice or left out: room is what the records take.
  const bus = createLmdbBus(folder, { bytesMax: 1024 * MIB, keepConsumedMs: 0, keepConsumedBytesMax: 0 });
  const { bytes, records: counted } = await bus.backlog();
  await bus.close();
  const values = records.reduce((sum, { value }) => sum + value.byteLength, 0);
  expect(bytes).toBeGreaterThan(values);
  expect(bytes).toBeLessThan(values + 1200 * PAGE_BYTES);
  expect(counted).toBe(1200);
});

it('together they keep to the bound', async () => {
  const bytesMax = 4 * MIB;
  const told = (await Promise.all(['a', 'b'].map((name) => append(name, bytesMax, 100_000)))).flat();
  const bus = createLmdbBus(folder, { bytesMax, keepConsumedMs: 0, keepConsumedBytesMax: 0 });
  const { bytes } = await bus.backlog();
  await bus.close();
  expect(bytes).toBeLessThanOrEqual(bytesMax);
  expect(bytes).toBeGreaterThan(bytesMax - 100_000);
  expect((await stored()).map(idOf).sort()).toEqual(told.toSorted());
});
