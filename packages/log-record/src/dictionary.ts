// The dictionary of a LowCardinality(String) column: the distinct values of one batch, in order of first sight.
import { clearStringColumn, createStringColumn, KEPT_BYTES_MAX, pushText, type StringColumn } from './string-column.ts';

export interface Dictionary {
  readonly indexByText: Map<string, number>;
  readonly texts: string[];
  readonly keys: StringColumn;
  /** UTF-8 bytes of each key, by index. */
  keyBytes: Int32Array;
  /** Length of `keys` before each key, by index: what to cut back to when a row is taken back. */
  keyStarts: Int32Array;
  /** The value asked for last, as logs of one source follow each other, and its index; -1: none. */
  lastText: string;
  lastIndex: number;
}

const INITIAL_KEYS = 64;
const INITIAL_BYTES = 1024;

/** An empty dictionary. */
export function createDictionary(): Dictionary {
  return {
    indexByText: new Map(),
    texts: [],
    keys: createStringColumn(INITIAL_BYTES),
    keyBytes: new Int32Array(INITIAL_KEYS),
    keyStarts: new Int32Array(INITIAL_KEYS),
    lastText: '',
    lastIndex: -1,
  };
}

/** The index of `text`, which is added where it is new. */
export function indexOfText(dictionary: Dictionary, text: string): number {
  if (text === dictionary.lastText && dictionary.lastIndex >= 0) return dictionary.lastIndex;
  const known = dictionary.indexByText.get(text);
  const index = known === undefined ? addText(dictionary, text) : known;
  dictionary.lastText = text;
  dictionary.lastIndex = index;
  return index;
}

/** Adds a text that is not in the dictionary yet; answers its index. */
export function addText(dictionary: Dictionary, text: string): number {
  const index = dictionary.texts.length;
  if (index === dictionary.keyBytes.length) {
    dictionary.keyBytes = doubled(dictionary.keyBytes);
    dictionary.keyStarts = doubled(dictionary.keyStarts);
  }
  dictionary.keyStarts[index] = dictionary.keys.length;
  dictionary.keyBytes[index] = pushText(dictionary.keys, text);
  dictionary.texts.push(text);
  dictionary.indexByText.set(text, index);
  return index;
}

/** Forgets every key from `size` on. */
export function cutDictionary(dictionary: Dictionary, size: number): void {
  const { texts, indexByText } = dictionary;
  if (texts.length === size) return;
  for (let index = size; index < texts.length; index++) indexByText.delete(texts[index] ?? '');
  dictionary.keys.length = dictionary.keyStarts[size] ?? 0;
  texts.length = size;
  dictionary.lastIndex = -1;
}

/** Empties the dictionary. */
export function clearDictionary(dictionary: Dictionary): void {
  dictionary.indexByText.clear();
  dictionary.texts.length = 0;
  clearStringColumn(dictionary.keys);
  if (dictionary.keyBytes.length * 4 > KEPT_BYTES_MAX) {
    dictionary.keyBytes = new Int32Array(INITIAL_KEYS);
    dictionary.keyStarts = new Int32Array(INITIAL_KEYS);
  }
  dictionary.lastIndex = -1;
}

/** A copy of twice the length. Int32 all over: sums of its elements stay small integers, those of Uint32 become doubles. */
export function doubled(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
