// Inflates a body within the limits: small ones at once, larger ones in threads, a few at a time.
import zlib from 'node:zlib';
import { ContractError } from '@sazabi/contract';
import type { BytesRoom } from '../bytes-budget.ts';
import {
  INFLATE_SYNC_BYTES_MAX,
  INFLATED_BYTES_ANY_RATIO,
  INFLATED_BYTES_MAX,
  INFLATION_RATIO_MAX,
  INFLATIONS_MAX,
  ZSTD_FRAMES_MAX,
  ZSTD_WINDOW_LOG_MAX,
} from '../limits.ts';
import { bodiesFull, inflatedTooLarge } from '../refusals.ts';
import type { Compression } from './content-encoding.ts';
import { zstdFrames } from './zstd-frames.ts';

/**
 * What inflating came to; its bytes are taken of the budget, and given back by whoever takes them. null: nobody waits for it
 * any more.
 */
export type Inflated = Buffer | ContractError | null;

export interface Inflater {
  /**
   * Calls `done` once, within the call for small bodies. `body` is copied where it is needed longer than the call; the copy
   * is free when `done` is called, also where `isGone` has said that nobody waits: until then the caller charges it. What
   * comes out is taken of `budget`, as it comes out.
   */
  inflate(
    body: Uint8Array,
    compression: Compression,
    budget: BytesRoom,
    isGone: () => boolean,
    done: (inflated: Inflated) => void,
  ): void;
}

interface InflateOptions {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
  readonly info: boolean;
}

const CHUNK_BYTES = 64 * 1024;
const WINDOW = { params: { [zlib.constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX } };

/** What a body of `sentBytes` may inflate to. */
function inflatedBytesMax(sentBytes: number): number {
  return Math.min(INFLATED_BYTES_MAX, Math.max(INFLATED_BYTES_ANY_RATIO, sentBytes * INFLATION_RATIO_MAX));
}

/** An inflater of one process. */
export function createInflater(): Inflater {
  const waiting: (() => void)[] = [];
  let running = 0;
  const startNext = () => {
    while (running < INFLATIONS_MAX) {
      const start = waiting.shift();
      if (start === undefined) return;
      start();
    }
  };

  return {
    inflate(body, compression, budget, isGone, done) {
      const parts = compression === 'zstd' ? zstdFrames(viewOf(body), ZSTD_FRAMES_MAX) : [viewOf(body)];
      const [first, ...more] = parts ?? [];
      if (first === undefined) return done(corrupt(compression));
      if (more.length === 0 && body.byteLength <= INFLATE_SYNC_BYTES_MAX)
        return done(inflateNow(first, compression, budget));
      const owned = [first, ...more].map((part) => Buffer.from(part));
      waiting.push(() => {
        if (isGone()) return done(null);
        running += 1;
        inflateInThread(owned, compression, budget, isGone, (inflated) => {
          running -= 1;
          startNext();
          done(inflated);
        });
      });
      startNext();
    },
  };
}

function inflateNow(body: Uint8Array, compression: Compression, budget: BytesRoom): Inflated {
  const options = { maxOutputLength: inflatedBytesMax(body.byteLength), chunkSize: CHUNK_BYTES, info: true };
  try {
    const inflated = wholeOf(inflateSync(body, compression, options), body.byteLength);
    if (inflated === null) return corrupt(compression);
    return budget.take(inflated.byteLength) ? inflated : bodiesFull();
  } catch (error) {
    return refusalOf(error, compression);
  }
}

/**
 * What `info: true` makes of a result (not in Node's types): the bytes, and the decoder with how much it has read. Brotli
 * and deflate leave out what follows their end without a word; then null.
 */
function wholeOf(result: unknown, sentBytes: number): Buffer | null {
  if (typeof result !== 'object' || result === null || !('buffer' in result) || !('engine' in result)) return null;
  const { buffer, engine } = result;
  if (typeof engine !== 'object' || engine === null || !('bytesWritten' in engine)) return null;
  return buffer instanceof Buffer && engine.bytesWritten === sentBytes ? buffer : null;
}

function inflateSync(body: Uint8Array, compression: Compression, options: InflateOptions): unknown {
  switch (compression) {
    case 'gzip':
      return zlib.gunzipSync(body, options);
    case 'deflate':
      return hasZlibHeader(body) ? zlib.inflateSync(body, options) : zlib.inflateRawSync(body, options);
    case 'br':
      return zlib.brotliDecompressSync(body, options);
    case 'zstd':
      return zlib.zstdDecompressSync(body, { ...options, ...WINDOW });
  }
}

function createDecoder(body: Uint8Array, compression: Compression): zlib.Gunzip | zlib.BrotliDecompress {
  switch (compression) {
    case 'gzip':
      return zlib.createGunzip({ chunkSize: CHUNK_BYTES });
    case 'deflate':
      return hasZlibHeader(body)
        ? zlib.createInflate({ chunkSize: CHUNK_BYTES })
        : zlib.createInflateRaw({ chunkSize: CHUNK_BYTES });
    case 'br':
      return zlib.createBrotliDecompress({ chunkSize: CHUNK_BYTES });
    case 'zstd':
      return zlib.createZstdDecompress({ chunkSize: CHUNK_BYTES, ...WINDOW });
  }
}

/** Inflates the parts one after another, as one body; ends early where `isGone`. */
function inflateInThread(
  parts: readonly Buffer[],
  compression: Compression,
  budget: BytesRoom,
  isGone: () => boolean,
  done: (inflated: Inflated) => void,
): void {
  const bytesMax = inflatedBytesMax(parts.reduce((sum, part) => sum + part.byteLength, 0));
  const chunks: Buffer[] = [];
  let bytes = 0;
  const inflatePart = (index: number): void => {
    const part = parts[index];
    if (part === undefined) {
      done(Buffer.concat(chunks, bytes));
      return;
    }
    const decoder = createDecoder(part, compression);
    let settled = false;
    const fail = (why: ContractError | null) => {
      if (settled) return;
      settled = true;
      budget.give(bytes);
      decoder.destroy();
      done(why);
    };
    decoder.on('data', (chunk: Buffer) => {
      if (settled) return;
      // Asked here, between two steps of the thread: now it does not read the body.
      if (isGone()) return fail(null);
      if (bytes + chunk.byteLength > bytesMax) return fail(inflatedTooLarge());
      if (!budget.take(chunk.byteLength)) return fail(bodiesFull());
      bytes += chunk.byteLength;
      chunks.push(chunk);
    });
    decoder.on('error', (error) => fail(refusalOf(error, compression)));
    decoder.on('end', () => {
      if (decoder.bytesWritten < part.byteLength) return fail(corrupt(compression));
      if (!settled) inflatePart(index + 1);
      settled = true;
    });
    decoder.end(part);
  };
  inflatePart(0);
}

/** RFC 1950, section 2.2: method 8 and a check of the first two bytes. Some clients send raw deflate under this name. */
function hasZlibHeader(body: Uint8Array): boolean {
  const [first = 0, second = 0] = body;
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
}

function refusalOf(error: unknown, compression: Compression): ContractError {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return code === 'ERR_BUFFER_TOO_LARGE' ? inflatedTooLarge() : corrupt(compression);
}

function corrupt(compression: Compression): ContractError {
  const window = compression === 'zstd' ? ', with a window of 8 MiB at most' : '';
  return new ContractError('VALIDATION_ERROR', `The body is not whole and valid ${compression}${window}.`, {
    issues: [{ path: '', message: `must be ${compression}, as Content-Encoding says` }],
  });
}

function viewOf(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}
