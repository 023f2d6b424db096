// Receipts: signed tokens by which the sender of a request may ask later whether its logs are stored.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { MODES, type Mode } from '@sazabi/contract';
import { sipHash128 } from './siphash.ts';
import { UUID_BYTES, uuidFromText, uuidToText } from './uuid.ts';

/** What a request's receipt says beside its project and mode; the stored id as its 16 bytes. */
export interface StoredRequest {
  /** The request's id where it came with an Idempotency-Key, else its record's. */
  readonly storedId: Uint8Array;
  readonly firstOrdinal: number;
  /** Logs accepted. 0 where the stored id is a request's own: all rows of that id are its logs, so the store tells. */
  readonly count: number;
  /**
   * Days since 1970-01-01 UTC that the logs expire on: with the stored id it finds them. 0 where the stored id is a
   * request's own: the logs are of the day of whichever repeat came first, and its rows are found by the id alone.
   */
  readonly day: number;
}

export interface ReceiptFields extends Omit<StoredRequest, 'storedId'> {
  /** UUID text. */
  readonly projectId: string;
  readonly mode: Mode;
  /** UUID text. */
  readonly storedId: string;
}

/** What signs the receipts of one project and mode. */
export interface ReceiptKey {
  /** What each of them begins with: version, mode, project. */
  readonly start: Uint8Array;
  /** Of SipHash, made from the secret and `start`: who could find it by its receipts could forge those of this project alone. */
  readonly words: Int32Array;
}

// version, mode, project, stored id, first ordinal, count, day: 44 bytes; with the tag 60, so base64url needs no padding.
const VERSION = 2;
const MODE_AT = 1;
const PROJECT_AT = 2;
const STORED_AT = PROJECT_AT + UUID_BYTES;
const ORDINAL_AT = STORED_AT + UUID_BYTES;
const COUNT_AT = ORDINAL_AT + 4;
const DAY_AT = COUNT_AT + 4;
const BODY_BYTES = DAY_AT + 2;
/** 128 bits, of the tag and of its key: guessing stays out of reach and the token short. */
const TAG_BYTES = 16;
const TOKEN_BYTES = BODY_BYTES + TAG_BYTES;
const TEXT = /^[A-Za-z0-9_-]{80}$/;
/** Of a receipt's text. */
export const RECEIPT_CHARACTERS = 80;

/** Stands before what is signed with the secret itself, so that no other use of it can be taken for a receipt. */
const PURPOSE = 'sazabi receipt\n';
/** The version before: the tag was an HMAC-SHA256 of the body. Receipts can be asked for 7 days. */
const HMAC_VERSION = 1;

const BASE64URL = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
/** One receipt is written at a time. */
const token = Buffer.alloc(TOKEN_BYTES);
const tokenView = viewOf(token);

/** The key of a project (UUID text) and mode. */
export function receiptKeyOf(secret: Uint8Array, projectId: string, mode: Mode): ReceiptKey {
  const start = Uint8Array.of(VERSION, MODES.indexOf(mode), ...uuidFromText(projectId));
  const key = viewOf(hmac(secret, start));
  return { start, words: Int32Array.from({ length: 4 }, (_, word) => key.getInt32(word * 4, true)) };
}

/** Writes the receipt's 80 characters of base64url. @throws RangeError for counts beyond 32 bits or a day beyond 16 */
export function writeReceipt(key: ReceiptKey, stored: StoredRequest, into: Uint8Array, at: number): void {
  token.set(key.start);
  token.set(stored.storedId, STORED_AT);
  token.writeUInt32BE(stored.firstOrdinal, ORDINAL_AT);
  token.writeUInt32BE(stored.count, COUNT_AT);
  token.writeUInt16BE(stored.day, DAY_AT);
  sipHash128(key.words, tokenView, BODY_BYTES, BODY_BYTES);
  // By hand: a string of it would be made, copied and collected for each answer.
  for (let from = 0, to = at; from < TOKEN_BYTES; from += 3, to += 4) {
    const bits = ((token[from] ?? 0) << 16) | ((token[from + 1] ?? 0) << 8) | (token[from + 2] ?? 0);
    into[to] = BASE64URL[bits >>> 18] ?? 0;
    into[to + 1] = BASE64URL[(bits >>> 12) & 63] ?? 0;
    into[to + 2] = BASE64URL[(bits >>> 6) & 63] ?? 0;
    into[to + 3] = BASE64URL[bits & 63] ?? 0;
  }
}

/** The fields of a receipt that was signed with `secret`, or null for any other text. Compares in constant time. */
export function readReceipt(secret: Uint8Array, text: string): ReceiptFields | null {
  if (!TEXT.test(text)) return null;
  const given = Buffer.from(text, 'base64url');
  const mode = MODES[given.readUInt8(MODE_AT)];
  if (mode === undefined) return null;
  const fields = {
    projectId: uuidToText(given.subarray(PROJECT_AT, STORED_AT)),
    mode,
    storedId: uuidToText(given.subarray(STORED_AT, ORDINAL_AT)),
    firstOrdinal: given.readUInt32BE(ORDINAL_AT),
    count: given.readUInt32BE(COUNT_AT),
    day: given.readUInt16BE(DAY_AT),
  };
  return timingSafeEqual(genuineTag(secret, given, fields), given.subarray(BODY_BYTES)) ? fields : null;
}

/** The tag that the token's body should have. A version that there is not is signed like the present one, and nobody has signed it. */
function genuineTag(secret: Uint8Array, given: Buffer, { projectId, mode }: ReceiptFields): Uint8Array {
  if (given[0] === HMAC_VERSION) return hmac(secret, given.subarray(0, BODY_BYTES)).subarray(0, TAG_BYTES);
  const genuine = Buffer.from(given);
  sipHash128(receiptKeyOf(secret, projectId, mode).words, viewOf(genuine), BODY_BYTES, BODY_BYTES);
  return genuine.subarray(BODY_BYTES);
}

function hmac(secret: Uint8Array, bytes: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(PURPOSE).update(bytes).digest();
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
