// The walls: who is let in over HTTP, what each user may do, and how far one query goes.
import { beforeAll, describe, expect, it } from 'vitest';
import type { EmbeddedClickHouse } from './index.ts';
import { FREE_DISK_BYTES_MIN } from './limits.ts';
import { ask, run, startEngine, temporaryFolder } from './test-engine.ts';

let engine: EmbeddedClickHouse;
beforeAll(async () => {
  engine = await startEngine({ dataDir: await temporaryFolder() });
  await run(engine.appUrl, 'CREATE TABLE t (n UInt64) ENGINE = MergeTree ORDER BY n');
  await run(engine.appUrl, 'INSERT INTO t SELECT number FROM numbers(1000)');
});

function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** The status of a bare HTTP request. */
async function status(path: string, headers: Record<string, string> = {}, body?: string): Promise<number> {
  const init = body === undefined ? { headers } : { headers, body, method: 'POST' };
  return (await fetch(`http://127.0.0.1:${engine.port}${path}`, init)).status;
}

/** ClickHouse's error code of a query; null when it went through. */
function codeOf(url: string, query: string, settings = {}): Promise<string | null> {
  return run(url, query, settings).then(
    () => null,
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  );
}

describe('the door', () => {
  it('opens for the exact header of a user and for nothing else', async () => {
    const { appPassword, readerPassword } = engine.credentials;
    expect(await status('/', basic('app', appPassword), 'SELECT 1')).toBe(200);
    expect(await status('/', basic('reader', readerPassword), 'SELECT 1')).toBe(200);
    const shut = [
      status('/', {}, 'SELECT 1'),
      status('/', basic('app', `${appPassword}x`), 'SELECT 1'),
      status('/', basic('reader', appPassword), 'SELECT 1'),
      status('/', basic('default', ''), 'SELECT 1'),
      status('/?user=default', {}, 'SELECT 1'),
      status('/?query=SELECT%201&user=default'),
      status(`/?user=app&password=${appPassword}`, {}, 'SELECT 1'),
      status('/', { 'x-clickhouse-user': 'default', 'x-clickhouse-key': '' }, 'SELECT 1'),
      status('/', { 'x-clickhouse-user': 'app', 'x-clickhouse-key': appPassword }, 'SELECT 1'),
      status('/play'),
      status('/dashboard'),
      status('/replicas_status'),
    ];
    expect(await Promise.all(shut)).toEqual(shut.map(() => 404));
    expect(await status('/ping')).toBe(200);
  });

  it('a user of ours who becomes default sees and changes nothing', async () => {
    const asDefault = (query: string) =>
      status('/?user=default', basic('reader', engine.credentials.readerPassword), query);
    for (const query of [
      'SELECT * FROM sazabi.t',
      'TRUNCATE TABLE sazabi.t',
      'SELECT * FROM system.processes',
      "SELECT * FROM file('/etc/passwd', 'RawBLOB', 'x String')",
      "SELECT * FROM url('http://127.0.0.1:1/', 'RawBLOB', 'x String')",
      "CREATE TEMPORARY TABLE f (x String) ENGINE = File('RawBLOB', '/etc/passwd')",
      "SELECT 1 INTO OUTFILE '/tmp/sazabi-x'",
      'KILL QUERY WHERE 1 SYNC',
    ])
      expect(await asDefault(query), query).not.toBe(200);
  });
});

const ACCESS_DENIED = '497';

describe('app', () => {
  it.each([
    "SELECT * FROM file('/etc/passwd', 'RawBLOB', 'x String')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'RawBLOB', 'x String')",
    "SELECT * FROM remote('127.0.0.1:1', 'system.one')",
    "CREATE TABLE f (x String) ENGINE = File('RawBLOB', '/etc/passwd')",
    "INSERT INTO FUNCTION file('/tmp/sazabi-x', 'CSV', 'x String') VALUES ('x')",
    'SYSTEM STOP LISTEN HTTP',
    'SYSTEM SHUTDOWN',
    'CREATE TABLE other.x (n UInt8) ENGINE = MergeTree ORDER BY n',
    'CREATE USER x',
    'CREATE FUNCTION f AS (x) -> x',
  ])('may not %s', async (query) => {
    expect([ACCESS_DENIED, '514']).toContain(await codeOf(engine.appUrl, query));
  });
});

it('so much of the disk is kept free', async () => {
  const disks = 'SELECT name, toUInt32(keep_free_space) AS bytes FROM system.disks';
  expect(await ask(engine.appUrl, disks)).toEqual([{ name: 'default', bytes: FREE_DISK_BYTES_MIN }]);
});

describe('reader', () => {
  it.each([
    'INSERT INTO t VALUES (1)',
    'TRUNCATE TABLE t',
    'ALTER TABLE t DELETE WHERE 1',
    'CREATE TABLE r (n UInt8) ENGINE = MergeTree ORDER BY n',
    "SELECT * FROM file('/etc/passwd', 'RawBLOB', 'x String')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'RawBLOB', 'x String')",
    'SELECT * FROM `/etc/passwd`',
    "SELECT 1 INTO OUTFILE '/tmp/sazabi-x'",
    "KILL QUERY WHERE user = 'app'",
    'SELECT * FROM system.processes',
    'SELECT * FROM system.query_log',
    'SYSTEM STOP LISTEN HTTP',
  ])('may not %s', async (query) => {
    expect(await codeOf(engine.readerUrl, query)).toMatch(/^(497|164|60|358|62|1)$/);
  });

  it('may not raise its own limits', async () => {
    expect(await codeOf(engine.readerUrl, 'SELECT 1', { readonly: '0' })).toBe('164');
    expect(await codeOf(engine.readerUrl, 'SELECT 1', { max_execution_time: 31 })).toBe('452');
    expect(await codeOf(engine.readerUrl, 'SELECT 1', { max_memory_usage: '500000001' })).toBe('452');
    expect(await codeOf(engine.readerUrl, 'SELECT 1', { max_execution_time: 30 })).toBeNull();
    expect(await codeOf(engine.readerUrl, 'SET readonly = 0')).toBe('164');
  });

  it('a query ends at its time and at its memory, and the next one is served', async () => {
    const slow =
      'SELECT sleepEachRow(0.1) FROM numbers(1000) SETTINGS max_block_size = 1, max_execution_time = 1 FORMAT Null';
    expect(await codeOf(engine.readerUrl, slow)).toBe('159');
    expect(
      await codeOf(engine.readerUrl, 'SELECT groupArray(toString(number)) FROM numbers(1000000000) FORMAT Null'),
    ).toBe('241');
    expect(await ask(engine.readerUrl, 'SELECT count() AS n FROM t')).toEqual([{ n: 1000 }]);
  });

  it('a query ends with its connection', async () => {
    const running = async () =>
      (await ask(engine.appUrl, "SELECT 1 FROM system.processes WHERE user = 'reader'")).length;
    const abort = new AbortController();
    const headers = basic('reader', engine.credentials.readerPassword);
    const body = 'SELECT sleepEachRow(0.1) FROM system.numbers SETTINGS max_block_size = 1 FORMAT Null';
    const query = fetch(`http://127.0.0.1:${engine.port}/`, { method: 'POST', headers, body, signal: abort.signal });
    const failed = query.catch((error: unknown) => error);
    await expect.poll(running, { timeout: 5_000 }).toBe(1);
    abort.abort();
    expect(await failed).toBeInstanceOf(Error);
    await expect.poll(running, { timeout: 2_000 }).toBe(0);
  });
});
