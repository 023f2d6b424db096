// Words: texts that come again and again, each kept once, so that a look-up is mostly one comparison of sixteen bytes.
import { copyBytes, plainEnd, QUOTE, same } from './bytes.ts';
import {
  ATTRIBUTE_PLACES,
  ATTRIBUTES_MAX,
  LAST_WORDS,
  LAST_WORDS_END,
  NAME_PLACES,
  NAME_PLACES_END,
  SLOT_COUNT,
  SLOTS,
  TEXTS,
  TEXTS_END,
  WORD_BYTES,
  WORD_BYTES_MAX,
  WORD_FIELD,
  WORD_HASH,
  WORD_KEY_ROW,
  WORD_OBJECT_ROW,
  WORD_SEVERITY,
  WORD_SHIFT,
  WORD_TEXT,
  WORDS,
  WORDS_MAX,
} from './shared.ts';

/**
 * Slots that are looked at, from a word's own on: a word that finds none is not kept, so nobody gains by making hashes collide. Of
 * 16 one in 25 000 words found none free, in 3 of some 40 runs: its log was left to `JSON.parse`.
 */
const PROBES_MAX = 48;
/** Odd, with its ones all over: the upper half of a product with it depends on every bit. */
const FACTOR: u64 = 0x1e3779b97f4a7d;

let seed: u64 = 0;
let textsEnd: i32 = TEXTS;
/** Words that `forgetWords` keeps: the names of fields and the levels. */
let lasting: i32 = 0;
let lastingTextsEnd: i32 = TEXTS;
let wordCount: i32 = 0;
/** Whether a word was not kept for want of room. */
export let wordsFull = false;

/** Sets what nobody else may know: where hashes begin. */
export function seedHashes(low: i32, high: i32): void {
  seed = ((high as u64) << 32) | ((low as u64) & 0xffffffff);
}

/** Each half is multiplied by what nobody knows: by a known factor, a bit at the top changes the same bits whatever the seed is. */
function productOfHalves(hash: u64): u64 {
  return (hash & 0xffffffff) * (hash >> 32);
}

function hashOf(at: i32, bytes: i32): i32 {
  let hash = seed ^ (bytes as u64);
  while (bytes >= 8) {
    hash = productOfHalves(hash ^ load<u64>(at));
    at += 8;
    bytes -= 8;
  }
  if (bytes > 0) hash = productOfHalves(hash ^ (load<u64>(at) & ((1 << ((bytes as u64) << 3)) - 1)));
  return ((hash * FACTOR) >> 32) as i32;
}

/** Whether the word's text is the bytes at `at`. */
export function isWord(word: i32, at: i32, bytes: i32): bool {
  return load<i32>(word, WORD_BYTES) === bytes && same(load<i32>(word, WORD_TEXT), at, bytes);
}

/** The closing quote of the text that begins at `at` where that is the word's; else 0. */
export function wordEnd(word: i32, at: i32): i32 {
  const bytes = load<i32>(word, WORD_BYTES);
  const end = at + bytes;
  return load<u8>(end) === QUOTE && same(load<i32>(word, WORD_TEXT), at, bytes) ? end : 0;
}

/** The word of these bytes, or 0. */
export function findWord(at: i32, bytes: i32): i32 {
  return find(at, bytes, hashOf(at, bytes));
}

function find(at: i32, bytes: i32, hash: i32): i32 {
  for (let probe: i32 = 0; probe < PROBES_MAX; probe++) {
    const number = load<i32>(SLOTS + (((hash + probe) & (SLOT_COUNT - 1)) << 2));
    if (number === 0) return 0;
    const word: i32 = WORDS + ((number - 1) << WORD_SHIFT);
    if (load<i32>(word, WORD_HASH) === hash && isWord(word, at, bytes)) return word;
  }
  return 0;
}

