// A free port, chosen before the process that will listen on it starts, so that it stays the same over its restarts.
import { createServer } from 'node:net';
import { StartupError } from './startup-error.ts';

/** Below the range that systems take for outgoing connections (32768 and up), which would take it while its owner restarts. */
const FIRST_PORT = 15_000;
const PORTS = 15_000;
const ATTEMPTS_MAX = 100;

/** A port is free until its process listens, so chosen anew it might be given twice. */
const given = new Set<number>();

/**
 * A port on `host` that nothing listens on now, and another one at each call.
 * @param reserved for others, who do not listen yet
 * @throws StartupError when none of a hundred tries is free, or `host` is none of ours
 */
export async function chooseFreePort(host: string, reserved: readonly number[] = []): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    // From anywhere: of two processes that choose one after the other, one may come to what the other has chosen.
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (given.has(port) || reserved.includes(port)) continue;
    given.add(port);
    if (await isFree(host, port)) return port;
  }
  throw new StartupError(`No free port found on ${host}: set the ports yourself.`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else
        reject(
          new StartupError(`${host} cannot be listened on (${error.code}): set HOST to an address of this machine.`),
        );
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
