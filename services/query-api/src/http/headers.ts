// Headers and query as texts, whatever Node made of repeated ones.
import type { FastifyRequest } from 'fastify';

/** Of a header sent twice the first counts. */
export function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

/** All values of a header, so that two different keys are seen as two. */
export function joined(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(',') : header;
}

/** `?key=`: never taken, but whoever sends a key there is told. */
export function queryKeyOf(request: FastifyRequest): string | undefined {
  return new URLSearchParams(request.url.split('?')[1]).get('key') ?? undefined;
}
