import zlib from 'node:zlib';
import { ContractError } from '@sazabi/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBytesBudget } from '../bytes-budget.ts';
import {
  BODIES_BYTES_MAX,
  INFLATE_SYNC_BYTES_MAX,
  INFLATED_BYTES_ANY_RATIO,
  INFLATED_BYTES_MAX,
  INFLATION_RATIO_MAX,
} from '../limits.ts';
import type { Compression } from './content-encoding.ts';
import { createInflater, type Inflated } from './inflate.ts';

type Form = 'gzip' | 'deflate' | 'raw deflate' | 'br' | 'zstd';
const FORMS: readonly Form[] = ['gzip', 'deflate', 'raw deflate', 'br', 'zstd'];
const ENCODING: Record<Form, Compression> = {
  gzip: 'gzip',
  deflate: 'deflate',
  'raw deflate': 'deflate',
  br: 'br',
  zstd: 'zstd',
};

function compress(form: Form, bytes: Uint8Array): Buffer {
  switch (form) {
    case 'gzip':
      return zlib.gzipSync(bytes);
    case 'deflate':
      return zlib.deflateSync(bytes);
    case 'raw deflate':
      return zlib.deflateRawSync(bytes);
    case 'br':
      return zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } });
    case 'zstd':
      return zlib.zstdCompressSync(bytes);
  }
}

function inflate(body: Uint8Array, compression: Compression, budget = createBytesBudget(BODIES_BYTES_MAX)) {
  return new Promise<Inflated>((resolve) => createInflater().inflate(body, compression, budget, () => false, resolve));
}

/** Text that compresses about four times, too large for the event loop's own turn. */
const large = Buffer.from(Array.from({ length: 20_000 }, (_, n) => `line ${n * 7919} of ${n % 13}\n`).join(''));
/** Bytes that compress to about one in `ratio`: noise among zeros. */
function sparse(bytes: number, ratio: number): Buffer {
  const body = Buffer.alloc(bytes);
  let state = 1;
  for (let at = 0; at < bytes; at += ratio * 16) {
    for (let byte = at; byte < Math.min(bytes, at + 16); byte += 1) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      body[byte] = state >>> 24;
    }
  }
  return body;
}

