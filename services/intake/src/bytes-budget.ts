// A count of bytes held in memory that refuses to pass its limit, and what one of many may take of it.
import { BUDGET_SHARE_OF_FREE } from './limits.ts';

export interface BytesRoom {
  /** Whether `bytes` more would fit now. */
  fits(bytes: number): boolean;
  /** Takes `bytes` where they fit; false and unchanged where they do not. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

export interface BytesBudget extends BytesRoom {
  readonly bytesMax: number;
  readonly usedBytes: number;
  /** Takes `bytes` even past the limit: for what was let in by `fits` and has turned out larger. */
  charge(bytes: number): void;
}

/** A budget of `bytesMax` with nothing taken. */
export function createBytesBudget(bytesMax: number): BytesBudget {
  // Its count is a property, not a getter: V8 keeps an object literal with getters as a table, and each call of it is a search there.
  const budget = {
    bytesMax,
    usedBytes: 0,
    fits: (bytes: number) => budget.usedBytes + bytes <= bytesMax,
    take(bytes: number) {
      if (budget.usedBytes + bytes > bytesMax) return false;
      budget.usedBytes += bytes;
      return true;
    },
    charge(bytes: number) {
      budget.usedBytes += bytes;
    },
    give(bytes: number) {
      budget.usedBytes -= bytes;
      if (budget.usedBytes < 0) throw new Error('a bytes budget was given more than was taken of it');
    },
  };
  return budget;
}

/**
 * What one of many may have of a budget: {@link BUDGET_SHARE_OF_FREE} times what is left. So one alone gets three quarters, two
 * together six sevenths, and there is always room for whoever holds little (dynamic thresholds: Choudhury and Hahne, IEEE/ACM
 * Transactions on Networking 6, 1998). Its bytes are the budget's, too.
 */
export function createBudgetShare(budget: BytesBudget): BytesRoom {
  let usedBytes = 0;
  const fits = (bytes: number) =>
    usedBytes + bytes <= BUDGET_SHARE_OF_FREE * (budget.bytesMax - budget.usedBytes - bytes);
  return {
    fits,
    take(bytes) {
      if (!fits(bytes) || !budget.take(bytes)) return false;
      usedBytes += bytes;
      return true;
    },
    give(bytes) {
      usedBytes -= bytes;
      budget.give(bytes);
    },
  };
}
