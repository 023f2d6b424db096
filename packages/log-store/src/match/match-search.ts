// The search of a selection, in JavaScript: the same verdicts as query/search.ts gives through ClickHouse.
import { type LogSearch, searchWords } from '@sazabi/contract';
import { asciiParts } from '../query/search.ts';
import { foldCase } from './fold-case.ts';
import { textSearch } from './includes-text.ts';

const WORDS = /[\p{L}\p{M}\p{N}_]+/gu;

/** Whether a message holds what is searched for; in time that grows with the message, whatever the query. */
export function createSearchMatcher({ query, mode }: LogSearch): (message: string) => boolean {
  if (mode === 'substring') return textSearch(query.toWellFormed());
  const words = searchWords(query);
  switch (mode) {
    case 'phrase':
      return hasPhrase(words);
    case 'all':
      return hasAll(words);
    case 'any':
      return hasAny(words);
  }
}

/** The words one after the other: Knuth, Morris and Pratt, with words for letters. A pattern of all of them took seconds a message. */
function hasPhrase(words: readonly string[]): (message: string) => boolean {
  const wanted = words.map(foldCase);
  const probes = probesOf(words);
  const lengths = lengthsOf(wanted);
  const borders = bordersOf(wanted);
  return (message) => {
    if (!probes.every((probe) => probe.test(message))) return false;
    let matched = 0;
    for (const [word] of message.matchAll(WORDS)) {
      const folded = lengths.has(word.length) ? foldCase(word) : null;
      while (matched > 0 && wanted[matched] !== folded) matched = borders[matched - 1] ?? 0;
      if (wanted[matched] === folded) matched += 1;
      if (matched === wanted.length) return true;
    }
    return false;
  };
}

function hasAll(words: readonly string[]): (message: string) => boolean {
  const wanted = new Set(words.map(foldCase));
  const probes = probesOf(words);
  return (message) =>
    probes.every((probe) => probe.test(message)) && wordsFound(message, wanted, wanted.size).size === wanted.size;
}

function hasAny(words: readonly string[]): (message: string) => boolean {
  const each = [...new Set(words)].map((word) => ({ folded: foldCase(word), probes: probesOf([word]) }));
  return (message) => {
    const possible = each.filter(({ probes }) => probes.every((probe) => probe.test(message)));
    return possible.length > 0 && wordsFound(message, new Set(possible.map(({ folded }) => folded)), 1).size > 0;
  };
}

/** Those of the wanted that are words of the message; not looked for further once there are `enough`. */
function wordsFound(message: string, wanted: ReadonlySet<string>, enough: number): ReadonlySet<string> {
  const lengths = lengthsOf([...wanted]);
  const found = new Set<string>();
  for (const [word] of message.matchAll(WORDS)) {
    if (!lengths.has(word.length)) continue;
    const folded = foldCase(word);
    if (wanted.has(folded) && found.add(folded).size === enough) break;
  }
  return found;
}

/** What the store looks for first, as it changes what is found: without the flag `u` case is folded within ASCII only. */
function probesOf(words: readonly string[]): readonly RegExp[] {
  return asciiParts(words).map((part) => new RegExp(part, 'i'));
}

/** Folding keeps the length of a word. */
function lengthsOf(words: readonly string[]): ReadonlySet<number> {
  return new Set(words.map(({ length }) => length));
}

/** Of each beginning of the phrase, the longest shorter beginning that it ends with. */
function bordersOf(words: readonly string[]): readonly number[] {
  const borders = [0];
  let border = 0;
  for (const word of words.slice(1)) {
    while (border > 0 && words[border] !== word) border = borders[border - 1] ?? 0;
    if (words[border] === word) border += 1;
    borders.push(border);
  }
  return borders;
}
