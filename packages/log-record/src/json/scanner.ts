// The scanner of assembly/, compiled (`pnpm run build:scanner` makes scanner.wasm; a test holds it to its source), and its memory.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  BODY,
  KEYS,
  KEYS_MAX,
  LEVEL_NUMBERS,
  LEVEL_NUMBERS_END,
  RESULT,
  RESULT_WORDS,
  ROW_ATTRIBUTES,
  ROW_BYTES,
  ROW_ENVIRONMENTS,
  ROW_HOSTS,
  ROW_SERVICES,
  ROW_SEVERITIES,
  ROW_TIMESTAMPS,
  ROWS_MAX,
  WORD_BYTES,
  WORD_SHIFT,
  WORD_TEXT,
  WORDS,
  WORDS_MAX,
} from '../../assembly/shared.ts';
import { FIELD_CODES } from '../field-names.ts';
import { SEVERITY_BY_WORD, severityOfLevelNumber } from '../level.ts';

const PAGE_BYTES = 64 * 1024;
const MODULE = new WebAssembly.Module(readFileSync(new URL('./scanner.wasm', import.meta.url)));

/** What assembly/index.ts exports. */
interface Exports {
  scan(
    at: number,
    separator: number,
    logsMax: number,
    receivedSeconds: number,
    receivedNanos: number,
    environmentBytes: number,
  ): number;
  forgetWords(): void;
  seedHashes(low: number, high: number): void;
  teachWord(at: number, bytes: number, field: number, severity: number): void;
}

/** The columns of the rows that were scanned last, as they lie in memory. */
export interface ScannedRows {
  readonly result: Int32Array;
  /** Two elements a row. */
  readonly timestamps: Int32Array;
  readonly severities: Uint8Array;
  readonly services: Int32Array;
  readonly environments: Int32Array;
  readonly hosts: Int32Array;
  readonly bytes: Int32Array;
  readonly attributesEnd: Int32Array;
  readonly keys: Int32Array;
}

export interface Scanner {
  readonly scan: Exports['scan'];
  readonly bytes: Uint8Array;
  readonly rows: ScannedRows;
  /** Another object whenever numbers of words get another meaning. */
  readonly words: object;
  /** Makes room for words. */
  forgetWords(): void;
  /** Makes room for so many bytes from BODY on; views of before are empty then. */
  reserve(bodyBytes: number): void;
  /** Where a word's text begins in `bytes`, and where it ends. */
  wordStart(word: number): number;
  wordEnd(word: number): number;
}

/** A scanner with room for a body of so many bytes. */
export function createScanner(bodyBytes: number): Scanner {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((BODY + bodyBytes) / PAGE_BYTES) });
  // What the module exports is known from its source alone.
  const exports = new WebAssembly.Instance(MODULE, { env: { memory } }).exports as Exports;
  let entries = entriesOf(memory);
  // Properties, not getters: V8 keeps an object literal with getters as a table, and each use of it is a search there.
  const scanner = {
    scan: exports.scan,
    bytes: new Uint8Array(memory.buffer),
    rows: rowsOf(memory),
    words: {},
    forgetWords() {
      exports.forgetWords();
      scanner.words = {};
    },
    reserve(needed: number) {
      const missing = BODY + needed - scanner.bytes.length;
      if (missing <= 0) return;
      memory.grow(Math.ceil(missing / PAGE_BYTES));
      scanner.bytes = new Uint8Array(memory.buffer);
      scanner.rows = rowsOf(memory);
      entries = entriesOf(memory);
    },
    wordStart: (word: number) => entries[entryAt(word) + WORD_TEXT / 4] ?? 0,
    wordEnd(word: number) {
      const at = entryAt(word);
      return (entries[at + WORD_TEXT / 4] ?? 0) + (entries[at + WORD_BYTES / 4] ?? 0);
    },
  };
  const seed = randomBytes(8);
  exports.seedHashes(seed.readInt32LE(0), seed.readInt32LE(4));
  teach(exports, scanner.bytes);
  return scanner;
}

/** Words are entries of the same size; in elements of 32 bits. */
function entryAt(word: number): number {
  return word << (WORD_SHIFT - 2);
}

function entriesOf(memory: WebAssembly.Memory): Int32Array {
  return new Int32Array(memory.buffer, WORDS, entryAt(WORDS_MAX));
}

function rowsOf({ buffer }: WebAssembly.Memory): ScannedRows {
  return {
    result: new Int32Array(buffer, RESULT, RESULT_WORDS),
    timestamps: new Int32Array(buffer, ROW_TIMESTAMPS, ROWS_MAX * 2),
    severities: new Uint8Array(buffer, ROW_SEVERITIES, ROWS_MAX),
    services: new Int32Array(buffer, ROW_SERVICES, ROWS_MAX),
    environments: new Int32Array(buffer, ROW_ENVIRONMENTS, ROWS_MAX),
    hosts: new Int32Array(buffer, ROW_HOSTS, ROWS_MAX),
    bytes: new Int32Array(buffer, ROW_BYTES, ROWS_MAX),
    attributesEnd: new Int32Array(buffer, ROW_ATTRIBUTES, ROWS_MAX),
    keys: new Int32Array(buffer, KEYS, KEYS_MAX),
  };
}

/** Teaches the empty word, which stands for a service or host not given, then names and levels. */
function teach(exports: Exports, bytes: Uint8Array): void {
  const say = (word: string, field: number, severity: number) => {
    const text = Buffer.from(word);
    bytes.set(text, BODY);
    exports.teachWord(BODY, text.length, field, severity);
  };
  say('', 0, 0);
  for (const [name, code] of FIELD_CODES) say(name, code + 1, 0);
  for (const [word, severity] of SEVERITY_BY_WORD) say(word, 0, severity);
  for (let number = 0; number < LEVEL_NUMBERS_END; number++)
    bytes[LEVEL_NUMBERS + number] = severityOfLevelNumber(number);
}
