import { LOG_LIMITS } from '@sazabi/log-record';
import { describe, expect, it } from 'vitest';
import { createSearchMatcher } from './match-search.ts';

/** One pattern of all words took 13 s; a matcher that reads each word once takes a tenth of one. */
const MATCH_MS_MAX = 3_000;

describe('the search of a tail', () => {
  it('reads a message once, whatever is searched for: a tail holds up all others of the process', () => {
    const search = createSearchMatcher({ mode: 'phrase', query: `${'ж '.repeat(249)}b` });
    const nearly = `${'ж '.repeat(LOG_LIMITS.logBytesMax / 3 - 4)}c b`;
    const beganMs = performance.now();
    expect(search(nearly)).toBe(false);
    expect(performance.now() - beganMs).toBeLessThan(MATCH_MS_MAX);
    expect(search(`${nearly} ${'Ж '.repeat(300)}B`)).toBe(true);
  });

  it('finds a phrase that begins anew within its own beginning', () => {
    const search = createSearchMatcher({ mode: 'phrase', query: 'no no yes no no no' });
    expect(search('no no no yes NO no yes no, no: no!')).toBe(true);
    expect(search('no no no yes no no yes no no')).toBe(false);
  });
});
