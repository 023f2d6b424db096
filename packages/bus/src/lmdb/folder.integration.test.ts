// What somebody does to the bus's folder: in the way, unwritable, deleted whole or in part, also under a running process.
import { chmod, mkdir, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bus, OwnedPartition } from '../bus.ts';
import { openBus } from '../open-bus.ts';

const now = { bytesMax: 1_000_000, recordsMax: 100, waitMs: 0 };

let folder: string;
const buses: Bus[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sazabi-bus-folder-'));
});
afterEach(async () => {
  for (const bus of buses.splice(0)) await bus.close();
  await rm(folder, { recursive: true, force: true });
});

const open = (path = folder) => {
  const bus = openBus(`lmdb:${path}`);
  buses.push(bus);
  return bus;
};
/** The user id that owns nothing, on Linux and macOS alike (as 16 bits: -2 there). */
const NOBODY = 65_534;

const append = async (bus: Bus, text: string) =>
  (await bus.producer()).append(0, { headers: new Map(), value: Buffer.from(text) });

describe('a folder that cannot be used', () => {
  it('a file in its place: one line that says so', async () => {
    await writeFile(join(folder, 'bus'), '');
    const failed = open(join(folder, 'bus')).producer();
    await expect(failed).rejects.toMatchObject({ failure: 'unavailable' });
    await expect(failed).rejects.toThrow(
      /is a file where the bus needs a folder|cannot be made or written \(ENOTDIR\)/,
    );
  });

  it.skipIf(process.platform !== 'linux')(
    'below one that takes no folders (/proc): refused, not tried for ever',
    async () => {
      await expect(open('/proc/none/bus').producer()).rejects.toThrow(/cannot be made or written \(ENOENT\)/);
    },
  );

  it('unwritable: one line that names it', async () => {
    await chmod(folder, 0o500);
    // Root may write everywhere: then this process is nobody for a moment.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      await expect(open(join(folder, 'bus')).producer()).rejects.toThrow(/^The bus folder .* \(EACCES\).*\.$/);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it.each([
    ['junk', (path: string) => writeFile(path, Buffer.alloc(8192, 1)), 'damaged or not a bus'],
    ['short', (path: string) => truncate(path, 100), 'damaged or not a bus'],
    ['truncated', (path: string) => truncate(path, 8192), 'truncated'],
    ['a folder', (path: string) => rm(path).then(() => mkdir(path)), 'not a file'],
  ])('its data file %s: one line that names it, not a crash', async (_, harm, why) => {
    const bus = open();
    await (await bus.producer()).append(0, { headers: new Map(), value: Buffer.alloc(4_000_000) });
    await bus.close();
    await harm(join(folder, 'records', 'data.mdb'));
    const failed = open().producer();
    await expect(failed).rejects.toThrow(
      new RegExp(`^The bus in .*records cannot be opened: data.mdb is ${why}[^\\n]*$`),
    );
    await expect(failed).rejects.toMatchObject({ failure: 'unavailable' });
  });

  it('an empty data file, as a process killed at its first start leaves it, is begun anew', async () => {
    await mkdir(join(folder, 'records'));
    await writeFile(join(folder, 'records', 'data.mdb'), '');
    await append(open(), 'one');
  });

  it('is tried again at the next call', async () => {
    const path = join(folder, 'bus');
    await writeFile(path, '');
    const bus = open(path);
    await expect(bus.producer()).rejects.toMatchObject({ failure: 'unavailable' });
    expect(await bus.writable()).toBe(false);
    await rm(path);
    await append(bus, 'one');
    expect(await bus.writable()).toBe(true);
  });

  it.each(['', 'lmdb:', 'redis://x', '/tmp/x'])('BUS_URL %j is refused', (url) => {
    expect(() => openBus(url)).toThrow(/BUS_URL/);
  });
});

describe('a folder deleted while nothing ran', () => {
  it('whole: offsets do not come again, and everything new is read', async () => {
    const first = open();
    await append(first, 'old');
    const { next } = await (await first.reader()).extent(0);
    await first.close();
    await rm(folder, { recursive: true });
    const second = open();
    await append(second, 'new');
    const { earliest } = await (await second.reader()).extent(0);
    expect(earliest).toBeGreaterThanOrEqual(next);
    expect(await unread(second)).toEqual(['new']);
  });

  it('the records alone: new ones are stored behind the position that was kept, and read', async () => {
    // A position far ahead, as after a clock set back: new offsets made from the time would lie in front of it.
    const ahead = Date.now() * 1000 + 1e12;
    const first = open();
    await append(first, 'old');
    await (await serve(first)).commit(ahead);
    await first.close();
    await rm(join(folder, 'records'), { recursive: true });
    const second = open();
    await append(second, 'new');
    expect(await unread(second)).toEqual(['new']);
    expect((await (await second.reader()).extent(0)).earliest).toBeGreaterThanOrEqual(ahead);
  });

  it('the position alone: kept records are delivered again from the earliest', async () => {
    const first = open();
    await append(first, 'one');
    await append(first, 'two');
    await (await serve(first)).commit((await (await first.reader()).extent(0)).next);
    expect(await unread(first)).toEqual([]);
    await first.close();
    await rm(join(folder, 'position'), { recursive: true });
    expect(await unread(open())).toEqual(['one', 'two']);
  });
});

describe('a folder deleted under a running process', () => {
  it('is noticed by producer and consumer, who say what to do', async () => {
    const bus = open();
    await append(bus, 'one');
    const owned = await serve(bus);
    await rename(join(folder, 'records'), join(folder, 'moved'));
    const soon = { timeout: 10_000 };
    await expect
      .poll(() => append(bus, 'two').catch((error) => error.message), soon)
      .toMatch(/deleted or replaced.*restart/);
    await expect.poll(() => owned.read(0, now).catch((error) => error.failure), soon).toBe('unavailable');
    expect(await bus.writable()).toBe(false);
  });
});

async function unread(bus: Bus): Promise<string[]> {
  const owned = await serve(bus);
  const records = await owned.read((await owned.committed()) ?? 0, now);
  return records.map((record) => Buffer.from(record.value).toString());
}

async function serve(bus: Bus): Promise<OwnedPartition> {
  const consumer = await bus.consumer();
  return new Promise((resolve) => {
    consumer.run(async (owned) => {
      resolve(owned);
      await new Promise((lost) => owned.lost.addEventListener('abort', lost, { once: true }));
    });
  });
}
