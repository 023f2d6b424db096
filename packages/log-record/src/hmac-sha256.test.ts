import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createHmacSha256 } from './hmac-sha256.ts';

it('is what createHmac gives, for any key and message, again and again', () => {
  const message = fc.uint8Array({ minLength: 59, maxLength: 59 });
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }),
      fc.array(message, { minLength: 1, maxLength: 3 }),
      (key, messages) => {
        const sign = createHmacSha256(key, 59);
        for (const bytes of messages)
          expect(sign(bytes)).toBe(createHmac('sha256', key).update(bytes).digest('binary'));
      },
    ),
    { seed: 31 },
  );
});

it('takes only messages of its length', () => {
  expect(() => createHmacSha256(new Uint8Array(32), 59)(new Uint8Array(58))).toThrow(RangeError);
});
