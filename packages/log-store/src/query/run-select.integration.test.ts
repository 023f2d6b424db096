// Limits, aborts and a store that is gone, as the API's callers get to see them.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { ContractError } from '@sazabi/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLogStore } from '../open-log-store.ts';
import { startTestStore, type TestStore } from '../test-store.ts';
import { runSelect } from './run-select.ts';
import { bound, sql } from './sql.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
});
afterAll(() => store.close());

async function collect(rows: AsyncIterable<{ row: unknown }>): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for await (const { row } of rows) all.push(row);
  return all;
}

/** Would run for minutes. */
const SLOW = sql`SELECT sleepEachRow(0.1) FROM numbers(1000) SETTINGS max_block_size = 1`;

/** How many queries of the reader run at the server. */
async function readersQueries(): Promise<number> {
  const query = "SELECT count() AS n FROM system.processes WHERE user = 'reader'";
  const result = await store.app.query({ query, format: 'JSONEachRow' });
  return Number((await result.json<{ n: string }>())[0]?.n);
}

describe('runSelect', () => {
  it('tells of the time limit', async () => {
    const select = sql`SELECT sleepEachRow(0.5) FROM numbers(1000) SETTINGS max_execution_time = 1, max_block_size = 1`;
    const error = await collect(runSelect(store.reader, select, {})).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ContractError);
    expect(error).toMatchObject({ code: 'QUERY_TIMEOUT', status: 504, message: expect.stringContaining('30 s') });
  });

  it('tells of the memory limit', async () => {
    const select = sql`SELECT groupArray(toString(number)) FROM numbers(1000000000)`;
    await expect(collect(runSelect(store.reader, select, {}))).rejects.toMatchObject({
      code: 'QUERY_TIMEOUT',
      message: expect.stringContaining('memory'),
    });
  });

  it('what the web server of the store refuses has a code for the log', async () => {
    const select = sql`SELECT length(${bound('String', 'long'.repeat(50_000))})`;
    await expect(collect(runSelect(store.reader, select, {}))).rejects.toMatchObject({
      code: '1000 HTML Form Exception',
    });
  });

  it('an abort ends the query at the server', async () => {
    const abort = new AbortController();
    const failed = collect(runSelect(store.reader, SLOW, { signal: abort.signal })).catch((reason: unknown) => reason);
    await expect.poll(readersQueries, { timeout: 5_000 }).toBe(1);
    abort.abort();
    expect(await failed).toBeInstanceOf(Error);
    await expect.poll(readersQueries, { timeout: 5_000 }).toBe(0);
  });

  it('ending the iteration early ends the query at the server', async () => {
    for await (const { row } of runSelect(store.reader, sql`${SLOW}, http_response_buffer_size = 0`, {})) {
      expect(row).toBeDefined();
      expect(await readersQueries()).toBe(1);
      break;
    }
    await expect.poll(readersQueries, { timeout: 5_000 }).toBe(0);
  });

  it('a store that is not there or not set up is unavailable, not our error', async () => {
    const gone = openLogStore('http://reader:x@127.0.0.1:1/sazabi', { application: 'test' });
    await expect(collect(runSelect(gone, sql`SELECT 1`, {}))).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      retryAfterSeconds: 1,
    });
    await gone.close();
    // Tables are made by the consumer's migrations, which may not have run yet.
    await expect(collect(runSelect(store.reader, sql`SELECT 1 FROM no_such_table`, {}))).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
  });

  it('asks once more where the connection was closed without an answer, and no third time', async () => {
    let cuts = 0;
    const proxy = createServer((socket) => {
      socket.on('error', () => undefined);
      if (cuts > 0) {
        cuts -= 1;
        socket.once('data', () => socket.resetAndDestroy());
        return;
      }
      const server = connect(store.engine.port, '127.0.0.1').on('error', () => undefined);
      socket.pipe(server).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const address = proxy.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const client = openLogStore(store.engine.readerUrl.replace(/:\d+\//, `:${port}/`), { application: 'test' });
    cuts = 1;
    expect(await collect(runSelect(client, sql`SELECT 1 AS one`, {}))).toEqual([{ one: 1 }]);
    await client.close();
    const other = openLogStore(store.engine.readerUrl.replace(/:\d+\//, `:${port}/`), { application: 'test' });
    cuts = 2;
    await expect(collect(runSelect(other, sql`SELECT 1`, {}))).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(cuts).toBe(0);
    await other.close();
    proxy.close();
  });

  it('an error that is our fault stays what it is', async () => {
    const error = await collect(runSelect(store.reader, sql`SELECT nonsense FROM logs`, {})).catch(
      (reason: unknown) => reason,
    );
    expect(error).not.toBeInstanceOf(ContractError);
    expect(error).toMatchObject({ code: '47' });
  });

  it('a store that hangs is unavailable when the time for an answer is over', async () => {
    const client = openLogStore(store.engine.readerUrl, { application: 'test', requestTimeoutMs: 500 });
    process.kill(store.engine.pid, 'SIGSTOP');
    const failed = await collect(runSelect(client, sql`SELECT 1`, {})).catch((reason: unknown) => reason);
    process.kill(store.engine.pid, 'SIGCONT');
    expect(failed).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 1 });
    await client.close();
  });

  it('a store that dies in the middle of an answer is unavailable', async () => {
    const reading = collect(runSelect(store.reader, sql`${SLOW}, http_response_buffer_size = 0`, {}));
    const failed = reading.catch((reason: unknown) => reason);
    await expect.poll(readersQueries, { timeout: 5_000 }).toBe(1);
    process.kill(store.engine.pid, 'SIGKILL');
    expect(await failed).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});
