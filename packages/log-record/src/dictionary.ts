// The dictionary of a LowCardinality(String) column: the distinct values of one batch, in order of first sight, found by their
// UTF-8 bytes: what is read straight from a body never becomes a string.
import { randomBytes } from 'node:crypto';
import {
  clearStringColumn,
  createStringColumn,
  KEPT_BYTES_MAX,
  pushBytes,
  pushText,
  type StringColumn,
} from './string-column.ts';

export interface Dictionary {
  count: number;
  readonly keys: StringColumn;
  /** By index: the bytes of each key, where it ends in `keys`, and its hash. */
  keyBytes: Int32Array;
  keyEnds: Int32Array;
  hashes: Int32Array;
  /** Open addressing, a power of two: index + 1; 0 = free. */
  slots: Int32Array;
  /** Keys that found no slot near their own, by their bytes as latin1: whoever makes hashes collide gains nothing. */
  readonly crowded: Map<string, number>;
  /** By the number of a scanner's word: its index + 1; 0 = not asked for yet. And of which words those are the numbers. */
  wordIndexes: Int32Array;
  words: object | null;
  /** The text asked for last, as logs of one source follow each other, and its index; -1: none. */
  lastText: string;
  lastTextIndex: number;
}

const INITIAL_KEYS = 64;
const INITIAL_BYTES = 1024;
/** Slots for each key: more make more of the look-ups end at once, and a batch begins with clearing them. */
const SLOTS_PER_KEY = 2;
/** Slots that are looked at, from a key's own on. */
const PROBES_MAX = 16;
/** FNV-1a (draft-eastlake-fnv, 32 bits) with a start that nobody else knows, and its prime. */
const HASH_START = randomBytes(4).readInt32LE();
const HASH_PRIME = 0x01000193;

/** An empty dictionary. */
export function createDictionary(): Dictionary {
  return {
    count: 0,
    keys: createStringColumn(INITIAL_BYTES),
    keyBytes: new Int32Array(INITIAL_KEYS),
    keyEnds: new Int32Array(INITIAL_KEYS),
    hashes: new Int32Array(INITIAL_KEYS),
    slots: new Int32Array(INITIAL_KEYS * SLOTS_PER_KEY),
    crowded: new Map(),
    wordIndexes: new Int32Array(INITIAL_KEYS),
    words: null,
    lastText: '',
    lastTextIndex: -1,
  };
}

/** Where the key's bytes begin in `keys`. */
function keyStart(dictionary: Dictionary, index: number): number {
  return (dictionary.keyEnds[index] ?? 0) - (dictionary.keyBytes[index] ?? 0);
}

/** Whether the key of this index is the bytes of `bytes` from `start` to `end`. */
function keyEquals(dictionary: Dictionary, index: number, bytes: Uint8Array, start: number, end: number): boolean {
  if (dictionary.keyBytes[index] !== end - start) return false;
  const known = dictionary.keys.bytes;
  let at = keyStart(dictionary, index);
  for (let from = start; from < end; from++) if (known[at++] !== bytes[from]) return false;
  return true;
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = HASH_START;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), HASH_PRIME);
  // The lowest bits of FNV depend on the lowest of each byte alone.
  return hash ^ (hash >>> 15);
}

