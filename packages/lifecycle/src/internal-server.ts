// The operator's HTTP port of a service: /healthz and /readyz for probes; /metrics and the service's calls behind the token.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Gauge, type Registry } from 'prom-client';
import { StartupError } from './startup-error.ts';

/** Asked by orchestrators, which hold no token; they tell no more than whether and why not. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

export interface InternalServerOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Where the port was set, for what is said where it is taken. */
  readonly portVariable: string;
  /** Where set, callers must send `Authorization: Bearer <token>`, but for probes. */
  readonly token: string | undefined;
  readonly metrics: Registry;
  /** Why the service is not ready, or null when it is. */
  readonly notReady: () => Promise<string | null> | string | null;
  /**
   * More calls of the service, by method and path (`POST /internal/keys`; `GET /internal/dead-letters/*` takes whatever begins
   * like that); behind the token like the metrics.
   */
  readonly routes?: Readonly<Record<string, InternalRoute>>;
}

export type InternalRoute = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

export interface InternalServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens. @throws StartupError when the port cannot be had */
export async function startInternalServer(options: InternalServerOptions): Promise<InternalServer> {
  new Gauge({
    name: 'sazabi_ready',
    help: '1 while /readyz says ok.',
    registers: [options.metrics],
    async collect() {
      this.set((await options.notReady()) === null ? 1 : 0);
    },
  });
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body);
    const path = request.url?.split('?')[0] ?? '';
    if (!PROBES.has(path) && !tokenMatches(request, options.token))
      return answer(401, 'text/plain', 'INTERNAL_TOKEN needed as Bearer token\n');
    const route = routeOf(options.routes ?? {}, `${request.method} ${path}`);
    if (route !== undefined) return await route(request, response);
    switch (path) {
      case '/metrics':
        return answer(200, options.metrics.contentType, await options.metrics.metrics());
      case '/healthz':
        return answer(200, 'text/plain', 'ok\n');
      case '/readyz': {
        const reason = await options.notReady();
        return answer(reason === null ? 200 : 503, 'text/plain', `${reason ?? 'ok'}\n`);
      }
      default:
        return answer(404, 'text/plain', 'not found\n');
    }
  };
  const server = createServer((request, response) => {
    // A call that fails ends alone, not the service.
    handle(request, response).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end('internal error\n');
    });
  });
  // The key feed's request lasts as long as the intake lives; Node would end it after 5 minutes.
  server.requestTimeout = 0;
  const url = await listen(server, options);
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The call with this very name, or the one whose `*` stands for the rest of it. */
function routeOf(routes: Readonly<Record<string, InternalRoute>>, call: string): InternalRoute | undefined {
  if (Object.hasOwn(routes, call)) return routes[call];
  const wildcard = Object.keys(routes).find((name) => name.endsWith('/*') && call.startsWith(name.slice(0, -1)));
  return wildcard === undefined ? undefined : routes[wildcard];
}

/** Whether the request carries the token, compared in constant time; true where none is set. */
export function tokenMatches(request: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) return true;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`));
}

/** Listens and gives the address. @throws StartupError that names the port and why it cannot be had */
function listen(server: Server, { host, port, portVariable }: InternalServerOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `is in use: stop what listens there or set another ${portVariable}`
          : `cannot be listened on (${error.code})`;
      reject(new StartupError(`Port ${port} on ${host} ${why}.`, { cause: error }));
    });
    server.listen(port, host, () => {
      const { address, family, port: bound } = server.address() as AddressInfo;
      resolve(`http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`);
    });
  });
}
