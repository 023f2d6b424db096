// What the scanner and the code around it agree on: limits of a log, places of its fields, and where what lies in the scanner's
// memory. Read by both languages, so plain numbers alone.
const KIB = 1024;

/** UTF-8 bytes of all text that is stored of one log (the `bytes` column): 256 KiB, so that a log is never a page of its own. */
export const LOG_BYTES_MAX = 256 * KIB;
/** Attributes of one log, those made from aliases and second writers included. */
export const ATTRIBUTES_MAX = 256;
/** UTF-8 bytes of one attribute key, after flattening: keys are a dictionary, long ones would fill it. */
export const ATTRIBUTE_KEY_BYTES_MAX = 128;
/** Objects and arrays inside one another; the log itself (or its `attributes`) is the first: a key path has 16 names at most. */
export const DEPTH_MAX = 16;

/** Places of the fields in a row's scratch array. */
export const MESSAGE = 0;
export const LEVEL = 1;
export const TIMESTAMP = 2;
export const SERVICE = 3;
export const ENVIRONMENT = 4;
export const HOST = 5;
export const TRACE_ID = 6;
export const SPAN_ID = 7;
export const SEVERITY_NUMBER = 8;
/** Added to a field's place where the name is an alias. */
export const ALIAS = 16;
export const ATTRIBUTES = 32;
/** Of a name that is no field. */
export const UNKNOWN = 33;

/** What a scan answers, as 32-bit words from here on: by these places. */
export const RESULT = 1 * KIB;
/** The address behind the last log that was read. */
export const RESULT_AT = 0;
export const RESULT_ATTRIBUTES = 1;
export const RESULT_MESSAGE_BYTES = 2;
export const RESULT_TRACE_ID_BYTES = 3;
export const RESULT_SPAN_ID_BYTES = 4;
export const RESULT_VALUE_BYTES = 5;
/** The sum of the rows' `bytes`. */
export const RESULT_LOG_BYTES = 6;
/** 1 where a log was not read because there is no room for more words: `forgetWords` makes some. */
export const RESULT_WORDS_FULL = 7;
export const RESULT_WORDS = 8;

/** The severity of each level number from 0 to 99, a byte each; 0 = none. */
export const LEVEL_NUMBERS = 1280;
export const LEVEL_NUMBERS_END = 100;

/** The dotted path of the nested object that is being read. */
export const PATH = 2 * KIB;
/**
 * The names of the log before, by their place in it (32-bit addresses of words): the next one mostly has the same. The last is that
 * of all others, too.
 */
export const NAME_PLACES = 4 * KIB;
export const NAME_PLACES_END = 64;
/** The same of its attributes, and of the first that it may not have. */
export const ATTRIBUTE_PLACES = 5 * KIB;
/** The service, environment, host and level read last, by the field's place. */
export const LAST_WORDS = 7 * KIB;
export const LAST_WORDS_END = SEVERITY_NUMBER + 1;

/**
 * Words: the distinct names, attribute keys, services, environments and hosts, each once, by their bytes. A table by open
 * addressing of their numbers + 1 (32 bits; 0 = free), then one entry each, then their texts.
 */
export const WORDS_MAX = 4096;
export const SLOTS = 8 * KIB;
export const SLOT_COUNT = 4 * WORDS_MAX;
export const WORDS = SLOTS + 4 * SLOT_COUNT;
/** An entry's 32-bit words: where its text begins, its bytes, its hash, the last row that has it as a key, and as an object. */
export const WORD_TEXT = 0;
export const WORD_BYTES = 4;
export const WORD_HASH = 8;
export const WORD_KEY_ROW = 12;
export const WORD_OBJECT_ROW = 16;
/** Its bytes: the field that it names (its code + 1; 0 = none), and the severity that it means (0 = none). */
export const WORD_FIELD = 20;
export const WORD_SEVERITY = 21;
export const WORD_SHIFT = 5;
export const TEXTS = WORDS + (WORDS_MAX << WORD_SHIFT);
export const TEXTS_END = TEXTS + 512 * KIB;
/** Longer ones are left to the other way. */
export const WORD_BYTES_MAX = 1024;

/** Rows of one scan, by columns: what is left of a body is read by the next one. */
export const ROWS_MAX = 2048;
/** Int64, nanoseconds since 1970. */
export const ROW_TIMESTAMPS = TEXTS_END;
/** Bytes. */
export const ROW_SEVERITIES = ROW_TIMESTAMPS + 8 * ROWS_MAX;
/** Numbers of words, 32 bits; an environment may be -1 (none given). */
export const ROW_SERVICES = ROW_SEVERITIES + ROWS_MAX;
export const ROW_ENVIRONMENTS = ROW_SERVICES + 4 * ROWS_MAX;
export const ROW_HOSTS = ROW_ENVIRONMENTS + 4 * ROWS_MAX;
/** 32 bits: bytes of a row's texts; how many attributes there are up to its last. */
export const ROW_BYTES = ROW_HOSTS + 4 * ROWS_MAX;
export const ROW_ATTRIBUTES = ROW_BYTES + 4 * ROWS_MAX;
/** Numbers of the attributes' keys, 32 bits. A scan ends where those of one more log may have no room. */
export const KEYS = ROW_ATTRIBUTES + 4 * ROWS_MAX;
export const KEYS_MAX = 32 * KIB;

/** Columns of texts as ClickHouse has them: a varint of the length, then the bytes. */
export const MESSAGES = KEYS + 4 * KEYS_MAX;
/** A scan ends behind the log that fills one so far; that log may add a text too many before it is found to be too large. */
export const TEXT_COLUMN_FULL = 256 * KIB;
export const TEXT_COLUMN_ROOM = TEXT_COLUMN_FULL + 3 * LOG_BYTES_MAX;
export const TRACE_IDS = MESSAGES + TEXT_COLUMN_ROOM;
export const SPAN_IDS = TRACE_IDS + TEXT_COLUMN_ROOM;
export const VALUES = SPAN_IDS + TEXT_COLUMN_ROOM;

/** The body, with zeros behind it, which end any loop over a token; and as much room as is read when it is held against a word. */
export const BODY = VALUES + TEXT_COLUMN_ROOM;
export const BODY_ZEROS = 64;
export const BODY_ROOM = BODY_ZEROS + WORD_BYTES_MAX;
