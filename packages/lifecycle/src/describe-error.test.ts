import { describe, expect, it } from 'vitest';
import { describeError, safeMessage } from './describe-error.ts';

/** As drizzle wraps what the database says: statement and parameters are in its message. */
class WrappedQueryError extends Error {
  readonly params = ['s3cret'];
}
const wrapped = () =>
  new WrappedQueryError('Failed query: select $1\n    at s3cret', {
    cause: Object.assign(new Error('invalid input: "s3cret"'), { code: '22P02' }),
  });

describe('an unexpected error', () => {
  it('is described by class, code and frames, never by what it quotes', () => {
    expect(describeError(wrapped())).toMatchObject({ error: 'Error', code: '22P02' });
    expect(describeError(wrapped()).frames?.[0]).toContain('describe-error.test.ts');
    expect(JSON.stringify(describeError(wrapped()))).not.toContain('s3cret');
  });

  it('of a database is called so, whatever its class is called', () => {
    class O extends Error {}
    const refusal = Object.assign(new O('s3cret'), { severity: 'ERROR', code: '53100' });
    expect(safeMessage(refusal)).toBe('DatabaseError (53100)');
    expect(safeMessage(new WrappedQueryError('Failed query: s3cret', { cause: refusal }))).toBe(
      'DatabaseError (53100)',
    );
  });

  it('keeps its message only where that is a program’s own', () => {
    expect(safeMessage(wrapped())).toBe('Error (22P02)');
    expect(safeMessage(Object.assign(new Error('cannot parse s3cret'), { code: '457' }))).toBe('Error (457)');
    expect(safeMessage(new SyntaxError('Unexpected token in "s3cret"'))).toBe('SyntaxError');
    expect(safeMessage('s3cret')).toBe('a thrown string');
    expect(safeMessage(new Error('lost my disk'))).toBe('lost my disk');
    const noPort = Object.assign(new Error('listen EACCES'), { code: 'EACCES', syscall: 'listen' });
    expect(safeMessage(noPort)).toBe('listen EACCES');
  });
});
