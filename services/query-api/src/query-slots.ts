// How many queries of an organization run at once: past the limit they are refused, not queued.
import { tooManyRequests } from './http/guard.ts';
import { QUERIES_AT_ONCE_MAX } from './limits.ts';

export interface QuerySlots {
  /** @throws ContractError RATE_LIMIT_EXCEEDED where the organization has its fill under way */
  run<T>(organizationId: string, query: () => Promise<T>): Promise<T>;
}

export function createQuerySlots(): QuerySlots {
  const running = new Map<string, number>();
  return {
    async run(organizationId, query) {
      const count = running.get(organizationId) ?? 0;
      if (count >= QUERIES_AT_ONCE_MAX)
        throw tooManyRequests(1, ` At most ${QUERIES_AT_ONCE_MAX} queries of an organization run at once.`);
      running.set(organizationId, count + 1);
      try {
        return await query();
      } finally {
        const left = (running.get(organizationId) ?? 1) - 1;
        if (left === 0) running.delete(organizationId);
        else running.set(organizationId, left);
      }
    },
  };
}
