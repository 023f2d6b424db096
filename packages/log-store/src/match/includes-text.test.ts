import { LOG_LIMITS } from '@sazabi/log-record';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { textSearch } from './includes-text.ts';

/** Twenty such searches took 14 s. */
const SEARCH_MS_MAX = 5_000;

it('a long part is found where it is', () => {
  const filler = 'ab'.repeat(126);
  const letters = fc.array(fc.constantFrom('a', 'b', 'ab', 'é'), { maxLength: 12 }).map((all) => all.join(''));
  fc.assert(
    fc.property(letters, letters, letters, (before, end, after) => {
      const part = `${filler}${end}`;
      for (const text of [`${before}${part}${after}`, `${before}${filler}${after}`, `${before}${filler}ab${end}`, ''])
        expect(textSearch(part)(text)).toBe(text.includes(part));
    }),
  );
});

it('repeats cost no more than other text', () => {
  const has = textSearch(`${'a'.repeat(2048)}b${'a'.repeat(2047)}`);
  const text = 'a'.repeat(LOG_LIMITS.logBytesMax);
  const beganMs = performance.now();
  for (let count = 0; count < 20; count++) expect(has(text)).toBe(false);
  expect(performance.now() - beganMs).toBeLessThan(SEARCH_MS_MAX);
});
