// The engine's life: ready, stop, death, its parent's death, and what is kept through each.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { MERGES_NICER_BY, NICER_BY, NICEST } from './limits.ts';
import { ask, isAlive, run, startEngine, temporaryFolder } from './test-engine.ts';

const TABLE =
  'CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n SETTINGS fsync_after_insert = 1, fsync_part_directory = 1';

async function count(url: string): Promise<number> {
  return Number((await ask<{ n: string }>(url, 'SELECT count() AS n FROM t'))[0]?.n);
}

describe('a start', () => {
  it('is ready for both users on the database, in UTC, whatever the machine says', async () => {
    const engine = await startEngine({ dataDir: await temporaryFolder() });
    const query = 'SELECT currentUser() AS user, currentDatabase() AS database, timezone() AS zone';
    expect(await ask(engine.appUrl, query)).toEqual([{ user: 'app', database: 'sazabi', zone: 'UTC' }]);
    expect(await ask(engine.readerUrl, query)).toEqual([{ user: 'reader', database: 'sazabi', zone: 'UTC' }]);
    expect(new URL(engine.appUrl).hostname).toBe('127.0.0.1');
    expect(new URL(engine.appUrl).password).not.toBe(new URL(engine.readerUrl).password);
  });

  it('keeps its passwords from others: files 0600 in folders 0700, nothing in arguments or environment', async () => {
    const dataDir = await temporaryFolder();
    const engine = await startEngine({ dataDir });
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    const config = readdirSync(dataDir).find((name) => name.startsWith('run-')) ?? '';
    expect(['', config, 'data', 'log'].map((name) => mode(join(dataDir, name)))).toEqual(['700', '700', '700', '700']);
    expect(readdirSync(join(dataDir, config)).map((name) => mode(join(dataDir, config, name)))).toEqual(['600', '600']);
    const seen = ['cmdline', 'environ'].map((name) => readFileSync(`/proc/${engine.pid}/${name}`, 'latin1')).join();
    expect(seen).not.toContain(engine.credentials.appPassword);
    expect(seen).not.toContain(Buffer.from(`app:${engine.credentials.appPassword}`).toString('base64'));
    await engine.stop();
    expect(readdirSync(dataDir).sort()).toEqual(['data', 'log']);
  });

  it.skipIf(process.platform !== 'linux')(
    'leaves the cores to others first: every thread of the engine is nicer, those of merges most',
    async () => {
      const { appUrl, pid } = await startEngine({ dataDir: await temporaryFolder() });
      // Its first table makes the threads of merges.
      await ask(appUrl, 'CREATE TABLE t (a UInt8) ENGINE = MergeTree ORDER BY a');
      // A thread of the engine has a name of its own; Node's have made themselves before.
      const nicesOf = (name: RegExp) =>
        new Set(
          readdirSync(`/proc/${pid}/task`)
            .map((id) => readFileSync(`/proc/${pid}/task/${id}/stat`, 'latin1'))
            .filter((stat) => name.test(stat))
            .map((stat) => Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16])),
        );
      const nicer = (by: number) => Math.min(NICEST, getPriority() + by);
      expect(nicesOf(/\((HTTP|BgSch)/)).toEqual(new Set([nicer(NICER_BY)]));
      await expect
        .poll(() => nicesOf(/\(Merge/), { timeout: 20_000 })
        .toEqual(new Set([nicer(NICER_BY + MERGES_NICER_BY)]));
    },
  );

  it('takes a port and passwords that are given, so that a restarted engine is found again', async () => {
    const dataDir = await temporaryFolder();
    const first = await startEngine({ dataDir });
    await first.stop();
    const { port, credentials } = first;
    const second = await startEngine({ dataDir, port, credentials });
    expect(second.appUrl).toBe(first.appUrl);
    expect(await ask(first.readerUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('a stop', () => {
  it('lets a running insert finish and keeps its rows', async () => {
    const dataDir = await temporaryFolder();
    const first = await startEngine({ dataDir });
    await run(first.appUrl, TABLE);
    const insert = run(
      first.appUrl,
      'INSERT INTO t SELECT number + sleepEachRow(0.5) FROM numbers(4) SETTINGS max_block_size = 1',
    );
    const inserting = async () =>
      (await ask(first.appUrl, "SELECT 1 FROM system.processes WHERE query_kind = 'Insert'")).length;
    await expect.poll(inserting).toBe(1);
    await Promise.all([first.stop(), insert]);
    expect(isAlive(first.pid)).toBe(false);
    const second = await startEngine({ dataDir });
    expect(await count(second.appUrl)).toBe(4);
  });

  it('is not a death, and may be asked for twice', async () => {
    const engine = await startEngine({ dataDir: await temporaryFolder() });
    await Promise.all([engine.stop(), engine.stop()]);
    expect(await Promise.race([engine.died, Promise.resolve('not told')])).toBe('not told');
    await engine.stop();
  });

  it('by the signals of a terminal is left to the parent while it lives', async () => {
    const engine = await startEngine({ dataDir: await temporaryFolder() });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(engine.pid, signal);
    expect(await ask(engine.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(isAlive(engine.pid)).toBe(true);
  });
});

describe('a death', () => {
  it('by kill -9 is told with its reason, and every acknowledged row is there afterwards', async () => {
    const dataDir = await temporaryFolder();
    let engine = await startEngine({ dataDir });
    await run(engine.appUrl, TABLE);
    let acknowledged = 0;
    for (let round = 0; round < 3; round++) {
      const { appUrl, pid, died } = engine;
      const writing = (async () => {
        for (;;) {
          await run(appUrl, `INSERT INTO t VALUES (${acknowledged})`);
          acknowledged++;
        }
      })().catch((error: unknown) => error);
      const target = acknowledged + 10;
      await expect.poll(() => acknowledged, { timeout: 10_000 }).toBeGreaterThan(target);
      process.kill(pid, 'SIGKILL');
      expect(await died).toBe('ended with signal SIGKILL');
      expect(await writing).toBeInstanceOf(Error);
      engine = await startEngine({ dataDir });
      const [row] = await ask<{ found: string }>(
        engine.appUrl,
        `SELECT uniqExact(n) AS found FROM t WHERE n < ${acknowledged}`,
      );
      expect(Number(row?.found)).toBe(acknowledged);
    }
  });

  it('is what a listener that was stopped is made to be', async () => {
    const engine = await startEngine({ dataDir: await temporaryFolder() });
    const { readerPassword } = engine.credentials;
    const authorization = `Basic ${Buffer.from(`reader:${readerPassword}`).toString('base64')}`;
    const url = `http://127.0.0.1:${engine.port}/?user=default`;
    await fetch(url, { method: 'POST', headers: { authorization }, body: 'SYSTEM STOP LISTEN HTTP' });
    expect(await engine.died).toContain('does not listen any more');
  });

  it('of the parent ends the engine too, and frees the folder', async () => {
    const dataDir = await temporaryFolder();
    const parent = fork(fileURLToPath(new URL('./test-parent.ts', import.meta.url)), [dataDir], { execArgv: [] });
    const pid = await enginePid(parent);
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    await startEngine({ dataDir });
  });
});

async function enginePid(parent: ChildProcess): Promise<number> {
  const [pid]: unknown[] = await once(parent, 'message');
  return Number(pid);
}
