// The sender of the cost measurements: what is not answered 202 ends it, or is counted where that is asked for.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { requestBytes, sendRequests } from './send-requests.ts';

let server: Server | undefined;
afterEach(() => server?.close().closeAllConnections());

/** Answers request after request with these in turn; null = ends the connection without one. */
async function answering(statuses: readonly (number | null)[]): Promise<{ port: number; heard(): number }> {
  let heard = 0;
  server = createServer((request, response) => {
    request.resume();
    const status = statuses[heard % statuses.length] ?? null;
    heard += 1;
    if (status === null) request.socket.destroy();
    else response.writeHead(status, { 'content-length': 2 }).end('{}');
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, heard: () => heard };
}

const sendTo = (port: number, count: number, notTaken?: () => void) =>
  sendRequests({
    host: '127.0.0.1',
    port,
    connections: 2,
    requests: [requestBytes(new URL(`http://127.0.0.1:${port}/v1/logs`), {}, Buffer.from('[]'))],
    from: 0,
    count,
    ...(notTaken === undefined ? {} : { notTaken }),
  });

it('ends with an error at the first answer other than 202, and at a connection that ends', async () => {
  const refusing = await answering([202, 503]);
  await expect(sendTo(refusing.port, 8)).rejects.toThrow('answered 503: {}');
  const ending = await answering([null]);
  await expect(sendTo(ending.port, 8)).rejects.toThrow();
});

it('goes on past refusals and ended connections, and counts each of them', async () => {
  const { port, heard } = await answering([202, 503, 202, null]);
  let others = 0;
  await sendTo(port, 40, () => {
    others += 1;
  });
  expect(heard()).toBe(40);
  expect(others).toBe(20);
});

it('ends with an error where nobody listens, though it counts', async () => {
  const { port } = await answering([202]);
  await new Promise((resolve) => server?.close(resolve));
  await expect(sendTo(port, 4, () => undefined)).rejects.toThrow('ECONNREFUSED');
});