function textAt(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/** The index of the bytes, or -1. */
function find(dictionary: Dictionary, bytes: Uint8Array, start: number, end: number, hash: number): number {
  const { slots } = dictionary;
  const mask = slots.length - 1;
  for (let probe = 0; probe < PROBES_MAX; probe++) {
    const index = (slots[(hash + probe) & mask] ?? 0) - 1;
    if (index < 0) return -1;
    if (dictionary.hashes[index] === hash && keyEquals(dictionary, index, bytes, start, end)) return index;
  }
  return dictionary.crowded.size === 0 ? -1 : (dictionary.crowded.get(textAt(bytes, start, end)) ?? -1);
}

/** Gives the key `index`, whose bytes stand at the end of `keys`, its slot. */
function place(dictionary: Dictionary, index: number, hash: number): void {
  const { slots } = dictionary;
  const mask = slots.length - 1;
  for (let probe = 0; probe < PROBES_MAX; probe++) {
    const slot = (hash + probe) & mask;
    if (slots[slot] !== 0) continue;
    slots[slot] = index + 1;
    return;
  }
  const start = keyStart(dictionary, index);
  dictionary.crowded.set(textAt(dictionary.keys.bytes, start, dictionary.keyEnds[index] ?? 0), index);
}

function growDictionary(dictionary: Dictionary): void {
  dictionary.keyBytes = doubled(dictionary.keyBytes);
  dictionary.keyEnds = doubled(dictionary.keyEnds);
  dictionary.hashes = doubled(dictionary.hashes);
  dictionary.slots = new Int32Array(dictionary.slots.length * 2);
  dictionary.crowded.clear();
  // In their order, so that the newest can be taken out again without leaving a gap before an older one.
  for (let index = 0; index < dictionary.count; index++) place(dictionary, index, dictionary.hashes[index] ?? 0);
}

/** Makes the last `length` bytes of `keys` the next key. */
function addLast(dictionary: Dictionary, length: number, hash: number): number {
  if (dictionary.count === dictionary.keyBytes.length) growDictionary(dictionary);
  const index = dictionary.count++;
  dictionary.keyBytes[index] = length;
  dictionary.keyEnds[index] = dictionary.keys.length;
  dictionary.hashes[index] = hash;
  place(dictionary, index, hash);
  return index;
}

/** The index of the value whose UTF-8 is `bytes` from `start` to `end`; it is added where it is new. */
export function indexOfBytes(dictionary: Dictionary, bytes: Uint8Array, start: number, end: number): number {
  const hash = hashOf(bytes, start, end);
  const index = find(dictionary, bytes, start, end, hash);
  if (index >= 0) return index;
  pushBytes(dictionary.keys, bytes, start, end);
  return addLast(dictionary, end - start, hash);
}

/** The index of a word where it was asked for before; else -1, and then whoever finds it tells by {@link keepWordIndex}. */
export function indexOfWord(dictionary: Dictionary, word: number): number {
  return (dictionary.wordIndexes[word] ?? 0) - 1;
}

/** Keeps what {@link indexOfWord} is asked for. */
export function keepWordIndex(dictionary: Dictionary, word: number, index: number): void {
  while (word >= dictionary.wordIndexes.length) dictionary.wordIndexes = doubled(dictionary.wordIndexes);
  dictionary.wordIndexes[word] = index + 1;
}

/** Says whose words are asked for: with those of others the numbers mean other texts. */
export function useWords(dictionary: Dictionary, words: object): void {
  if (dictionary.words === words) return;
  dictionary.words = words;
  dictionary.wordIndexes.fill(0);
}

/** The index of `text`, which is added where it is new; lone surrogates are the U+FFFD that they are stored as. */
export function indexOfText(dictionary: Dictionary, text: string): number {
  if (dictionary.lastTextIndex >= 0 && text === dictionary.lastText) return dictionary.lastTextIndex;
  const { keys } = dictionary;
  const before = keys.length;
  const length = pushText(keys, text);
  const hash = hashOf(keys.bytes, keys.length - length, keys.length);
  let index = find(dictionary, keys.bytes, keys.length - length, keys.length, hash);
  if (index >= 0) keys.length = before;
  else index = addLast(dictionary, length, hash);
  dictionary.lastText = text;
  dictionary.lastTextIndex = index;
  return index;
}

/** The index of `text`, or -1 where it is not in the dictionary. */
export function findText(dictionary: Dictionary, text: string): number {
  const before = dictionary.count;
  const index = indexOfText(dictionary, text);
  cutDictionary(dictionary, before);
  return index < before ? index : -1;
}

/** Forgets every key from `size` on. */
export function cutDictionary(dictionary: Dictionary, size: number): void {
  if (dictionary.count <= size) return;
  const { slots, keys } = dictionary;
  const mask = slots.length - 1;
  // The newest first: no key behind it was put where it is because of it.
  while (dictionary.count > size) {
    const index = --dictionary.count;
    const hash = dictionary.hashes[index] ?? 0;
    let probe = 0;
    while (probe < PROBES_MAX && slots[(hash + probe) & mask] !== index + 1) probe++;
    if (probe < PROBES_MAX) slots[(hash + probe) & mask] = 0;
    else dictionary.crowded.delete(textAt(keys.bytes, keyStart(dictionary, index), dictionary.keyEnds[index] ?? 0));
  }
  keys.length = size === 0 ? 0 : (dictionary.keyEnds[size - 1] ?? 0);
  dictionary.wordIndexes.fill(0);
  dictionary.lastTextIndex = -1;
}

/** Empties the dictionary. */
export function clearDictionary(dictionary: Dictionary): void {
  clearStringColumn(dictionary.keys);
  dictionary.crowded.clear();
  if (dictionary.slots.length * 4 > KEPT_BYTES_MAX) {
    dictionary.keyBytes = new Int32Array(INITIAL_KEYS);
    dictionary.keyEnds = new Int32Array(INITIAL_KEYS);
    dictionary.hashes = new Int32Array(INITIAL_KEYS);
    dictionary.slots = new Int32Array(INITIAL_KEYS * SLOTS_PER_KEY);
  } else if (dictionary.count > 0) {
    dictionary.slots.fill(0);
  }
  dictionary.count = 0;
  dictionary.wordIndexes.fill(0);
  dictionary.lastTextIndex = -1;
}

/** A copy of twice the length. Int32 all over: sums of its elements stay small integers, those of Uint32 become doubles. */
export function doubled(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
