// Ports of loopback: one that is free, or whether a given one is.
import { createServer } from 'node:net';
import { EngineStartError, portInUse } from './engine-start-error.ts';
import { LISTEN_HOST } from './limits.ts';

/**
 * The port itself, or any free one for 0; looked at before the engine starts, since a busy port would get the
 * password of our first probe.
 * @throws EngineStartError when it is taken, or cannot be had for another reason
 */
export function freePort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const { code } = error;
      if (code === 'EADDRINUSE') return reject(portInUse(port));
      const message = `Port ${port} for the embedded ClickHouse cannot be listened on (${code}).`;
      reject(new EngineStartError(message, { cause: error }));
    });
    server.listen(port, LISTEN_HOST, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}
