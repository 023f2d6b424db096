// Each way to fail has one line that says what to do; none hangs.
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EngineStartError } from './engine-start-error.ts';
import { engineLibrary } from './platform.ts';
import { type EmbeddedClickHouseOptions, startEmbeddedClickHouse } from './start.ts';
import { ask, run, startEngine, temporaryFolder } from './test-engine.ts';

/** The one line that a start fails with. */
async function failureOf(options: EmbeddedClickHouseOptions): Promise<string> {
  const outcome = await startEmbeddedClickHouse(options).catch((error: unknown) => error);
  return oneLine(outcome);
}

function oneLine(outcome: unknown): string {
  if (!(outcome instanceof EngineStartError)) throw new Error(`not an EngineStartError: ${outcome}`);
  expect(outcome.message).not.toContain('\n');
  expect(outcome.message.length).toBeLessThan(700);
  return outcome.message;
}

describe('a start fails with one line', () => {
  it('on a busy port', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.headers.authorization}`);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    expect(await failureOf({ dataDir: await temporaryFolder(), port })).toMatch(
      new RegExp(`^Port ${port} .* is in use`),
    );
    expect(seen).toEqual([]); // no password went to whoever listens there
    server.close();
  });

  it('on a folder in use, whose engine goes on with its passwords', async () => {
    const dataDir = await temporaryFolder();
    const engine = await startEngine({ dataDir });
    expect(await failureOf({ dataDir })).toBe(
      `The ClickHouse folder ${dataDir} is in use by another process: stop it, or choose another data folder.`,
    );
    expect(await ask(engine.appUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await readdir(dataDir)).filter((name) => name.startsWith('run-'))).toHaveLength(1);
  });

  it('on a file in the place of the folder', async () => {
    const dataDir = join(await temporaryFolder(), 'file');
    await writeFile(dataDir, '');
    expect(await failureOf({ dataDir })).toContain(`folder ${dataDir} cannot be written (EEXIST`);
    expect(await failureOf({ dataDir: join(dataDir, 'below') })).toContain('cannot be written (ENOTDIR');
  });

  it('on a folder that cannot be made', async () => {
    expect(await failureOf({ dataDir: '/proc/sazabi' })).toContain('folder /proc/sazabi cannot be written');
  });

  it('on a folder whose data part is a file', async () => {
    const dataDir = await temporaryFolder();
    await writeFile(join(dataDir, 'data'), 'x');
    expect(await failureOf({ dataDir })).toContain('cannot be written');
  });

  it('on parts that cannot be looked through, and not on a stray file', async () => {
    const dataDir = await temporaryFolder();
    const store = join(dataDir, 'data', 'store');
    await mkdir(store, { recursive: true });
    await writeFile(join(store, '.DS_Store'), '');
    await symlink('loop', join(store, 'loop'));
    expect(await failureOf({ dataDir })).toContain('Parts could not be looked through: ELOOP');
    await rm(join(store, 'loop'));
    await startEngine({ dataDir });
  });

  it('on damaged metadata', async () => {
    const dataDir = await temporaryFolder();
    await mkdir(join(dataDir, 'data', 'metadata'), { recursive: true });
    await writeFile(join(dataDir, 'data', 'metadata', 'sazabi.sql'), 'garbage (');
    expect(await failureOf({ dataDir })).toMatch(/did not start in .*sazabi\.sql.*restore the folder from a backup/);
  });

  it('on an engine that does not get ready in time, which is gone then', async () => {
    const dataDir = await temporaryFolder();
    expect(await failureOf({ dataDir, readyTimeoutMs: 1 })).toMatch(/was not ready after 0\.001 s .* may be damaged/);
    await startEngine({ dataDir });
  });

  it('on a platform without an engine or an engine that is not installed', () => {
    const failure = (platform: Parameters<typeof engineLibrary>[0], resolve?: (id: string) => string) => {
      try {
        return engineLibrary(platform, resolve);
      } catch (error) {
        return oneLine(error);
      }
    };
    expect(failure({ name: 'win32-x64', musl: false })).toContain(
      'no embedded ClickHouse for win32-x64: set CLICKHOUSE_URL',
    );
    expect(failure({ name: 'linux-x64', musl: true })).toContain('linux-x64 with musl');
    const missing = () => {
      throw new Error('Cannot find module');
    };
    expect(failure({ name: 'linux-x64', musl: false }, missing)).toContain('@chdb/lib-linux-x64-gnu is missing');
    expect(failure({ name: 'linux-x64', musl: false }, () => '/nowhere/package.json')).toContain('is missing');
    expect(engineLibrary()).toMatch(/libchdb\.so$/);
  });
});

describe('damaged parts', () => {
  it.each([
    ['checksums gone, data garbage', ['checksums.txt'], ['data.bin']],
    ['columns garbage', [], ['columns.txt']],
    ['all garbage', [], ['checksums.txt', 'columns.txt', 'data.bin', 'primary.cidx', 'count.txt']],
  ])('end in an engine that answers or in one line, never in a hang: %s', async (_, gone, garbage) => {
    const dataDir = await temporaryFolder();
    const first = await startEngine({ dataDir });
    await run(first.appUrl, 'CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n');
    await run(first.appUrl, 'INSERT INTO t SELECT number FROM numbers(1000)');
    const [part] = await ask<{ path: string }>(first.appUrl, "SELECT path FROM system.parts WHERE table = 't'");
    await first.stop();
    const files = await readdir(part?.path ?? '');
    expect(files).toEqual(expect.arrayContaining([...gone, ...garbage]));
    for (const file of gone) await rm(join(part?.path ?? '', file));
    for (const file of garbage) await writeFile(join(part?.path ?? '', file), 'garbage');
    const started = startEngine({ dataDir, readyTimeoutMs: 8_000 });
    const answer = started.then((engine) => ask(engine.appUrl, 'SELECT 1 AS one')).catch(oneLine);
    expect(JSON.stringify(await answer)).toMatch(/"one":1|damaged/);
  });
});
