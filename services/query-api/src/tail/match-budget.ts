// What matching costs by organization: one whose tails ask for much must not hold up the others, since all share one reading.
import { TAIL_ORGANIZATION_MATCH_MS } from '../limits.ts';

export interface MatchBudget {
  /** A tail more (1) or less (-1). */
  count(organizationId: string, tails: 1 | -1): void;
  /** Whether it has had its time and others have tails: alone, an organization holds up nobody. */
  isSpent(organizationId: string): boolean;
  spend(organizationId: string, ms: number): void;
  /** All have their time again: the reading has caught up. */
  renew(): void;
}

export function createMatchBudget(spentMsMax = TAIL_ORGANIZATION_MATCH_MS): MatchBudget {
  const tailsOf = new Map<string, number>();
  const spentMs = new Map<string, number>();
  return {
    count(organizationId, tails) {
      const count = (tailsOf.get(organizationId) ?? 0) + tails;
      if (count > 0) tailsOf.set(organizationId, count);
      else tailsOf.delete(organizationId);
    },
    isSpent: (organizationId) => tailsOf.size > 1 && (spentMs.get(organizationId) ?? 0) >= spentMsMax,
    spend: (organizationId, ms) => void spentMs.set(organizationId, (spentMs.get(organizationId) ?? 0) + ms),
    renew: () => spentMs.clear(),
  };
}
