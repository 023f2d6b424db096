// A query ends at the store when its asker has gone.
import type { FastifyReply } from 'fastify';

/** Aborted when the connection closes before the answer is written. */
export function askerGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
