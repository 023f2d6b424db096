// Search in the message: whole words without case, or an exact substring.
import type { ClickHouseSettings } from '@clickhouse/client';
import { type LogSearch, searchWords } from '@sazabi/contract';
import { bound, join, type Sql, sql } from './sql.ts';

/** RE2's classes of the same word characters that `searchWords` splits by; `\w` and `\b` know ASCII only. */
const WORD_BEGIN = '(?:^|[^\\pL\\pM\\pN_])';
const WORD_END = '(?:[^\\pL\\pM\\pN_]|$)';
const BETWEEN_WORDS = '[^\\pL\\pM\\pN_]+';
const ASCII = /[A-Za-z0-9_]+/g;
/** What is no ASCII letter in another case; ſ and the Kelvin sign are. */
const BEYOND_ASCII = /[^\p{ASCII}\u017f\u212a]/u;

/**
 * People search the same logs again and again, and count what they find: messages stay as they were read, where they are of a million
 * rows at most. A second search of 500 000 rows takes 0.45 of the CPU, as the rest is ZSTD; one that finds none of them takes 1.05.
 */
export function searchSettings(search: LogSearch | undefined): ClickHouseSettings {
  return search === undefined ? {} : { use_uncompressed_cache: 1 };
}

/** The condition of a search. */
export function searchCondition(search: LogSearch): Sql {
  if (search.mode === 'substring') return sql`position(message, ${bound('String', search.query)}) > 0`;
  const words = [...new Set(searchWords(search.query))];
  switch (search.mode) {
    case 'all':
      return sql`(${join(
        words.map((word) => messageHas([word])),
        ' AND ',
      )})`;
    case 'any':
      return sql`(${join(
        words.map((word) => messageHas([word])),
        ' OR ',
      )})`;
    case 'phrase':
      return messageHas(searchWords(search.query));
  }
}

/**
 * The words one after the other. They consist of letters, digits and `_`, so they need no escaping in the pattern. The
 * search for their ASCII parts' bytes comes first: of 51 MB without them that takes 10 to 13 CPU-ms, the pattern 300.
 * Words of other letters alone are in no message of ASCII alone, which is seen as fast.
 */
function messageHas(words: readonly string[]): Sql {
  const pattern = `(?i)${WORD_BEGIN}${words.join(BETWEEN_WORDS)}${WORD_END}`;
  const parts = asciiParts(words).map(holdsBytes);
  const isBeyond = parts.length === 0 && words.some((word) => BEYOND_ASCII.test(word));
  const probes = isBeyond ? [sql`NOT isValidASCII(message)`] : parts;
  return sql`(${join([...probes, sql`match(message, ${bound('String', pattern)})`], ' AND ')})`;
}

/** The longest ASCII part of each word that has one. It is looked for in ASCII alone, so that the Kelvin sign is no k. */
export function asciiParts(words: readonly string[]): readonly string[] {
  const parts = words.map((word) => {
    return (word.match(ASCII) ?? []).reduce((longest, part) => (part.length > longest.length ? part : longest), '');
  });
  return [...new Set(parts)].filter((part) => part !== '');
}

/** lower() knows ASCII's letters alone, as this is to. positionCaseInsensitive() takes twice as long. */
function holdsBytes(part: string): Sql {
  return sql`position(lower(message), ${bound('String', part.toLowerCase())}) > 0`;
}
