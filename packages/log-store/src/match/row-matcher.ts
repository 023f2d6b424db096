// A selection's search and filters on one row, without the store: what the live tail shows is what a query would find.
import type { LogSelection } from '@sazabi/contract';
import { createFilterMatcher, type RowMatcher } from './match-filter.ts';
import { createSearchMatcher } from './match-search.ts';

export type { RowMatcher } from './match-filter.ts';

/** @param nowMs what relative times of filters count from */
export function createRowMatcher(
  { search, filters }: Pick<LogSelection, 'search' | 'filters'>,
  nowMs: number,
): RowMatcher {
  const conditions: RowMatcher[] = filters.map((filter) => createFilterMatcher(filter, nowMs));
  if (search !== undefined) {
    const found = createSearchMatcher(search);
    conditions.push((row) => found(row.text('message')));
  }
  return (row) => conditions.every((holds) => holds(row));
}
