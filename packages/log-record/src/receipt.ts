// Receipts: signed tokens by which the sender of a request may ask later whether its logs are stored.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { MODES, type Mode } from '@sazabi/contract';
import { UUID_BYTES, uuidFromText, uuidToText } from './uuid.ts';

export interface ReceiptFields {
  /** UUID text. */
  readonly projectId: string;
  readonly mode: Mode;
  /** UUID text: the request's id where it came with an Idempotency-Key, else its record's. */
  readonly storedId: string;
  readonly firstOrdinal: number;
  readonly count: number;
  /** Days since 1970-01-01 UTC that the logs expire on: with the stored id it finds them. */
  readonly day: number;
}

// version, mode, project, stored id, first ordinal, count, day: 44 bytes; with the tag 60, so base64url needs no padding.
const VERSION = 1;
const MODE_AT = 1;
const PROJECT_AT = 2;
const STORED_AT = PROJECT_AT + UUID_BYTES;
const ORDINAL_AT = STORED_AT + UUID_BYTES;
const COUNT_AT = ORDINAL_AT + 4;
const DAY_AT = COUNT_AT + 4;
const BODY_BYTES = DAY_AT + 2;
/** HMAC-SHA256 cut to 128 bits (RFC 2104, section 5, allows half): guessing stays out of reach and the token short. */
const TAG_BYTES = 16;
const TEXT = /^[A-Za-z0-9_-]{80}$/;

function tagOf(secret: Uint8Array, body: Uint8Array): Buffer {
  return createHmac('sha256', secret).update('sazabi receipt\n').update(body).digest().subarray(0, TAG_BYTES);
}

/** The receipt's text: 80 characters of base64url. @throws RangeError for counts beyond 32 bits or a day beyond 16. */
export function createReceipt(secret: Uint8Array, fields: ReceiptFields): string {
  const token = Buffer.alloc(BODY_BYTES + TAG_BYTES);
  token.writeUInt8(VERSION, 0);
  token.writeUInt8(MODES.indexOf(fields.mode), MODE_AT);
  token.set(uuidFromText(fields.projectId), PROJECT_AT);
  token.set(uuidFromText(fields.storedId), STORED_AT);
  token.writeUInt32BE(fields.firstOrdinal, ORDINAL_AT);
  token.writeUInt32BE(fields.count, COUNT_AT);
  token.writeUInt16BE(fields.day, DAY_AT);
  token.set(tagOf(secret, token.subarray(0, BODY_BYTES)), BODY_BYTES);
  return token.toString('base64url');
}

/** The fields of a receipt that was signed with `secret`, or null for any other text. Compares in constant time. */
export function readReceipt(secret: Uint8Array, text: string): ReceiptFields | null {
  if (!TEXT.test(text)) return null;
  const token = Buffer.from(text, 'base64url');
  const body = token.subarray(0, BODY_BYTES);
  if (!timingSafeEqual(tagOf(secret, body), token.subarray(BODY_BYTES))) return null;
  const mode = MODES[token.readUInt8(MODE_AT)];
  if (token.readUInt8(0) !== VERSION || mode === undefined) return null;
  return {
    projectId: uuidToText(token.subarray(PROJECT_AT, STORED_AT)),
    mode,
    storedId: uuidToText(token.subarray(STORED_AT, ORDINAL_AT)),
    firstOrdinal: token.readUInt32BE(ORDINAL_AT),
    count: token.readUInt32BE(COUNT_AT),
    day: token.readUInt16BE(DAY_AT),
  };
}
