// The search of a selection, in JavaScript: the same verdicts as query/search.ts gives through ClickHouse.
import { type LogSearch, searchWords } from '@sazabi/contract';

const WORD_BEGIN = '(?:^|[^\\p{L}\\p{M}\\p{N}_])';
const WORD_END = '(?:[^\\p{L}\\p{M}\\p{N}_]|$)';
const BETWEEN_WORDS = '[^\\p{L}\\p{M}\\p{N}_]+';
const ASCII_WORD = /^[A-Za-z0-9_]+$/;

/** Whether a message holds what is searched for. */
export function createSearchMatcher({ query, mode }: LogSearch): (message: string) => boolean {
  if (mode === 'substring') {
    const part = query.toWellFormed();
    return (message) => message.includes(part);
  }
  const words = searchWords(query);
  if (mode === 'phrase') return hasWords(words);
  const each = [...new Set(words)].map((word) => hasWords([word]));
  return mode === 'all'
    ? (message) => each.every((has) => has(message))
    : (message) => each.some((has) => has(message));
}

/**
 * The words one after the other. An ASCII word is looked for in ASCII alone first, as the store does (there it saves time): so
 * the Kelvin sign is no k. Without the flag `u` case is folded within ASCII only.
 */
function hasWords(words: readonly string[]): (message: string) => boolean {
  const probes = words.filter((word) => ASCII_WORD.test(word)).map((word) => new RegExp(word, 'i'));
  const pattern = new RegExp(`${WORD_BEGIN}${words.join(BETWEEN_WORDS)}${WORD_END}`, 'iu');
  return (message) => probes.every((probe) => probe.test(message)) && pattern.test(message);
}
