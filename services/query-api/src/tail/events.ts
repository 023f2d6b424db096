// Events as they travel: the form of server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html.
// Written here rather than by a library: rows are framed once for all tails that show them, and what waits is counted in bytes.
import type { ContractError } from '@sazabi/contract';
import { failure } from '@sazabi/contract';
import type { TailLagged } from '@sazabi/contract/schemas';
import { TAIL_RETRY_MS } from '../limits.ts';

/** JSON has no line breaks, so `data` is one line. */
function event(type: string, id: string | null, data: unknown): Buffer {
  return Buffer.from(`event: ${type}\n${id === null ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`);
}

export const logEvent = (id: string, row: unknown): Buffer => event('log', id, row);

export const laggedEvent = (id: string, lagged: TailLagged): Buffer => event('lagged', id, lagged);

/** The last of a tail that is ended by us: the error that a call would now be answered with. */
export const errorEvent = (error: ContractError, requestId: string): Buffer =>
  event('error', null, failure(error, requestId).error);

/** The first bytes: a client sees that the tail is open, where it stands, and how soon to come back when it is cut. */
export const opening = (id: string): Buffer => Buffer.from(`: open\nretry: ${TAIL_RETRY_MS}\nid: ${id}\n\n`);

/** A comment; the id moves a client's position on without an event, since nothing is dispatched where there is no data. */
export const heartbeat = (id: string): Buffer => Buffer.from(`: heartbeat\nid: ${id}\n\n`);
