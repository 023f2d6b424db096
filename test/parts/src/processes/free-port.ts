// Ports that stay free while their server is down.
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below what Linux (32768) and others give to outgoing connections: a server that was killed finds its port again, where else a
 * connection of anyone, even a client's to that very port, could have been given it.
 */
const LOWEST = 15_000;
const HIGHEST = 32_000;
const ATTEMPTS = 50;

/** A port of 127.0.0.1 that nobody listens on now. */
export async function chooseFreePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port between ${LOWEST} and ${HIGHEST} in ${ATTEMPTS} attempts.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true });
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}
