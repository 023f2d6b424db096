// What answers that nobody reads may cost: over real sockets, at small limits.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createLogger } from '@sazabi/lifecycle';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseConfig } from '../config.ts';
import { boundWaitingAnswers } from './answers.ts';
import { type App, createApp } from './app.ts';
import { limitConnections } from './connections.ts';

/** More than the kernel's buffers of a loopback connection take. */
const PAGE = 'x'.repeat(16_000_000);
const failureSchema = z.object({ error: z.object({ code: z.string(), requestId: z.string() }) });

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(change: (app: App) => void): Promise<{ app: App; port: number }> {
  const app = createApp(parseConfig({ CLICKHOUSE_URL: 'http://x@127.0.0.1:9/x' }), createLogger('test', 'silent'));
  change(app);
  app.get('/page', async (_, reply) => reply.type('application/json').send(PAGE));
  app.get('/small', async () => ({ data: 1 }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  closers.push(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  const address = app.server.address();
  return { app, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

/** A client that asks and never reads. */
async function askAndNeverRead(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  closers.push(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write('GET /page HTTP/1.1\r\nHost: x\r\n\r\n');
  return socket;
}

describe('answers that nobody reads', () => {
  it('are bounded: a large one more is a 503, small ones are answered, and room comes back', async () => {
    const { port } = await start((app) => boundWaitingAnswers(app, 20_000_000));
    const page = () => fetch(`http://127.0.0.1:${port}/page`);
    const unread = await askAndNeverRead(port);
    const status = async () => {
      const response = await page();
      await response.text();
      return response.status;
    };
    await expect.poll(status).toBe(503);
    const refused = await page();
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(failureSchema.parse(await refused.json()).error.code).toBe('SERVICE_UNAVAILABLE');
    expect((await fetch(`http://127.0.0.1:${port}/small`)).status).toBe(200);
    unread.destroy();
    await expect.poll(status).toBe(200);
  });

  it('are let go when their connection stands still', async () => {
    const { app, port } = await start((made) => limitConnections(made.server, { idleMs: 300 }));
    const connections = () => new Promise((resolve) => app.server.getConnections((_, count) => resolve(count)));
    await askAndNeverRead(port);
    await expect.poll(connections).toBe(1);
    await expect.poll(connections).toBe(0);
  });
});

it('closes connections past the limit', async () => {
  const { port } = await start((app) => limitConnections(app.server, { connectionsMax: 1 }));
  await askAndNeverRead(port);
  await expect(fetch(`http://127.0.0.1:${port}/small`)).rejects.toThrow();
});
