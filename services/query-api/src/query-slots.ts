// How many queries of an organization run at once: past the limit they are refused, not queued.
import type { ServerResponse } from 'node:http';
import { tooManyRequests } from './http/guard.ts';
import { QUERIES_AT_ONCE_MAX } from './limits.ts';

export interface QuerySlots {
  /**
   * The slot is held until the answer has left or its connection is closed: a page that nobody reads stays in memory.
   * @throws ContractError RATE_LIMIT_EXCEEDED where the organization has its fill under way
   */
  run<T>(organizationId: string, response: ServerResponse, query: () => Promise<T>): Promise<T>;
  /** For what is no answer of its own: the slot is held during the query. @throws ContractError as `run` does */
  during<T>(organizationId: string, query: () => Promise<T>): Promise<T>;
}

export function createQuerySlots(): QuerySlots {
  const taken = new Map<string, number>();
  const release = (organizationId: string) => {
    const left = (taken.get(organizationId) ?? 1) - 1;
    if (left === 0) taken.delete(organizationId);
    else taken.set(organizationId, left);
  };
  const take = (organizationId: string) => {
    const count = taken.get(organizationId) ?? 0;
    if (count >= QUERIES_AT_ONCE_MAX)
      throw tooManyRequests(1, ` At most ${QUERIES_AT_ONCE_MAX} queries of an organization run at once.`);
    taken.set(organizationId, count + 1);
  };
  return {
    async during(organizationId, query) {
      take(organizationId);
      try {
        return await query();
      } finally {
        release(organizationId);
      }
    },
    async run(organizationId, response, query) {
      take(organizationId);
      try {
        const found = await query();
        whenAnswered(response, () => release(organizationId));
        return found;
      } catch (error) {
        release(organizationId);
        throw error;
      }
    },
  };
}

/**
 * Calls `then` once, when the answer has left or nobody is there to take it. The connection is asked as well: an answer
 * that waits behind another one on it is not told of its end.
 */
export function whenAnswered(response: ServerResponse, then: () => void): void {
  const { socket } = response.req;
  if (response.closed || response.destroyed || socket.destroyed) {
    then();
    return;
  }
  const done = () => {
    response.off('close', done);
    socket.off('close', done);
    then();
  };
  response.once('close', done);
  socket.once('close', done);
}
