// Pages of the dashboard's origin may call the API; no other.
import { RATE_LIMIT_HEADERS, REQUEST_ID_HEADER, SECRET_KEY_HEADER } from '@sazabi/contract';
import type { App } from './app.ts';

const EXPOSED = [REQUEST_ID_HEADER, 'retry-after', ...Object.values(RATE_LIMIT_HEADERS)].join(', ');
const ALLOWED_HEADERS = [SECRET_KEY_HEADER, 'authorization', 'content-type', REQUEST_ID_HEADER].join(', ');
const ALLOWED_METHODS = 'GET, HEAD, POST, PATCH, DELETE, OPTIONS';
const PREFLIGHT_SECONDS = '86400';

/** @param dashboardOrigin asked at each request: with port 0 it is known only once the server listens */
export function allowDashboardOrigin(app: App, dashboardOrigin: () => string): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('vary', 'Origin');
    const { origin } = request.headers;
    if (origin === undefined || origin !== dashboardOrigin()) return;
    reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', EXPOSED);
    if (request.method !== 'OPTIONS') return;
    reply
      .header('access-control-allow-methods', ALLOWED_METHODS)
      .header('access-control-allow-headers', ALLOWED_HEADERS)
      .header('access-control-max-age', PREFLIGHT_SECONDS);
  });
}
