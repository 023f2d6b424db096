// Receipts: signed tokens by which the sender of a request may ask later whether its logs are stored.
import { timingSafeEqual } from 'node:crypto';
import { MODES, type Mode } from '@sazabi/contract';
import { createHmacSha256, type Sign } from './hmac-sha256.ts';
import { UUID_BYTES, uuidFromText, uuidToText } from './uuid.ts';

export interface ReceiptFields {
  /** UUID text. */
  readonly projectId: string;
  readonly mode: Mode;
  /** UUID text: the request's id where it came with an Idempotency-Key, else its record's. */
  readonly storedId: string;
  readonly firstOrdinal: number;
  /** Logs accepted. 0 where the stored id is a request's own: all rows of that id are its logs, so the store tells. */
  readonly count: number;
  /**
   * Days since 1970-01-01 UTC that the logs expire on: with the stored id it finds them. 0 where the stored id is a
   * request's own: the logs are of the day of whichever repeat came first, and its rows are found by the id alone.
   */
  readonly day: number;
}

/** What a receipt is made of; the stored id may come as its 16 bytes. */
export interface NewReceipt extends Omit<ReceiptFields, 'storedId'> {
  readonly storedId: string | Uint8Array;
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

/** Stands before the signed bytes, so that no other use of the secret can be taken for a receipt. */
const PURPOSE = 'sazabi receipt\n';
const signers = new WeakMap<Uint8Array, Sign>();
const signed = Buffer.from(PURPOSE + '\0'.repeat(BODY_BYTES));
// Most requests in a row are of one project; its id is not taken apart anew each time.
let project = { text: '', bytes: new Uint8Array(UUID_BYTES) };

/** Writes the tag of the token's body behind it. */
function writeTag(secret: Uint8Array, token: Buffer): void {
  let sign = signers.get(secret);
  if (sign === undefined) {
    sign = createHmacSha256(secret, signed.byteLength);
    signers.set(secret, sign);
  }
  token.copy(signed, PURPOSE.length, 0, BODY_BYTES);
  token.write(sign(signed), BODY_BYTES, TAG_BYTES, 'latin1');
}

function projectBytes(projectId: string): Uint8Array {
  if (project.text !== projectId) project = { text: projectId, bytes: Uint8Array.from(uuidFromText(projectId)) };
  return project.bytes;
}

/** The receipt's text: 80 characters of base64url. @throws RangeError for counts beyond 32 bits or a day beyond 16. */
export function createReceipt(secret: Uint8Array, fields: NewReceipt): string {
  const token = Buffer.alloc(BODY_BYTES + TAG_BYTES);
  token.writeUInt8(VERSION, 0);
  token.writeUInt8(MODES.indexOf(fields.mode), MODE_AT);
  token.set(projectBytes(fields.projectId), PROJECT_AT);
  token.set(typeof fields.storedId === 'string' ? uuidFromText(fields.storedId) : fields.storedId, STORED_AT);
  token.writeUInt32BE(fields.firstOrdinal, ORDINAL_AT);
  token.writeUInt32BE(fields.count, COUNT_AT);
  token.writeUInt16BE(fields.day, DAY_AT);
  writeTag(secret, token);
  return token.toString('base64url');
}

/** The fields of a receipt that was signed with `secret`, or null for any other text. Compares in constant time. */
export function readReceipt(secret: Uint8Array, text: string): ReceiptFields | null {
  if (!TEXT.test(text)) return null;
  const token = Buffer.from(text, 'base64url');
  const genuine = Buffer.from(token);
  writeTag(secret, genuine);
  if (!timingSafeEqual(genuine, token)) return null;
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
