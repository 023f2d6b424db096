// I1 at the spool: kill -9 at any moment, while records go straight, are spooled or sent on; none that was acknowledged is
// missing in the target, and none comes there before one that was acknowledged earlier.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OwnedPartition } from '../bus.ts';
import { openBus } from '../open-bus.ts';
import { withSpool } from './spool.ts';

const ROUNDS = 12;
const ROUND_MS_MAX = 400;
/** The consumer stands still for so long between two commits at most: long enough for the target to be full. */
const CONSUMER_PAUSE_MS_MAX = 60;
const CHILD = fileURLToPath(new URL('../../test/spool-until-killed.ts', import.meta.url));

let folder: string;
let children: ChildProcess[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sazabi-spool-kill-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

it(`I1: nothing acknowledged is missing or overtaken, through ${ROUNDS} kills`, async () => {
  const target = openBus(`lmdb:${folder}/target`);
  const seen: number[] = [];
  (await target.consumer()).run((owned) => consumeHaltingly(owned, seen));

  const acknowledged: number[] = [];
  const ways = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const printed = await appendUntilKilled((acknowledged.at(-1) ?? -1) + 1);
    for (const line of printed) {
      const [n = '', way = ''] = line.split(' ');
      acknowledged.push(Number(n));
      ways.add(way);
    }
  }
  const spool = withSpool(openBus(`lmdb:${folder}/target`), { folder: `${folder}/spool`, bytesMax: 64_000_000 });
  await spool.producer();
  await expect.poll(async () => (await spool.state()).way, { timeout: 60_000 }).toBe('direct');
  await expect.poll(() => new Set(seen).has(acknowledged.at(-1) ?? -1), { timeout: 30_000 }).toBe(true);
  await spool.close();
  await target.close();

  expect(ways).toEqual(new Set(['direct', 'spool']));
  const first = [...new Set(seen)];
  expect(acknowledged.filter((n) => !first.includes(n))).toEqual([]);
  expect(first).toEqual(first.toSorted((a, b) => a - b));
}, 120_000);

/** Starts the child, kills it at a random moment after it is ready; the lines that it had printed. */
async function appendUntilKilled(from: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, folder, String(from)], { stdio: ['ignore', 'pipe', 'inherit'] });
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

async function consumeHaltingly(owned: OwnedPartition, seen: number[]): Promise<void> {
  let position = (await owned.committed()) ?? 0;
  while (!owned.lost.aborted) {
    const options = { bytesMax: 8_000_000, recordsMax: 500, waitMs: 200, signal: owned.lost };
    for (const { headers, offset } of await owned.read(position, options)) {
      seen.push(Number(Buffer.from(headers.get('n') ?? []).toString()));
      position = offset + 1;
    }
    if (!owned.lost.aborted && position > 0) await owned.commit(position);
    await pause(Math.random() * CONSUMER_PAUSE_MS_MAX);
  }
}
