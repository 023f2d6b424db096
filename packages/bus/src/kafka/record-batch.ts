// Kafka's record batch, version 2 (https://kafka.apache.org/documentation/#recordbatch), uncompressed and without a producer's
// id: our values are compressed already. A record's bytes are copied once, when it is appended, and used for every try.
import { BusError, type NewRecord, type RecordHeaders } from '../bus.ts';
import { crc32c } from './crc32c.ts';
import { HEADER_BYTES_MAX, VALUE_BYTES_MAX } from './limits.ts';

const MAGIC = 2;
/** Up to and with the count of records. */
const BATCH_HEADER_BYTES = 61;
const CRC_AT = 17;
const CHECKED_FROM = 21;
/** Base offset and length come before what the length counts. */
const UNCOUNTED_BYTES = 12;
/** Length, attributes and two deltas of a record, at most. */
const VARINT_BYTES_MAX = 5;
const RECORD_HEAD_BYTES_MAX = VARINT_BYTES_MAX + 1 + 1 + VARINT_BYTES_MAX;

export interface KeyedRecord {
  readonly key: Uint8Array | null;
  readonly headers: RecordHeaders;
  /** null = what was kept under the key is to go. */
  readonly value: Uint8Array | null;
}

/** @throws BusError 'too-large' */
export function checkSize({ value, headers }: NewRecord): void {
  const headerBytes = bytesOf(headers);
  if (headerBytes > HEADER_BYTES_MAX) throw tooLarge('headers', headerBytes, HEADER_BYTES_MAX);
  if (value.byteLength > VALUE_BYTES_MAX) throw tooLarge('value', value.byteLength, VALUE_BYTES_MAX);
}

/** Key, value and headers as they stand in a record: a copy, whatever batch the record comes to lie in. */
export function encodeBody({ key, value, headers }: KeyedRecord): Buffer {
  const contentBytes = (key?.byteLength ?? 0) + (value?.byteLength ?? 0) + bytesOf(headers);
  const sizeMax = contentBytes + (3 + headers.size * 2) * VARINT_BYTES_MAX;
  const body = Buffer.allocUnsafeSlow(sizeMax);
  let at = writeBytes(body, 0, key);
  at = writeBytes(body, at, value);
  at = writeVarint(body, at, headers.size);
  for (const [name, bytes] of headers) {
    at = writeBytes(body, at, Buffer.from(name));
    at = writeBytes(body, at, bytes);
  }
  return body.subarray(0, at);
}

/** At most the bytes of a batch of these bodies. */
export function batchBytesMax(bodies: readonly Uint8Array[]): number {
  return bodies.reduce((sum, body) => sum + body.byteLength + RECORD_HEAD_BYTES_MAX, BATCH_HEADER_BYTES);
}

/**
 * Writes a batch of records with these bodies, in order, to the beginning of `into`; its length.
 * @param timestampMs theirs, where the topic keeps the producer's time
 */
export function writeBatch(into: Buffer, bodies: readonly Uint8Array[], timestampMs: number): number {
  let at = BATCH_HEADER_BYTES;
  for (const [index, body] of bodies.entries()) {
    at = writeVarint(into, at, 1 + 1 + varintBytes(index) + body.byteLength);
    at = into.writeInt8(0, at);
    at = writeVarint(into, at, 0);
    at = writeVarint(into, at, index);
    into.set(body, at);
    at += body.byteLength;
  }
  writeBatchHeader(into, bodies.length, at, timestampMs);
  return at;
}

function writeBatchHeader(batch: Buffer, records: number, end: number, timestampMs: number): void {
  let at = batch.writeBigInt64BE(0n, 0);
  at = batch.writeInt32BE(end - UNCOUNTED_BYTES, at);
  at = batch.writeInt32BE(-1, at); // leader's epoch: the broker's to fill in
  at = batch.writeInt8(MAGIC, at);
  at = batch.writeUInt32BE(0, at);
  at = batch.writeInt16BE(0, at); // attributes: no compression, no transaction
  at = batch.writeInt32BE(records - 1, at);
  at = batch.writeBigInt64BE(BigInt(timestampMs), at);
  at = batch.writeBigInt64BE(BigInt(timestampMs), at);
  at = batch.writeBigInt64BE(-1n, at); // no producer's id, epoch, sequence
  at = batch.writeInt16BE(-1, at);
  at = batch.writeInt32BE(-1, at);
  batch.writeInt32BE(records, at);
  batch.writeUInt32BE(crc32c(batch.subarray(CHECKED_FROM, end)), CRC_AT);
}

function bytesOf(headers: RecordHeaders): number {
  let bytes = 0;
  for (const [name, value] of headers) bytes += Buffer.byteLength(name) + value.byteLength;
  return bytes;
}

function writeBytes(into: Buffer, at: number, bytes: Uint8Array | null): number {
  if (bytes === null) return writeVarint(into, at, -1);
  const next = writeVarint(into, at, bytes.byteLength);
  into.set(bytes, next);
  return next + bytes.byteLength;
}

/** Zigzag, seven bits a byte. */
function writeVarint(into: Buffer, at: number, value: number): number {
  let left = zigzag(value);
  while (left > 0x7f) {
    at = into.writeUInt8((left & 0x7f) | 0x80, at);
    left >>>= 7;
  }
  return into.writeUInt8(left, at);
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let left = zigzag(value); left > 0x7f; left >>>= 7) bytes += 1;
  return bytes;
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}

function tooLarge(what: string, bytes: number, bytesMax: number): BusError {
  return new BusError('too-large', `A record's ${what} may have ${bytesMax} bytes, this one has ${bytes}.`);
}
