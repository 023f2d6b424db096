// Reads a request's body of any chunking, within the limit of one body and the budget of all.
import { ContractError } from '@sazabi/contract';
import type { BytesRoom } from '../bytes-budget.ts';
import { BODY_BYTES_MAX, BODY_ROOM_BYTES_MIN } from '../limits.ts';
import { bodiesFull, bodyTooLarge } from '../refusals.ts';
import type { Exchange } from './exchange.ts';

const DIGITS = /^\d{1,15}$/;

/**
 * Whether the head says that there is no body. It is not waited for then: uWebSockets 20.51 never tells of an empty one
 * where the head came in several pieces.
 */
export function isBodyEmpty(contentLength: string, transferEncoding: string): boolean {
  return transferEncoding === '' && (contentLength === '' || Number(contentLength) === 0);
}

/** What the head says of the body's length, judged before any of it is read; null where it may be read. */
export function bodyRefusal(contentLength: string, transferEncoding: string, budget: BytesRoom): ContractError | null {
  if (transferEncoding !== '' && transferEncoding.toLowerCase() !== 'chunked') {
    return new ContractError(
      'UNSUPPORTED_MEDIA_TYPE',
      'Transfer-Encoding may only be chunked. Say how the body is compressed in Content-Encoding.',
    );
  }
  if (contentLength === '') return null;
  // uWebSockets itself refuses what is no number; two different lengths come joined.
  if (!DIGITS.test(contentLength)) {
    return new ContractError('VALIDATION_ERROR', 'The request has more than one Content-Length. Send one.', {
      issues: [{ path: 'content-length', message: 'must be one number of bytes' }],
    });
  }
  if (Number(contentLength) > BODY_BYTES_MAX) return bodyTooLarge();
  return budget.fits(Number(contentLength)) ? null : bodiesFull();
}

/** What a request is told of its body: made once for all, and called with the request. */
export interface BodyReader<Request> {
  /** Whether it has been waited for long enough. */
  readonly isLate: (request: Request) => boolean;
  readonly take: (request: Request, body: Uint8Array) => void;
  readonly refuse: (request: Request, error: ContractError) => void;
}

/**
 * Calls `take` once with the whole body, or `refuse` once; neither where the client goes away. A body that came in one
 * chunk is passed as it is and dies with the call: whoever needs it longer copies it. Any other is gathered in one buffer
 * that grows by doubling, as a client may send each byte in a chunk of its own; its capacity is what is charged. The
 * exchange holds it in the budget until it ends. Where `isLate` says so, the connection is closed instead of waiting on.
 */
export function readBody<Request extends { readonly exchange: Exchange }>(
  request: Request,
  contentLength: string,
  budget: BytesRoom,
  reader: BodyReader<Request>,
): void {
  const { exchange } = request;
  let gathered: Buffer | null = null;
  let bytes = 0;
  let over = false;
  exchange.response.onData((chunk, isLast) => {
    // Called on with the rest of a body that was answered too early, or for a client that is gone.
    if (over || exchange.done) return;
    // uWebSockets ends what is slower than 16 KiB a second: so there is always a next chunk to be late at.
    if (!isLast && reader.isLate(request)) {
      over = true;
      gathered = null;
      exchange.response.close();
      return;
    }
    const at = bytes;
    bytes += chunk.byteLength;
    const room = gathered?.byteLength ?? 0;
    const alone = isLast && gathered === null;
    const capacity = alone || bytes <= room ? Math.max(bytes, room) : grownCapacity(bytes, room, contentLength);
    if (bytes > BODY_BYTES_MAX || !budget.take(capacity - room)) {
      over = true;
      gathered = null;
      return reader.refuse(request, bytes > BODY_BYTES_MAX ? bodyTooLarge() : bodiesFull());
    }
    exchange.heldBytes += capacity - room;
    if (alone) {
      over = true;
      return reader.take(request, new Uint8Array(chunk));
    }
    if (gathered === null || capacity > room) gathered = grown(gathered, at, capacity);
    gathered.set(new Uint8Array(chunk), at);
    if (!isLast) return;
    over = true;
    const whole = gathered.subarray(0, bytes);
    gathered = null;
    reader.take(request, whole);
  });
}

function grownCapacity(bytes: number, room: number, contentLength: string): number {
  // Grown to, not begun with: whoever only announces a long body shall not hold one.
  const capacityMax = contentLength === '' ? BODY_BYTES_MAX : Number(contentLength);
  return Math.max(bytes, Math.min(Math.max(2 * room, BODY_ROOM_BYTES_MIN), capacityMax));
}

/** A larger buffer that begins with the first `bytes` of the old one. */
function grown(old: Buffer | null, bytes: number, capacity: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(capacity);
  old?.copy(larger, 0, 0, bytes);
  return larger;
}
