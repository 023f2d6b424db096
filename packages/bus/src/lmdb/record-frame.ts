// Headers and value of a record as one stored value: version, count, then name and value of each header, then the value.
import { BusError, type NewRecord, type RecordHeaders } from '../bus.ts';
import { HEADER_BYTES_MAX, VALUE_BYTES_MAX } from './limits.ts';

const FRAME_VERSION = 1;
/** Version, and count of headers. */
const FIXED_BYTES = 1 + 2;
/** Length of a header's name and of its value. */
const HEADER_FIXED_BYTES = 2 + 4;

/**
 * One copy of the record, in memory that `take` gives: the caller may hand it to another thread.
 * @throws BusError 'too-large'
 */
export function encodeFrame(record: NewRecord, take: (bytes: number) => Buffer = Buffer.allocUnsafeSlow): Buffer {
  let headerBytes = 0;
  for (const [name, value] of record.headers) {
    headerBytes += HEADER_FIXED_BYTES + Buffer.byteLength(name) + value.byteLength;
  }
  if (headerBytes > HEADER_BYTES_MAX) throw tooLarge('headers', headerBytes, HEADER_BYTES_MAX);
  if (record.value.byteLength > VALUE_BYTES_MAX) throw tooLarge('value', record.value.byteLength, VALUE_BYTES_MAX);

  const frame = take(FIXED_BYTES + headerBytes + record.value.byteLength);
  let at = frame.writeUInt8(FRAME_VERSION, 0);
  at = frame.writeUInt16BE(record.headers.size, at);
  for (const [name, value] of record.headers) {
    at = frame.writeUInt16BE(Buffer.byteLength(name), at);
    at = frame.writeUInt32BE(value.byteLength, at);
    at += frame.write(name, at);
    frame.set(value, at);
    at += value.byteLength;
  }
  frame.set(record.value, at);
  return frame;
}

/** Headers and value as views of `frame`. @throws BusError 'unavailable' when it is no frame of ours */
export function decodeFrame(frame: Buffer): { headers: RecordHeaders; value: Uint8Array } {
  if (frame.byteLength < FIXED_BYTES || frame.readUInt8(0) !== FRAME_VERSION) throw damaged();
  const headers = new Map<string, Uint8Array>();
  let at = FIXED_BYTES;
  for (let left = frame.readUInt16BE(1); left > 0; left -= 1) {
    if (at + HEADER_FIXED_BYTES > frame.byteLength) throw damaged();
    const nameBytes = frame.readUInt16BE(at);
    const valueBytes = frame.readUInt32BE(at + 2);
    at += HEADER_FIXED_BYTES;
    if (at + nameBytes + valueBytes > frame.byteLength) throw damaged();
    const name = frame.toString('utf8', at, at + nameBytes);
    at += nameBytes;
    headers.set(name, frame.subarray(at, at + valueBytes));
    at += valueBytes;
  }
  return { headers, value: frame.subarray(at) };
}

function tooLarge(what: string, bytes: number, bytesMax: number): BusError {
  return new BusError('too-large', `A record's ${what} may have ${bytesMax} bytes, this one has ${bytes}.`);
}

function damaged(): BusError {
  return new BusError('unavailable', 'A stored record of the bus is damaged: its frame cannot be read.');
}
