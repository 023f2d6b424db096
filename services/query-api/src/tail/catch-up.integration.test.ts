// What waits for a reader that comes back and takes nothing: its share of what all may, and where even that is too much, nothing.

import { mkdtempSync, rmSync } from 'node:fs';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bus, openBus } from '@sazabi/bus';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCatchUp } from './catch-up.ts';
import type { Position } from './position.ts';
import { createSeats } from './seats.ts';
import { createSeenIds } from './seen-ids.ts';
import { createSlices } from './slices.ts';
import { createTailOutput } from './tail-output.ts';
import { appendLogs } from './testing.ts';

const PROJECT = '0192f0e4-1111-7222-8333-0123456789ab';
const LOG_CHARACTERS = 10_000;
const SHARE_BYTES = 30_000;

const dataDir = mkdtempSync(join(tmpdir(), 'catch-up-'));
let bus: Bus;

beforeAll(async () => {
  bus = openBus(`lmdb:${join(dataDir, 'bus')}`);
  const producer = await bus.producer();
  const logs = Array.from({ length: 20 }, () => ({ message: 'x'.repeat(LOG_CHARACTERS) }));
  await appendLogs(producer, logs, { projectId: PROJECT });
});
afterAll(async () => {
  await bus.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** From the first record on, for a connection that takes nothing. */
async function catchUp(isCrowded: boolean) {
  const reader = await bus.reader();
  const { earliest, next } = await reader.extent(0);
  const end: Position = { places: [{ offset: next, row: 0 }], atMs: Date.now() };
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const none = () => undefined;
  const output = createTailOutput(response, { bytesMax: () => SHARE_BYTES, id: () => '', sent: none, lagged: none });
  const listener = {
    organizationId: 'o',
    mode: 'live',
    matches: () => true,
    output,
    visibleFrom: () => new Map([[PROJECT, 0]]),
  };
  const live = {
    reader,
    position: () => end,
    id: () => '',
    exclusive: <T>(work: () => Promise<T>) => work(),
    close: () => reader.close(),
  };
  const caught = createCatchUp(
    { places: [{ offset: earliest, row: 0 }], atMs: 0 },
    {
      listener,
      live,
      seen: createSeenIds(),
      slices: createSlices(),
      seats: createSeats(1),
      join: none,
      gone: async () => undefined,
      isCrowded: () => isCrowded,
      failed: none,
    },
  );
  return { output, response, running: caught.run() };
}

it('holds no more than its share and one row for a reader that takes nothing', async () => {
  const { output, response, running } = await catchUp(false);
  await expect.poll(output.waitingBytes).toBeGreaterThan(SHARE_BYTES);
  // It is read for again and again where more were held.
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(output.waitingBytes()).toBeLessThan(SHARE_BYTES + 2 * LOG_CHARACTERS);
  response.destroy();
  await running;
});

it('is cut where too much waits for all of them', async () => {
  const { response, running } = await catchUp(true);
  await running;
  expect(response.destroyed).toBe(true);
});
