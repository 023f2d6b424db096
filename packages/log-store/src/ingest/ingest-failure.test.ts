import { ClickHouseError } from '@clickhouse/client';
import { describe, expect, it } from 'vitest';
import { ingestFailure } from './ingest-failure.ts';

const answered = (code: string, type: string, message = 'text') => new ClickHouseError({ code, type, message });

describe('ingestFailure', () => {
  it.each([
    ['refused', answered('33', 'CANNOT_READ_ALL_DATA')],
    ['refused', answered('561', 'ZSTD_DECODER_FAILED')],
    ['refused', answered('469', 'VIOLATED_CONSTRAINT', 'Constraint `no_poison` is violated')],
    ['refused', answered('62', 'SYNTAX_ERROR', 'in a type: While executing Native')],
    ['refused', answered('241', 'MEMORY_LIMIT_EXCEEDED', 'would use 2.00 EiB (attempt to allocate chunk of 2.00 EiB)')],
    ['refused', answered('241', 'MEMORY_LIMIT_EXCEEDED', 'attempt to allocate chunk of 1.00 GiB')],
    ['too-large', answered('241', 'MEMORY_LIMIT_EXCEEDED', 'attempt to allocate chunk of 4.00 MiB')],
    ['refused', answered('173', 'CANNOT_ALLOCATE_MEMORY', 'Allocator: Cannot malloc 16.00 EiB.')],
    ['too-large', answered('173', 'CANNOT_ALLOCATE_MEMORY', 'Allocator: Cannot mmap 64.00 MiB.')],
    ['wait', answered('242', 'TABLE_IS_READ_ONLY')],
    ['wait', answered('319', 'UNKNOWN_STATUS_OF_INSERT', 'While executing Native')],
    ['wait', answered('285', 'TOO_FEW_LIVE_REPLICAS')],
    ['wait', answered('243', 'NOT_ENOUGH_SPACE', 'While executing Native')],
    ['wait', answered('999', 'KEEPER_EXCEPTION')],
    ['too-large', answered('159', 'TIMEOUT_EXCEEDED')],
    ['session-gone', answered('372', 'SESSION_NOT_FOUND')],
    ['session-gone', answered('373', 'SESSION_IS_LOCKED')],
    ['no-answer', answered('49', 'LOGICAL_ERROR')],
    ['wait', answered('1001', 'STD_EXCEPTION', 'filesystem error: No space left on device')],
    ['wait', answered('62', 'SYNTAX_ERROR', 'in our own query')],
    ['no-answer', answered('999999', 'NOT_KNOWN_YET', 'While executing Native')],
    ['wait', answered('16', 'NO_SUCH_COLUMN_IN_TABLE', 'While executing Native')],
    ['wait', answered('60', 'UNKNOWN_TABLE')],
    ['wait', answered('16', 'NO_SUCH_COLUMN_IN_TABLE')],
    ['wait', answered('252', 'TOO_MANY_PARTS')],
    ['wait', answered('164', 'READONLY')],
    ['wait', answered('999999', 'NOT_KNOWN_YET')],
    ['wait', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })],
    ['no-answer', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
    ['no-answer', new Error('Timeout error.')],
    ['wait', new Error('Poco::Exception. Code: 1000, e.code() = 0')],
    ['wait', 'no error at all'],
  ])('%s: %s', (failure, error) => {
    expect(ingestFailure(error).failure).toBe(failure);
  });

  it('the code tells nothing of a row, the reason is cut', () => {
    const { code, reason } = ingestFailure(
      answered('27', 'CANNOT_PARSE_INPUT_ASSERTION_FAILED', 'secret '.repeat(1000)),
    );
    expect(code).toBe('27 CANNOT_PARSE_INPUT_ASSERTION_FAILED');
    expect(reason).toHaveLength(500);
  });

  it('the reason holds no half of a character, wherever it is cut', () => {
    for (const before of ['', 'x']) {
      const { reason } = ingestFailure(answered('469', 'VIOLATED_CONSTRAINT', `${before}${'😀'.repeat(500)}`));
      expect(reason.isWellFormed()).toBe(true);
    }
  });
});