/** The word of these bytes, which is kept where it is new; 0 where it is too long, or there is no room. */
export function wordOf(at: i32, bytes: i32): i32 {
  const hash = hashOf(at, bytes);
  const found = find(at, bytes, hash);
  if (found !== 0 || bytes > WORD_BYTES_MAX) return found;
  if (wordCount === WORDS_MAX || textsEnd + WORD_BYTES_MAX > TEXTS_END) {
    wordsFull = true;
    return 0;
  }
  for (let probe: i32 = 0; probe < PROBES_MAX; probe++) {
    const slot: i32 = SLOTS + (((hash + probe) & (SLOT_COUNT - 1)) << 2);
    if (load<i32>(slot) !== 0) continue;
    const word: i32 = WORDS + (wordCount << WORD_SHIFT);
    store<i32>(slot, ++wordCount);
    copyBytes(textsEnd, at, bytes);
    store<i32>(word, textsEnd, WORD_TEXT);
    store<i32>(word, bytes, WORD_BYTES);
    store<i32>(word, hash, WORD_HASH);
    store<i32>(word, 0, WORD_KEY_ROW);
    store<i32>(word, 0, WORD_OBJECT_ROW);
    store<u8>(word, 0, WORD_FIELD);
    store<u8>(word, 0, WORD_SEVERITY);
    textsEnd += (bytes + 15) & ~15;
    return word;
  }
  return 0;
}

/**
 * The closing quote of the text that begins at `at` where that is the word that stands at `place`, where the log before had it;
 * else 0.
 */
export function guessedEnd(at: i32, place: i32): i32 {
  const word: i32 = load<i32>(place);
  return word === 0 ? 0 : wordEnd(word, at);
}

/**
 * Reads the text that begins at `at` as a word, which stands at `place` from then on. Answers its closing quote; 0 where it has an
 * escape, is longer than `bytesMax`, or there is no room for it.
 */
export function readWord(at: i32, place: i32, bytesMax: i32): i32 {
  const end = plainEnd(at);
  if (end === 0 || end - at > bytesMax) return 0;
  const word = wordOf(at, end - at);
  if (word === 0) return 0;
  store<i32>(place, word);
  return end;
}

/** The word's number, in the order they came. */
export function numberOf(word: i32): i32 {
  return (word - WORDS) >> WORD_SHIFT;
}

/** Keeps the word for good, with what it means: a field's code + 1 and a severity, 0 = none. */
export function teachWord(at: i32, bytes: i32, field: u8, severity: u8): void {
  const word = wordOf(at, bytes);
  if (field !== 0) store<u8>(word, field, WORD_FIELD);
  if (severity !== 0) store<u8>(word, severity, WORD_SEVERITY);
  lasting = wordCount;
  lastingTextsEnd = textsEnd;
}

/** Makes room: only what was taught is kept. Numbers of other words mean nothing any more. */
export function forgetWords(): void {
  wordCount = lasting;
  textsEnd = lastingTextsEnd;
  wordsFull = false;
  memory.fill(SLOTS, 0, SLOT_COUNT << 2);
  memory.fill(NAME_PLACES, 0, NAME_PLACES_END << 2);
  memory.fill(ATTRIBUTE_PLACES, 0, (ATTRIBUTES_MAX + 1) << 2);
  memory.fill(LAST_WORDS, 0, LAST_WORDS_END << 2);
  for (let number: i32 = 0; number < lasting; number++) {
    const word: i32 = WORDS + (number << WORD_SHIFT);
    store<i32>(word, 0, WORD_KEY_ROW);
    store<i32>(word, 0, WORD_OBJECT_ROW);
    let slot: i32 = load<i32>(word, WORD_HASH);
    while (load<i32>(SLOTS + ((slot & (SLOT_COUNT - 1)) << 2)) !== 0) slot++;
    store<i32>(SLOTS + ((slot & (SLOT_COUNT - 1)) << 2), number + 1);
  }
}
