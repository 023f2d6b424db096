// Those who wait for something that all share: organizations have their turns one after the other, however many wait of each.

export interface FairQueue {
  push(organizationId: string, waiter: () => void): void;
  /** The one whose turn is next. */
  shift(): (() => void) | undefined;
  isEmpty(): boolean;
  hasOthersThan(organizationId: string): boolean;
}

export function createFairQueue(): FairQueue {
  /** In the order of their turns; none is empty. */
  const waiting = new Map<string, (() => void)[]>();
  return {
    push(organizationId, waiter) {
      const own = waiting.get(organizationId);
      if (own === undefined) waiting.set(organizationId, [waiter]);
      else own.push(waiter);
    },
    shift() {
      for (const [organizationId, own] of waiting) {
        const next = own.shift();
        waiting.delete(organizationId);
        if (own.length > 0) waiting.set(organizationId, own);
        return next;
      }
      return undefined;
    },
    isEmpty: () => waiting.size === 0,
    hasOthersThan: (organizationId) => waiting.size > (waiting.has(organizationId) ? 1 : 0),
  };
}
