// What @clickhouse/client is patched for: a request waits for no timer, and still takes no socket whose time is over.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type ClickHouseClient, createClient } from '@clickhouse/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openLogStore } from './open-log-store.ts';

const IDLE_SOCKET_MS = 20;

let server: Server;
let url: string;
/** Connections that the server has seen. */
let connections: number;

beforeEach(async () => {
  connections = 0;
  server = createServer((_, response) => response.end('1\n')).on('connection', () => {
    connections++;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  url = `http://reader:x@127.0.0.1:${address === null || typeof address === 'string' ? 0 : address.port}/sazabi`;
});
afterEach(async () => {
  vi.useRealTimers();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const ask = async (client: ClickHouseClient) =>
  await (await client.query({ query: 'SELECT 1', format: 'TabSeparated' })).text();

it('a request waits for no timer', async () => {
  const client = openLogStore(url, { application: 'test' });
  // None of them comes.
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  expect(await ask(client)).toBe('1\n');
  await client.close();
});

it('a socket that is idle for too long, which nobody has had time to close, is not taken', async () => {
  const client = createClient({ url, keep_alive: { idle_socket_ttl: IDLE_SOCKET_MS } });
  await ask(client);
  const busyUntilMs = performance.now() + 3 * IDLE_SOCKET_MS;
  while (performance.now() < busyUntilMs);
  await ask(client);
  expect(connections).toBe(2);
  await client.close();
});