describe.each(FORMS)('%s', (form) => {
  it('gives back any bytes, at once and in a thread, and gives back what it took of the budget', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 5000 }), async (bytes) => {
        const inflated = await inflate(compress(form, bytes), ENCODING[form]);
        expect(inflated).toBeInstanceOf(Buffer);
        expect(Buffer.from(bytes).equals(Buffer.from(inflated as Buffer))).toBe(true);
      }),
      { seed: 5, numRuns: 30 },
    );
    const budget = createBytesBudget(BODIES_BYTES_MAX);
    const body = compress(form, large);
    expect(body.byteLength).toBeGreaterThan(INFLATE_SYNC_BYTES_MAX);
    const inflated = await inflate(body, ENCODING[form], budget);
    expect(large.equals(inflated as Buffer)).toBe(true);
    expect(budget.usedBytes).toBe(large.byteLength);
  });

  it('cut anywhere it is refused, never half taken', async () => {
    for (const whole of [compress(form, Buffer.from('a log '.repeat(50))), compress(form, large)]) {
      for (let cut = 1; cut < whole.byteLength; cut += Math.ceil(whole.byteLength / 40)) {
        const budget = createBytesBudget(BODIES_BYTES_MAX);
        const inflated = await inflate(whole.subarray(0, cut), ENCODING[form], budget);
        expect(inflated).toMatchObject({ code: 'VALIDATION_ERROR' });
        expect(budget.usedBytes).toBe(0);
      }
    }
  });

  it('with anything behind its end it is refused: nothing sent is left out in silence', async () => {
    for (const whole of [compress(form, Buffer.from('a log')), compress(form, large)]) {
      const refused = await inflate(Buffer.concat([whole, Buffer.from('and more')]), ENCODING[form]);
      expect(refused).toMatchObject({ code: 'VALIDATION_ERROR' });
    }
  });

  it('stops at the limit of size, at it and one past it', async () => {
    const fits = sparse(INFLATED_BYTES_MAX, 20);
    expect((await inflate(compress(form, fits), ENCODING[form])) instanceof ContractError).toBe(false);
    const over = compress(form, Buffer.concat([fits, Buffer.alloc(1)]));
    expect(await inflate(over, ENCODING[form])).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  it('takes any ratio up to 1 MiB, and no bomb beyond it', async () => {
    const zeros = compress(form, Buffer.alloc(INFLATED_BYTES_ANY_RATIO));
    expect((await inflate(zeros, ENCODING[form])) instanceof ContractError).toBe(false);
    const bomb = compress(form, Buffer.alloc(INFLATED_BYTES_ANY_RATIO + 1));
    expect(bomb.byteLength * INFLATION_RATIO_MAX).toBeLessThan(INFLATED_BYTES_ANY_RATIO + 1);
    expect(await inflate(bomb, ENCODING[form])).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  it('over the budget of all bodies it is refused as not accepted, and the budget is whole again', async () => {
    for (const bytes of [Buffer.alloc(2000), large]) {
      const budget = createBytesBudget(1000);
      const inflated = await inflate(compress(form, bytes), ENCODING[form], budget);
      expect(inflated).toMatchObject({ code: 'SERVICE_UNAVAILABLE', details: { accepted: false } });
      expect(budget.usedBytes).toBe(0);
    }
  });

  it('anything else is refused, never thrown', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const inflated = await inflate(bytes, ENCODING[form]);
        if (inflated instanceof ContractError) expect(inflated.code).toBe('VALIDATION_ERROR');
      }),
      { seed: 6, numRuns: 200 },
    );
  });
});

describe('many at once', () => {
  it('all are inflated, a few at a time', async () => {
    const budget = createBytesBudget(BODIES_BYTES_MAX);
    const inflater = createInflater();
    const body = compress('gzip', large);
    const all = Array.from(
      { length: 40 },
      () => new Promise<Inflated>((resolve) => inflater.inflate(body, 'gzip', budget, () => false, resolve)),
    );
    for (const inflated of await Promise.all(all)) expect(large.equals(inflated as Buffer)).toBe(true);
  });

  it('those of clients that are gone end, running or waiting, and the others go on', async () => {
    const budget = createBytesBudget(BODIES_BYTES_MAX);
    const inflater = createInflater();
    const body = compress('br', large);
    let gone = false;
    const all = Array.from({ length: 40 }, (_, index) => {
      const isGone = () => gone && index % 2 === 0;
      return new Promise<Inflated>((resolve) => inflater.inflate(body, 'br', budget, isGone, resolve));
    });
    gone = true;
    const inflated = await Promise.all(all);
    expect(inflated.map((one) => one === null)).toEqual(all.map((_, index) => index % 2 === 0));
    expect(budget.usedBytes).toBe(20 * large.byteLength);
  });
});

describe('zstd', () => {
  it('of several frames is read whole; with anything behind it is refused', async () => {
    const two = Buffer.concat([compress('zstd', Buffer.from('one ')), compress('zstd', Buffer.from('two'))]);
    expect(String(await inflate(two, 'zstd'))).toBe('one two');
    expect(await inflate(Buffer.concat([two, Buffer.from('rest')]), 'zstd')).toMatchObject({
      code: 'VALIDATION_ERROR',
    });
  });

  it('may ask for a window of 8 MiB and no more', async () => {
    const body = sparse(18 * 1024 * 1024, 20);
    const withWindow = (log: number) =>
      zlib.zstdCompressSync(body, { params: { [zlib.constants.ZSTD_c_windowLog]: log } });
    expect((await inflate(withWindow(23), 'zstd')) instanceof ContractError).toBe(false);
    expect(await inflate(withWindow(24), 'zstd')).toMatchObject({ code: 'VALIDATION_ERROR' });
  });
});
