// Records that nobody can decode, kept beside the position until an operator deletes them.
import type { BusDeadLetters, BusRecord, DeadRecord } from '../bus.ts';
import type { Store } from './environment.ts';
import { decodeFrame, encodeFrame } from './record-frame.ts';
import { freshSnapshot } from './records.ts';
import { writeFailure } from './write-failure.ts';

/** Tells them from the position, which lies in the same environment. */
const KEY_PREFIX = Buffer.from('dead:');
const KEYS_END = Buffer.from('dead;');

/** @param nowMs the wall clock */
export function createDeadLetters(positions: Store, nowMs: () => number): BusDeadLetters {
  return {
    async append(record, reason) {
      try {
        // `noOverwrite`: the same source a second time changes nothing.
        await positions.put(deadKey(record.partition, record.offset), encodeDead(record, reason, nowMs()), {
          noOverwrite: true,
        });
      } catch (error) {
        throw await writeFailure(positions, error);
      }
    },
    async list(limit) {
      freshSnapshot(positions);
      const range = positions.getRange({ start: KEY_PREFIX, end: KEYS_END, limit });
      return [...range].map(({ value }) => decodeDead(value));
    },
    async remove(partition, offset) {
      try {
        await positions.remove(deadKey(partition, offset));
      } catch (error) {
        throw await writeFailure(positions, error);
      }
    },
  };
}

function deadKey(partition: number, offset: number): Buffer {
  const key = Buffer.alloc(KEY_PREFIX.byteLength + 12);
  KEY_PREFIX.copy(key);
  key.writeUInt32BE(partition, KEY_PREFIX.byteLength);
  key.writeBigUInt64BE(BigInt(offset), KEY_PREFIX.byteLength + 4);
  return key;
}

/** partition 4, offset 8, appended 8, dead 8, length of the reason 4, the reason, the record's frame. */
function encodeDead(record: BusRecord, reason: string, deadAtMs: number): Buffer {
  const text = Buffer.from(reason);
  const head = Buffer.alloc(32);
  head.writeUInt32BE(record.partition, 0);
  head.writeBigUInt64BE(BigInt(record.offset), 4);
  head.writeDoubleBE(record.appendedAtMs, 12);
  head.writeDoubleBE(deadAtMs, 20);
  head.writeUInt32BE(text.byteLength, 28);
  return Buffer.concat([head, text, encodeFrame(record)]);
}

function decodeDead(bytes: Buffer): DeadRecord {
  const frameAt = 32 + bytes.readUInt32BE(28);
  return {
    partition: bytes.readUInt32BE(0),
    offset: Number(bytes.readBigUInt64BE(4)),
    appendedAtMs: bytes.readDoubleBE(12),
    deadAtMs: bytes.readDoubleBE(20),
    reason: bytes.toString('utf8', 32, frameAt),
    ...decodeFrame(bytes.subarray(frameAt)),
  };
}
