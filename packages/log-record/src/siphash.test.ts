import { expect, it } from 'vitest';
import { sipHash128 } from './siphash.ts';

// vectors.h of the authors' reference code: key 00 01 … 0f, message 00 01 … of so many bytes; and by `openssl mac … SIPHASH`.
it.each([
  [0, 'a3817f04ba25a8e66df67214c7550293'],
  [1, 'da87c1d86b99af44347659119b22fc45'],
  [2, '8177228da4a45dc7fca38bdef60affe4'],
  [7, 'a1f1ebbed8dbc153c0b84aa61ff08239'],
  [8, '3b62a9ba6258f5610f83e264f31497b4'],
  [15, '5493e99933b0a8117e08ec0f97cfc3d9'],
  [44, '89237d9ded9c5e78d8b1c9b166cc7342'],
  [63, '5150d1772f50834a503e069a973fbd7c'],
])('of %i bytes', (length, expected) => {
  const bytes = Buffer.alloc(length + 16);
  for (let at = 0; at < length; at++) bytes[at] = at;
  const key = new Int32Array(Uint8Array.from({ length: 16 }, (_, at) => at).buffer);
  sipHash128(key, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), length, length);
  expect(bytes.toString('hex', length)).toBe(expected);
});
