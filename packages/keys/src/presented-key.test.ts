import { ContractError } from '@sazabi/contract';
import { describe, expect, it } from 'vitest';
import { type PresentedKeySources, presentedKey } from './presented-key.ts';

const sources = (given: Partial<PresentedKeySources>): PresentedKeySources => ({
  ownHeader: undefined,
  authorization: undefined,
  ...given,
});
const failure = (result: string | ContractError) =>
  result instanceof ContractError ? [result.code, result.details.reason] : result;

describe('presented key', () => {
  it.each([
    [{ ownHeader: ' pk_a ' }, 'pk_a'],
    [{ authorization: 'Bearer pk_a' }, 'pk_a'],
    [{ authorization: 'bearer  pk_a ' }, 'pk_a'],
    [{ queryKey: ' pk_a' }, 'pk_a'],
    [{ ownHeader: 'pk_a', authorization: 'Bearer pk_a', queryKey: 'pk_a' }, 'pk_a'],
    [{ ownHeader: 'pk_a, pk_a' }, 'pk_a'],
    [{ ownHeader: '', authorization: 'Bearer pk_a' }, 'pk_a'],
    [{ ownHeader: 'pk_a', authorization: 'Basic dXNlcjpwdw==' }, 'pk_a'],
    [{ ownHeader: 'garbage' }, 'garbage'],
    [{ authorization: 'Bearer pk_a, Bearer pk_a' }, 'pk_a'],
    [{ ownHeader: 'pk_a', otherHeader: 'pk_a' }, 'pk_a'],
    [{ ownHeader: 'pk_a', otherHeader: 'garbage' }, 'pk_a'],
  ])('%o is taken as %s', (given, key) => {
    expect(presentedKey(sources(given))).toBe(key);
  });

  it.each([
    [{}, 'MISSING_API_KEY', undefined],
    [{ ownHeader: '  ', authorization: 'Bearer ' }, 'MISSING_API_KEY', undefined],
    [{ otherHeader: 'pk_a' }, 'MISSING_API_KEY', undefined],
    [{ ownHeader: 'pk_a', authorization: 'Bearer pk_b' }, 'INVALID_API_KEY', 'ambiguous'],
    [{ ownHeader: 'pk_a', queryKey: 'pk_b' }, 'INVALID_API_KEY', 'ambiguous'],
    [{ authorization: 'Bearer pk_a', queryKey: 'pk_b' }, 'INVALID_API_KEY', 'ambiguous'],
    [{ ownHeader: 'pk_a, pk_b' }, 'INVALID_API_KEY', 'ambiguous'],
    [{ authorization: 'Bearer pk_a, Bearer pk_b' }, 'INVALID_API_KEY', 'ambiguous'],
    [{ ownHeader: 'pk_a', otherHeader: 'pk_b' }, 'INVALID_API_KEY', 'ambiguous'],
    [{ authorization: 'Bearer pk_a', otherHeader: 'x, pk_b' }, 'INVALID_API_KEY', 'ambiguous'],
    [{ authorization: 'pk_a' }, 'INVALID_API_KEY', 'scheme'],
    [{ authorization: 'Token pk_a' }, 'INVALID_API_KEY', 'scheme'],
    [{ ownHeader: 'pk_a', authorization: 'pk_a' }, 'INVALID_API_KEY', 'scheme'],
    [{ authorization: 'Basic dXNlcjpwdw==' }, 'INVALID_API_KEY', 'scheme'],
  ])('%o is answered %s %s', (given, code, reason) => {
    expect(failure(presentedKey(sources(given)))).toEqual([code, reason]);
  });

  it.each([
    { ownHeader: 'sk_a' },
    { authorization: 'Bearer sk_a' },
    { authorization: 'sk_a' },
    { queryKey: 'sk_a' },
    { otherHeader: 'sk_a' },
    { ownHeader: 'pk_a', queryKey: 'sk_a' },
    { ownHeader: 'pk_a, sk_a' },
    { ownHeader: 'Bearer sk_a' },
    { ownHeader: '"sk_a"' },
    { authorization: "Bearer 'sk_a'" },
    { authorization: 'Bearer Bearer sk_a' },
    { authorization: 'Token "sk_a"' },
    { queryKey: 'Bearer sk_a' },
    { authorization: 'Bearer pk_a, Bearer sk_a' },
    { authorization: 'Bearer pk_a, sk_a' },
    { ownHeader: 'pk_a', otherHeader: 'x, sk_a' },
  ])('a secret key at the intake is refused by its prefix wherever it stands: %o', (given) => {
    expect(failure(presentedKey(sources(given)))).toEqual(['WRONG_KEY_TYPE', undefined]);
  });

  it('the API takes secret keys only, and never from a URL', () => {
    expect(presentedKey(sources({ ownHeader: 'sk_a' }), 'secret')).toBe('sk_a');
    expect(failure(presentedKey(sources({ authorization: 'Bearer pk_a' }), 'secret'))).toEqual([
      'WRONG_KEY_TYPE',
      undefined,
    ]);
    const inUrl = presentedKey(sources({ queryKey: 'sk_a' }), 'secret');
    expect(failure(inUrl)).toEqual(['MISSING_API_KEY', undefined]);
    expect(inUrl).toHaveProperty('message', expect.stringContaining('URL'));
    const twice = presentedKey(sources({ ownHeader: 'sk_a', queryKey: 'sk_a' }), 'secret');
    expect(twice).toHaveProperty('message', expect.stringContaining('URL'));
  });

  it.each([
    [{ ownHeader: 'Bearer pk_a' }, 'WRONG_KEY_TYPE', undefined],
    [{ ownHeader: '"pk_a"' }, 'WRONG_KEY_TYPE', undefined],
    [{ ownHeader: 'sk_a', otherHeader: 'sk_b' }, 'INVALID_API_KEY', 'ambiguous'],
    [{ ownHeader: 'sk_a', queryKey: 'sk_b' }, 'INVALID_API_KEY', 'ambiguous'],
    [{ authorization: 'Bearer sk_a, Bearer sk_b' }, 'INVALID_API_KEY', 'ambiguous'],
  ])('at the API %o is answered %s %s', (given, code, reason) => {
    expect(failure(presentedKey(sources(given), 'secret'))).toEqual([code, reason]);
  });

  it.each([
    ['public', 'pk_shown', 'x-sazabi-secret-key'],
    ['secret', 'sk_shown', 'x-sazabi-key'],
  ] as const)('a %s key in the other service’s header is told so', (type, otherHeader, header) => {
    for (const more of [{}, { authorization: 'Basic dXNlcjpwdw==' }]) {
      const answer = presentedKey(sources({ otherHeader, ...more }), type);
      expect(failure(answer)).toEqual(['MISSING_API_KEY', undefined]);
      expect(answer).toHaveProperty('message', expect.stringContaining(`was sent in the header ${header}, which`));
      expect(answer).toHaveProperty('message', expect.not.stringContaining('shown'));
    }
  });

  it('every answer says how to send the key, and never shows it', () => {
    for (const given of [{}, { authorization: 'pk_shown' }, { ownHeader: 'sk_shown' }]) {
      const answer = presentedKey(sources(given));
      expect(answer).toHaveProperty('message', expect.stringContaining('x-sazabi-key'));
      expect(answer).toHaveProperty('message', expect.not.stringContaining('shown'));
    }
    expect(presentedKey(sources({}), 'secret')).toHaveProperty(
      'message',
      expect.stringContaining('x-sazabi-secret-key'),
    );
    expect(presentedKey(sources({ authorization: 'pk_a' }))).toHaveProperty(
      'message',
      expect.stringContaining('scheme Bearer'),
    );
  });
});
