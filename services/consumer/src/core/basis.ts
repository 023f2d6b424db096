// What inserts rest on: a look-up, its session, and how far the tokens of that session have been found spent.
import type { Id, LookUp, Machine } from './effects.ts';
import { perform } from './effects.ts';
import { insist, type Patience } from './patience.ts';
import { isDone, type StorableRecord } from './range.ts';

export interface Basis {
  readonly found: LookUp;
  /**
   * Per first record: tokens that were acknowledged in this session and yet left nothing. Never carried into another
   * session: a server that has restarted may have forgotten them, and two consumers must not begin at different tokens.
   */
  readonly spentTokens: ReadonlyMap<Id, number>;
}

/** Looks up these records in a new session; waits until the store answers. */
export function* lookUpAnew(patience: Patience, records: readonly StorableRecord[]): Machine<Basis> {
  const found = yield* insist(patience, { kind: 'look-up', records, session: null });
  return { found, spentTokens: new Map() };
}

/**
 * Looks up again in the same session, after inserts that began with `firsts` were acknowledged and not found. Those that are
 * still not there have spent their token: the next in the chain is due. Null where the session is gone: all begins anew.
 */
export function* lookUpSpent(
  basis: Basis,
  records: readonly StorableRecord[],
  firsts: readonly StorableRecord[],
): Machine<Basis | null> {
  const found = yield* perform({ kind: 'look-up', records, session: basis.found.session });
  if (found.kind === 'failed') return null;
  const spentTokens = new Map(basis.spentTokens);
  for (const first of firsts) {
    if (!isDone(first, found.known)) spentTokens.set(first.id, tokensSpent(basis, first) + 1);
  }
  return { found, spentTokens };
}

export function tokensSpent(basis: Basis, first: StorableRecord): number {
  return basis.spentTokens.get(first.id) ?? 0;
}

/**
 * The token of any insert that begins with this record: `batch_id`, then `batch_id#1` and on. Not the insert's extent: of
 * all inserts that begin with one record the store takes one.
 */
export function tokenOf(basis: Basis, first: StorableRecord): string {
  const spent = tokensSpent(basis, first);
  return spent === 0 ? first.id : `${first.id}#${spent}`;
}
