// I1 at the bus: kill -9 of the appending process at any moment loses nothing that was resolved, and others go on.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OwnedPartition } from '../bus.ts';
import { openBus } from '../open-bus.ts';

const ROUNDS = 20;
const ROUND_MS_MAX = 120;
const CHILD = fileURLToPath(new URL('../../test/append-until-killed.ts', import.meta.url));

let folder: string;
let children: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sazabi-bus-kill-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

it('I1: what was resolved is read back, through 20 kills, by a process that lived through them', async () => {
  const bus = openBus(`lmdb:${folder}`);
  const seen = new Map<string, number>();
  let offset = -1;
  const consumer = await bus.consumer();
  consumer.run(async (owned) => {
    await consumeAll(owned, (id, at, value) => {
      expect(at).toBeGreaterThan(offset);
      offset = at;
      expect(value.byteLength === 0 || Buffer.from(value).equals(Buffer.alloc(value.byteLength, id))).toBe(true);
      seen.set(id, (seen.get(id) ?? 0) + 1);
    });
  });

  // Opened before the others append: it finds its own idea of the store's end outdated.
  const producer = await bus.producer();
  const resolved: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) resolved.push(...(await appendUntilKilled(`round${round}`)));

  await producer.append(0, { headers: new Map([['id', Buffer.from('last')]]), value: Buffer.from('last') });
  await expect.poll(() => seen.get('last'), { timeout: 10_000 }).toBe(1);
  await bus.close();

  expect(resolved.length).toBeGreaterThan(ROUNDS);
  expect(resolved.filter((id) => seen.get(id) !== 1)).toEqual([]);
}, 120_000);

/** Starts the child, kills it at a random moment after its first durable record; the ids that it had printed. */
async function appendUntilKilled(name: string): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, folder, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (printed.length <= 'ready\n'.length) setTimeout(() => child.kill('SIGKILL'), Math.random() * ROUND_MS_MAX);
    printed += text;
  });
  const [, signal] = await once(child, 'close');
  expect(signal).toBe('SIGKILL');
  // A line that was cut by the kill is no promise.
  const whole = printed.slice(0, printed.lastIndexOf('\n') + 1);
  return whole.split('\n').filter((line) => line !== '' && line !== 'ready');
}

async function consumeAll(
  owned: OwnedPartition,
  record: (id: string, offset: number, value: Uint8Array) => void,
): Promise<void> {
  let position = (await owned.committed()) ?? 0;
  while (!owned.lost.aborted) {
    const records = await owned.read(position, {
      bytesMax: 8_000_000,
      recordsMax: 500,
      waitMs: 1_000,
      signal: owned.lost,
    });
    for (const { headers, offset, value } of records)
      record(Buffer.from(headers.get('id') ?? []).toString(), offset, value);
    position = (records.at(-1)?.offset ?? position - 1) + 1;
    if (records.length > 0 && !owned.lost.aborted) await owned.commit(position);
  }
}
