// What a failed insert or look-up means for the records in it.
import { ClickHouseError } from '@clickhouse/client';
import { REASON_CHARACTERS_MAX } from './limits.ts';

/**
 * `refused`: for what the rows are; it would be again. `too-large`: not at once, fewer rows may pass. `wait`: a state of the
 * server that passes or that an operator mends. `no-answer`: none, or none that tells whether the rows are to blame; it may
 * have been done, or may yet be. `session-gone`: the look-up it rests on is out of date.
 */
export type IngestFailureKind = 'refused' | 'too-large' | 'wait' | 'no-answer' | 'session-gone';

export interface IngestFailure {
  readonly failure: IngestFailureKind;
  /** For log and metrics: an error's code and name alone. */
  readonly code: string;
  /** For dead letters: the server's text too, which may quote a row. */
  readonly reason: string;
}

/** ClickHouse's errors of parsing and types (src/Common/ErrorCodes.cpp): they say something of the rows, not of the server. */
const REFUSED: ReadonlySet<string> = new Set([
  'CANNOT_PARSE_TEXT',
  'SIZES_OF_COLUMNS_DOESNT_MATCH',
  'NUMBER_OF_COLUMNS_DOESNT_MATCH',
  'CANNOT_READ_ALL_DATA',
  'ATTEMPT_TO_READ_AFTER_EOF',
  'CANNOT_PARSE_INPUT_ASSERTION_FAILED',
  'CANNOT_PARSE_DATE',
  'CANNOT_PARSE_DATETIME',
  'CANNOT_PARSE_UUID',
  'CANNOT_PARSE_NUMBER',
  'ILLEGAL_TYPE_OF_ARGUMENT',
  'ILLEGAL_COLUMN',
  'UNKNOWN_TYPE',
  'TYPE_MISMATCH',
  'ARGUMENT_OUT_OF_BOUND',
  'CANNOT_CONVERT_TYPE',
  'VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE',
  'INCORRECT_DATA',
  'TOO_LARGE_STRING_SIZE',
  'TOO_LARGE_ARRAY_SIZE',
  'SIZES_OF_ARRAYS_DONT_MATCH',
  'CORRUPTED_DATA',
  'CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN',
  'TOO_DEEP_RECURSION',
  'ZSTD_DECODER_FAILED',
  // A constraint that the operator put on the table: the way to keep rows out that one knows of.
  'VIOLATED_CONSTRAINT',
]);

/** These are about the rows only when they come from reading the block, where types stand as text that is parsed. */
const REFUSED_WHILE_READING: ReadonlySet<string> = new Set([
  'SYNTAX_ERROR',
  'BAD_ARGUMENTS',
  'DECIMAL_OVERFLOW',
  'NUMBER_OF_ARGUMENTS_DOESNT_MATCH',
]);
const WHILE_READING = /While executing Native/;
/**
 * No single record holds a gibibyte (a request is 20 MiB at most): one that asks for it at once is damaged, and a range of
 * many that does is halved until it does not. Any other want of memory passes.
 */
const ABSURD_MEMORY =
  /(?:attempt to allocate chunk of|Cannot \w+) [\d.]+ [GTPE]iB|requested to allocate is more than allowed/;

const MEMORY: ReadonlySet<string> = new Set(['MEMORY_LIMIT_EXCEEDED', 'CANNOT_ALLOCATE_MEMORY']);

/** Fewer rows need less memory and time. Never a reason to give a record up. */
const TOO_LARGE: ReadonlySet<string> = new Set([...MEMORY, 'TIMEOUT_EXCEEDED']);

const SESSION_GONE: ReadonlySet<string> = new Set(['SESSION_NOT_FOUND', 'SESSION_IS_LOCKED']);

/** A table that is behind its writers: the operator's to mend, whoever noticed it. */
const SCHEMA: ReadonlySet<string> = new Set([
  'THERE_IS_NO_COLUMN',
  'NO_SUCH_COLUMN_IN_TABLE',
  'NOT_FOUND_COLUMN_IN_BLOCK',
  'UNKNOWN_IDENTIFIER',
  'UNKNOWN_TABLE',
  'UNKNOWN_DATABASE',
]);

/**
 * The server cannot store now, whatever it is sent: back-pressure, disk, Keeper, replicas. Also where an insert's fate is not
 * known (UNKNOWN_STATUS_OF_INSERT): the next look-up tells it, and the rows are not to blame, so it is not counted against
 * them as an insert without an answer is.
 */
const STORE_STATE: ReadonlySet<string> = new Set([
  'TOO_MANY_PARTS',
  'TABLE_IS_READ_ONLY',
  'READONLY',
  'NOT_ENOUGH_SPACE',
  'CANNOT_WRITE_TO_FILE_DESCRIPTOR',
  'CANNOT_FSYNC',
  'CANNOT_OPEN_FILE',
  'TOO_MANY_SIMULTANEOUS_QUERIES',
  'TABLE_IS_DROPPED',
  'NO_ZOOKEEPER',
  'KEEPER_EXCEPTION',
  'REPLICA_IS_NOT_ACTIVE',
  'REPLICA_IS_NOT_IN_QUORUM',
  'TOO_FEW_LIVE_REPLICAS',
  'UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE',
  'UNKNOWN_STATUS_OF_INSERT',
  'UNKNOWN_STATUS_OF_TRANSACTION',
  'CHECKSUM_DOESNT_MATCH',
]);

/** Errors of the server's own code that rows may have brought about: counted as if there had been no answer. */
const SERVER_FAULT: ReadonlySet<string> = new Set(['LOGICAL_ERROR', 'STD_EXCEPTION', 'UNKNOWN_EXCEPTION']);

/** The connection was never made: nothing was sent. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** Tells what a failure of an insert, look-up or dead letter means. Anything not known waits: nothing is given up for it. */
export function ingestFailure(error: unknown): IngestFailure {
  if (error instanceof ClickHouseError) {
    const type = error.type ?? 'UNKNOWN';
    const code = `${error.code} ${type}`;
    return { failure: kindOf(type, error.message), code, reason: cut(`${code}: ${error.message}`) };
  }
  if (!(error instanceof Error)) return { failure: 'wait', code: 'unknown', reason: cut(String(error)) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  // The server answered in a form that the client cannot read: an answer, but no verdict on the rows.
  const answered = /Code: \d+/.test(error.message);
  const failure = answered || NOT_SENT.has(code) ? 'wait' : 'no-answer';
  return { failure, code, reason: cut(`${code}: ${error.message}`) };
}

function kindOf(type: string, message: string): IngestFailureKind {
  if (REFUSED.has(type) || (REFUSED_WHILE_READING.has(type) && WHILE_READING.test(message))) return 'refused';
  if (STORE_STATE.has(type)) return 'wait';
  if (MEMORY.has(type) && ABSURD_MEMORY.test(message)) return 'refused';
  if (TOO_LARGE.has(type)) return 'too-large';
  if (SESSION_GONE.has(type)) return 'session-gone';
  if (SERVER_FAULT.has(type) && !/filesystem|No space/i.test(message)) return 'no-answer';
  // Damage takes more forms than any list has: what reading a block gave rise to is suspect after some tries.
  return WHILE_READING.test(message) && !SCHEMA.has(type) ? 'no-answer' : 'wait';
}

/** Well-formed: the store does not take half a character, and a letter with one would be tried for ever. */
function cut(text: string): string {
  return text.slice(0, REASON_CHARACTERS_MAX).toWellFormed();
}
