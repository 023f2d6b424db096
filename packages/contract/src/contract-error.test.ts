import { expect, it } from 'vitest';
import { ContractError } from './contract-error.ts';
import { failure } from './envelope.ts';

it('the body of an answer is the envelope, whatever the error says, for one request after the other', () => {
  const error = new ContractError('VALIDATION_ERROR', 'a "quote", a \\ and a\nline', {
    issues: [{ path: '"requestId":"0"}', message: '\u2028}' }],
  });
  for (const requestId of ['a', 'B._-9'])
    expect(error.toBody(requestId)).toBe(JSON.stringify(failure(error, requestId)));
  expect(JSON.parse(new ContractError('NOT_FOUND', '').toBody('a'))).toMatchObject({ error: { requestId: 'a' } });
});
