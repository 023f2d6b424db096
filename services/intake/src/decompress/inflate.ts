// Inflates a body within the limits: small ones at once, larger ones in threads, a few at a time.
import zlib from 'node:zlib';
import { ContractError } from '@sazabi/contract';
import type { BytesBudget } from '../bytes-budget.ts';
import {
  INFLATE_SYNC_BYTES_MAX,
  INFLATED_BYTES_ANY_RATIO,
  INFLATED_BYTES_MAX,
  INFLATION_RATIO_MAX,
  INFLATIONS_MAX,
  ZSTD_WINDOW_LOG_MAX,
} from '../limits.ts';
import { bodiesFull, inflatedTooLarge } from '../refusals.ts';
import type { Compression } from './content-encoding.ts';
import { areWholeZstdFrames } from './zstd-frames.ts';

/** What inflating came to; its bytes are taken of the budget, and given back by whoever takes them. */
export type Inflated = Buffer | ContractError;

export interface Inflater {
  /** Calls `done` once, within the call for small bodies. `body` is copied where it is needed longer than the call. */
  inflate(body: Uint8Array, compression: Compression, done: (inflated: Inflated) => void): void;
}

interface InflateOptions {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

const CHUNK_BYTES = 64 * 1024;
const WINDOW = { params: { [zlib.constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX } };

/** What a body of `sentBytes` may inflate to. */
function inflatedBytesMax(sentBytes: number): number {
  return Math.min(INFLATED_BYTES_MAX, Math.max(INFLATED_BYTES_ANY_RATIO, sentBytes * INFLATION_RATIO_MAX));
}

/** An inflater that charges `budget` for what comes out, as it comes out. */
export function createInflater(budget: BytesBudget): Inflater {
  const waiting: (() => void)[] = [];
  let running = 0;
  const release = () => {
    running -= 1;
    waiting.shift()?.();
  };

  return {
    inflate(body, compression, done) {
      if (compression === 'zstd' && !areWholeZstdFrames(viewOf(body))) return done(corrupt(compression));
      if (body.byteLength <= INFLATE_SYNC_BYTES_MAX) return done(inflateNow(body, compression, budget));
      const owned = Buffer.from(body);
      const start = () => {
        running += 1;
        inflateInThread(owned, compression, budget, (inflated) => {
          release();
          done(inflated);
        });
      };
      if (running < INFLATIONS_MAX) start();
      else waiting.push(start);
    },
  };
}

function inflateNow(body: Uint8Array, compression: Compression, budget: BytesBudget): Inflated {
  const options: InflateOptions = { maxOutputLength: inflatedBytesMax(body.byteLength), chunkSize: CHUNK_BYTES };
  try {
    const inflated = inflateSync(body, compression, options);
    return budget.take(inflated.byteLength) ? inflated : bodiesFull();
  } catch (error) {
    return refusalOf(error, compression);
  }
}

function inflateSync(body: Uint8Array, compression: Compression, options: InflateOptions): Buffer {
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

function inflateInThread(
  body: Buffer,
  compression: Compression,
  budget: BytesBudget,
  done: (inflated: Inflated) => void,
): void {
  const decoder = createDecoder(body, compression);
  const bytesMax = inflatedBytesMax(body.byteLength);
  const chunks: Buffer[] = [];
  let bytes = 0;
  let settled = false;
  const settle = (inflated: Inflated) => {
    if (settled) return;
    settled = true;
    if (inflated instanceof ContractError) budget.give(bytes);
    decoder.destroy();
    done(inflated);
  };
  decoder.on('data', (chunk: Buffer) => {
    if (settled) return;
    if (bytes + chunk.byteLength > bytesMax) return settle(inflatedTooLarge());
    if (!budget.take(chunk.byteLength)) return settle(bodiesFull());
    bytes += chunk.byteLength;
    chunks.push(chunk);
  });
  decoder.on('end', () => settle(Buffer.concat(chunks, bytes)));
  decoder.on('error', (error) => settle(refusalOf(error, compression)));
  decoder.end(body);
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
