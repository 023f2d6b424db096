// A write of the embedded engine that fails: nothing is taken for stored on it, and no part that was stored is lost to it.
import { spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrateLogStore } from './migrate.ts';
import { testLog } from './test-store.ts';
import { BIG_ROWS, openEngine } from './testing/failing-store.ts';

const PROGRAM = fileURLToPath(new URL('testing/fail-a-write.ts', import.meta.url));
/** A developer's machine may lack bash; in CI its absence is a failure. */
const withoutBash = spawnSync('bash', ['-c', 'ulimit -f']).status !== 0 && process.env.CI === undefined;
const CHILD_MS_MAX = 80_000;
/** Twelve parts of so much are more than the limit of 1 MiB, one is far below. */
const PARTS = 12;
const FILL_BYTES = 100_000;
const EXPIRES_ON = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);

/** What the program says; a limit of file size stands for the disk, and without the trap the signal for it would end the engine. */
function failAWrite(statement: 'merge' | 'insert', ids: readonly string[]): unknown {
  const command = `trap '' XFSZ; ulimit -f 1024; exec "$0" "$@"`;
  const args = ['-c', command, process.execPath, PROGRAM, folder, statement, ...ids];
  const child = spawnSync('bash', args, { encoding: 'utf8', timeout: CHILD_MS_MAX, killSignal: 'SIGKILL' });
  expect(child.stdout, child.stderr).not.toBe('');
  return JSON.parse(child.stdout);
}

/** The engine says that it was done; with one that tells of failed writes all this is needed no more. */
const LOST = {
  written: 'done',
  lookedUp: expect.stringMatching(/a write failed|ECONNRESET|ECONNREFUSED|socket hang up/),
  died: expect.stringContaining('SIGKILL: a write failed'),
};

let folder: string;
let store: Awaited<ReturnType<typeof openEngine>>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sazabi-failed-write-'));
  store = await openEngine(folder);
  await migrateLogStore(store.client);
  // Merged when it is said to be, here and after the restart.
  const settings = 'max_bytes_to_merge_at_max_space_in_pool = 1, min_bytes_for_wide_part = 0';
  await store.client.command({ query: `ALTER TABLE logs MODIFY SETTING ${settings}` });
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(withoutBash)('what the disk has no room for: look-ups fail, the engine ends, and', () => {
  it('of a merge it has all that was merged when it is back', async () => {
    const ids = Array.from({ length: PARTS }, () => randomUUID());
    for (const batch_id of ids) {
      const attributes = { fill: randomBytes(FILL_BYTES).toString('latin1') };
      const values = [testLog({ batch_id, expires_on: EXPIRES_ON, attributes })];
      await store.client.insert({ table: 'logs', values, format: 'JSONEachRow' });
    }
    expect(await store.known(ids)).toBe(PARTS);
    await store.close();
    expect(failAWrite('merge', ids)).toEqual(LOST);
    store = await openEngine(folder);
    expect(store.engine.setAside).toHaveLength(1);
    expect(await store.known(ids)).toBe(PARTS);
    expect(await store.count(`lengthUTF8(attributes['fill']) = ${FILL_BYTES}`)).toBe(PARTS);
  });

  it('an insert that was answered is not stored when it is back, and is stored once when it is inserted again', async () => {
    const id = randomUUID();
    await store.close();
    expect(failAWrite('insert', [id])).toEqual(LOST);
    store = await openEngine(folder);
    expect(store.engine.setAside).toHaveLength(1);
    expect(await store.known([id])).toBe(0);
    // The token was taken by the part that was set aside, so that the consumer goes on to the next one (ADR 2).
    await store.insertBig(id, id);
    expect(await store.known([id])).toBe(0);
    await store.insertBig(id, `${id}#1`);
    expect(await store.known([id])).toBe(1);
    await store.insertBig(id, `${id}#1`);
    expect(await store.count(`batch_id = '${id}' AND lengthUTF8(message) = 100000`)).toBe(BIG_ROWS);
  });
});
