// The open batch behind the LogBlock seam: one state, reused from record to record.
import { MODES } from '@sazabi/contract';
import { appendLog } from './append-log.ts';
import { type BlockState, clearBlock, createBlockState } from './block-state.ts';
import { indexOfText } from './dictionary.ts';
import { blockBytes, createBlockOutput, encodeBlock } from './encode-block.ts';
import type { LogBlock, RequestSource } from './log-block.ts';
import { UUID_BYTES, uuidFromText } from './uuid.ts';

const UINT32 = 0x1_0000_0000;

/** ClickHouse's UUID in memory: two little-endian 64-bit halves, the first eight bytes of the text form first. */
function readUuidWords(id: Uint8Array, into: Uint32Array): void {
  if (id.byteLength !== UUID_BYTES) throw new RangeError(`an id has ${id.byteLength} bytes, not ${UUID_BYTES}`);
  const view = new DataView(id.buffer, id.byteOffset, UUID_BYTES);
  into[0] = view.getUint32(4);
  into[1] = view.getUint32(0);
  into[2] = view.getUint32(12);
  into[3] = view.getUint32(8);
}

function takeSource(state: BlockState, source: RequestSource): void {
  const { request } = state;
  if (request.source === source) return;
  readUuidWords(uuidFromText(source.projectId), request.projectId);
  request.modeIndex = MODES.indexOf(source.mode);
  request.keyIndex = indexOfText(state.keyId, source.keyId);
  request.environment = source.environment;
  request.source = source;
}

/**
 * An empty block. Call `reset`, then `beginRequest` before the first `append`. Its buffers grow to the largest batch and
 * stay: a batch costs no allocations.
 */
export function createLogBlock(): LogBlock {
  const state = createBlockState();
  const output = createBlockOutput();
  return {
    get rowCount() {
      return state.rowCount;
    },
    get ownRowCount() {
      return state.ownRowCount;
    },
    get byteLength() {
      return blockBytes(state);
    },
    reset(recordId, expiresOnDay) {
      clearBlock(state);
      readUuidWords(recordId, state.recordId);
      state.expiresOnDay = expiresOnDay;
    },
    beginRequest(source, receivedAtMs, requestId) {
      takeSource(state, source);
      const { request } = state;
      request.receivedAtMs = receivedAtMs;
      request.receivedHigh = Math.floor(receivedAtMs / UINT32);
      request.receivedLow = receivedAtMs - request.receivedHigh * UINT32;
      request.nextOrdinal = 0;
      request.id = requestId === null ? null : request.idWords;
      if (requestId !== null) readUuidWords(requestId, request.idWords);
    },
    append(log, kind) {
      return appendLog(state, log, kind === 'event');
    },
    encode() {
      return encodeBlock(state, output);
    },
  };
}
