// What the log says of failures: whose they are and where, never what a user wrote.
import { once } from 'node:events';
import { connect } from 'node:net';
import { createLogger } from '@sazabi/lifecycle';
import { afterEach, expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import { type App, createApp } from './app.ts';

let app: App;
afterEach(() => app.close());

async function start(): Promise<{ port: number; log: () => string }> {
  let log = '';
  const stream = {
    write: (line: string) => {
      log += line;
    },
  };
  const config = parseConfig({ CLICKHOUSE_URL: 'http://x@127.0.0.1:9/x' });
  app = createApp(config, createLogger('test', 'debug', stream));
  // As ClickHouse tells of a bound value that it cannot parse.
  app.get('/quoting', async () => {
    throw Object.assign(new Error('Value s3cret cannot be parsed\n    at s3cret'), { code: '457' });
  });
  app.post('/body', async () => ({ data: 1 }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const address = app.server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, log: () => log };
}

it('logs an unexpected error by class, code and frames, without its message', async () => {
  const { port, log } = await start();
  const response = await fetch(`http://127.0.0.1:${port}/quoting`);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('s3cret');
  const line: unknown = JSON.parse(log());
  expect(line).toMatchObject({ event: 'request_failed', error: 'Error', code: '457', route: '/quoting' });
  expect(log()).toContain('failures.test.ts');
  expect(log()).not.toContain('s3cret');
});

it('a client that goes in the middle of its body is no failure of ours', async () => {
  const { port, log } = await start();
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const asked = once(app.server, 'request');
  socket.write('POST /body HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{');
  await asked;
  socket.destroy();
  await expect.poll(log).toContain('asker_gone');
  expect(log()).not.toContain('request_failed');
});
