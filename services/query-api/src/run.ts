// Wires the query API together, top to bottom.
import { openBus } from '@sazabi/bus';
import { connectControlDb } from '@sazabi/control-db';
import {
  createLogger,
  type InternalRoute,
  type Logger,
  type Running,
  StartupError,
  startInternalServer,
} from '@sazabi/lifecycle';
import type { Config } from './config.ts';
import type { Context } from './context.ts';
import { keepChangesShort, prepareControlStore } from './control-store.ts';
import { type App, createApp } from './http/app.ts';
import { allowOrigins } from './http/cors.ts';
import { guardRoutes } from './http/guard.ts';
import { serveDocumentation } from './http/openapi.ts';
import { createOrganizationRoute } from './internal/create-organization.ts';
import { createSecretKeyRoute } from './internal/create-secret-key.ts';
import { deadLetterRoutes } from './internal/dead-letters.ts';
import { listOrganizationsRoute } from './internal/list-organizations.ts';
import { reconcileRoutes } from './internal/reconcile.ts';
import { createKeyFeed } from './key-feed/key-feed.ts';
import { createKeyUse } from './key-use.ts';
import { CLOSE_WAIT_MS } from './limits.ts';
import { keepMaintained } from './maintenance/maintenance.ts';
import { createApiMetrics } from './metrics.ts';
import { openOutside } from './outside.ts';
import { createQuerySlots } from './query-slots.ts';
import { createReadiness } from './readiness.ts';
import { registerRoutes } from './routes/routes.ts';
import { createTailMetrics } from './tail/tail-metrics.ts';
import { createTails } from './tail/tails.ts';
import { createTenancy } from './tenancy.ts';

/** Where all addresses are listened on, this machine reaches it by loopback. */
const WILDCARD_HOST = /\/\/(0\.0\.0\.0|\[::\]):/;

export interface RunningApi extends Running {
  readonly url: string;
  readonly internalUrl: string;
}

export interface Overrides {
  readonly logger?: Logger;
  /** Aborts when the stop comes before the start is done. */
  readonly stopping?: AbortSignal;
}

/**
 * Starts the API; resolves once the control store is there, and answers 503 until then. It serves keys even while ClickHouse
 * is not there.
 * @throws StartupError one line that says what to mend
 */
export async function run(config: Config, overrides: Overrides = {}): Promise<RunningApi> {
  const logger = overrides.logger ?? createLogger('query-api', config.logLevel);
  const db = await connectControlDb(config.databaseUrl);
  const { rateLimitMaxPerMinute: rateLimitCap } = config;
  let started = false;
  const isStarted = () => started;
  const closers: (() => Promise<void>)[] = [() => db.close()];
  const close = async () => {
    for (const closer of closers.reverse().splice(0)) await closer();
  };
  try {
    const keyUse = createKeyUse(db, logger);
    closers.push(() => keyUse.close());
    closers.push(keepChangesShort(db, logger));

    const outside = openOutside(config, logger, closers);
    const notReady = createReadiness(db, outside.logStore, isStarted);

    const feed = createKeyFeed(db, logger);
    const metrics = createApiMetrics(feed);
    const internal = await startInternalServer({
      ...config.internal,
      portVariable: 'INTERNAL_PORT',
      metrics: metrics.registry,
      notReady,
      routes: {
        'POST /internal/keys': onceStarted(isStarted, feed.serve),
        'POST /internal/organizations': onceStarted(isStarted, createOrganizationRoute(db, feed, logger)),
        'POST /internal/secret-keys': onceStarted(isStarted, createSecretKeyRoute(db, logger)),
        'GET /internal/organizations': listOrganizationsRoute(db, logger),
        ...deadLetterRoutes(outside, logger),
        ...reconcileRoutes(outside, logger),
      },
    });
    closers.push(async () => {
      await feed.close();
      await internal.close();
    });

    let publicUrl = config.publicUrl;
    const dashboardOrigin = () => (publicUrl === undefined ? '' : new URL(publicUrl).origin);
    const tenancy = createTenancy(db, keyUse, dashboardOrigin);
    const querySlots = createQuerySlots();
    const tails = createTails({
      openBus: () => openBus(config.bus.url, { ...config.bus, logger }),
      tenancy,
      logger,
      metrics: createTailMetrics(metrics.registry),
      querySlots,
      logStore: outside.logStore,
    });
    const context: Context = {
      db,
      feed,
      ...outside,
      tenancy,
      tails,
      querySlots,
      rateLimitCap,
      notReady,
    };
    const app = createApp(config, logger);
    metrics.observe(app);
    allowOrigins(app, dashboardOrigin);
    guardRoutes(app, { tenancy, rateLimitCap, liveReplicas: feed.liveReplicas, isStarted });
    await serveDocumentation(app, { apiUrl: config.publicUrl ?? '/', intakeUrl: config.intakeUrl });
    registerRoutes(app, context);
    const url = await listen(app, config);
    closers.push(() => closeInTime(app));
    // First: an answer without end would hold up the stop.
    closers.push(() => tails.close());
    publicUrl ??= url.replace(WILDCARD_HOST, '//127.0.0.1:');

    await prepareControlStore(db, config, logger, overrides.stopping);
    closers.push(keepMaintained({ db, ...config.maintenance, logger, registry: metrics.registry }));
    feed.start();
    started = true;
    logger.info({ event: 'started', url, internalUrl: internal.url }, 'The query API listens.');
    const addresses = { url, internalUrl: internal.url };
    return { ...addresses, details: addresses, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Until the control store is there, what needs it is refused. */
function onceStarted(isStarted: () => boolean, route: InternalRoute): InternalRoute {
  return async (request, response) => {
    if (isStarted()) await route(request, response);
    else response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('starting\n');
  };
}

/** @throws StartupError that names the port and why it cannot be had */
async function listen(app: App, { host, port, tls }: Config): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why =
      code === 'EADDRINUSE'
        ? 'is in use: stop what listens there or set another API_PORT'
        : `cannot be listened on (${code})`;
    throw new StartupError(`Port ${port} on ${host} ${why}.`, { cause: error });
  }
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  const scheme = tls === null ? 'http' : 'https';
  return `${scheme}://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}

/** Answers what is under way, for a bounded time. */
async function closeInTime(app: App): Promise<void> {
  const deadline = setTimeout(() => app.server.closeAllConnections(), CLOSE_WAIT_MS);
  await app.close();
  clearTimeout(deadline);
}
