// Which pages may call the API and read its answers: the dashboard's, and those that the request's own key allows.
import { RATE_LIMIT_HEADERS, REQUEST_ID_HEADER, SECRET_KEY_HEADER } from '@sazabi/contract';
import type { FastifyReply } from 'fastify';
import type { App } from './app.ts';

const EXPOSED = [REQUEST_ID_HEADER, 'retry-after', ...Object.values(RATE_LIMIT_HEADERS)].join(', ');
const ALLOWED_HEADERS = [SECRET_KEY_HEADER, 'authorization', 'content-type', REQUEST_ID_HEADER, 'last-event-id'].join(
  ', ',
);
const ALLOWED_METHODS = 'GET, HEAD, POST, PATCH, DELETE, OPTIONS';
const PREFLIGHT_SECONDS = '86400';

/** Origins of web pages: not `null`, which sandboxed and local pages share. */
const WEB_ORIGIN = /^https?:\/\//;

/**
 * A preflight carries no key, so it is answered alike to any web page: it says nothing of which keys there are, costs no
 * look-up, and permits nothing by itself. The request that follows is judged by its key (`tenancy.ts`), and its
 * answer can be read by the dashboard and by origins that its key allows (`letPageRead`), never with credentials.
 * @param dashboardOrigin asked at each request: with port 0 it is known only once the server listens
 */
export function allowOrigins(app: App, dashboardOrigin: () => string): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('vary', 'Origin');
    const { origin } = request.headers;
    if (origin === undefined) return;
    const preflight = request.method === 'OPTIONS' && WEB_ORIGIN.test(origin);
    if (!preflight && origin !== dashboardOrigin()) return;
    letPageRead(reply, origin);
    if (!preflight) return;
    reply
      .header('access-control-allow-methods', ALLOWED_METHODS)
      .header('access-control-allow-headers', ALLOWED_HEADERS)
      .header('access-control-max-age', PREFLIGHT_SECONDS);
  });
}

/** Lets the page at `origin` read this answer. */
export function letPageRead(reply: FastifyReply, origin: string): void {
  reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', EXPOSED);
}
