// The open batch behind the LogBlock seam: one state, reused from record to record.
import { MODES } from '@sazabi/contract';
import { appendLog } from './append-log.ts';
import { type BlockState, clearBlock, createBlockState, stateBytes } from './block-state.ts';
import { indexOfText } from './dictionary.ts';
import { blockBytes, encodeBlock } from './encode-block.ts';
import { appendJsonLogs } from './json/append-json-logs.ts';
import type { JsonBytes } from './json/json-bytes.ts';
import { LARGE_LOG_BYTES } from './large-logs.ts';
import type { LogBlock, Rejection, RequestSource } from './log-block.ts';
import { dropToMark, markRequest } from './request-mark.ts';
import { beginRun, UUID_WORDS } from './request-runs.ts';
import { UUID_BYTES, uuidFromText } from './uuid.ts';

const UINT32 = 0x1_0000_0000;

/** ClickHouse's UUID in memory: two little-endian 64-bit halves, the first eight bytes of the text form first. */
function readUuidWords(id: Uint8Array, into: Int32Array, at: number): void {
  if (id.byteLength !== UUID_BYTES) throw new RangeError(`an id has ${id.byteLength} bytes, not ${UUID_BYTES}`);
  const view = new DataView(id.buffer, id.byteOffset, UUID_BYTES);
  into[at] = view.getUint32(4);
  into[at + 1] = view.getUint32(0);
  into[at + 2] = view.getUint32(12);
  into[at + 3] = view.getUint32(8);
}

function copyUuidWords(from: Int32Array, into: Int32Array, at: number): void {
  for (let word = 0; word < UUID_WORDS; word++) into[at + word] = from[word] ?? 0;
}

/** A key's requests come with the same source: its project's text is read once. */
const projectWords = new WeakMap<RequestSource, Int32Array>();

function projectWordsOf(source: RequestSource): Int32Array {
  const known = projectWords.get(source);
  if (known !== undefined) return known;
  const words = new Int32Array(UUID_WORDS);
  readUuidWords(uuidFromText(source.projectId), words, 0);
  projectWords.set(source, words);
  return words;
}

function takeSource(state: BlockState, source: RequestSource): void {
  const { request } = state;
  if (request.source === source) return;
  copyUuidWords(projectWordsOf(source), request.projectId, 0);
  request.modeIndex = MODES.indexOf(source.mode);
  request.keyIndex = indexOfText(state.keyId, source.keyId);
  request.environment = source.environment;
  request.environmentBytes = Buffer.byteLength(source.environment);
  request.source = source;
}

/**
 * An empty block. Call `reset`, then `beginRequest` before the first `append`. Its buffers grow to the usual batch and
 * stay: a batch costs no allocations.
 */
export function createLogBlock(): LogBlock {
  return new OpenLogBlock();
}

/** A class, as V8 keeps an object literal with getters as a table, and each use of it is a search there. */
class OpenLogBlock implements LogBlock {
  readonly #state = createBlockState();

  get rowCount() {
    return this.#state.rowCount;
  }
  get ownRowCount() {
    return this.#state.ownRowCount;
  }
  get logBytes() {
    return this.#state.logBytes;
  }
  get largeLogBytes() {
    const { rows, rowCount } = this.#state;
    let sum = 0;
    for (let row = 0; row < rowCount; row++) {
      const bytes = rows.bytes[row] ?? 0;
      if (bytes > LARGE_LOG_BYTES) sum += bytes;
    }
    return sum;
  }
  get byteLength() {
    return blockBytes(this.#state);
  }
  get bufferBytes() {
    return stateBytes(this.#state);
  }

  reset(recordId: Uint8Array, expiresOnDay: number): void {
    clearBlock(this.#state);
    readUuidWords(recordId, this.#state.recordId, 0);
    this.#state.expiresOnDay = expiresOnDay;
  }

  beginRequest(source: RequestSource, receivedAtMs: number, requestId: Uint8Array | null): void {
    beginRequest(this.#state, source, receivedAtMs, requestId);
  }

  append(log: unknown, kind: 'log' | 'event'): Rejection | null {
    return appendLog(this.#state, log, kind === 'event');
  }

  appendJson(text: JsonBytes, separator: number, logsMax: number): number {
    return appendJsonLogs(this.#state, text, separator, logsMax);
  }

  dropRequest(): void {
    dropToMark(this.#state);
  }

  encode(): Uint8Array {
    return encodeBlock(this.#state);
  }
}

function beginRequest(
  state: BlockState,
  source: RequestSource,
  receivedAtMs: number,
  requestId: Uint8Array | null,
): void {
  takeSource(state, source);
  markRequest(state);
  const { request, runs } = state;
  request.receivedSeconds = Math.floor(receivedAtMs / 1000);
  request.receivedNanos = (receivedAtMs - request.receivedSeconds * 1000) * 1_000_000;
  request.own = requestId === null;
  const run = beginRun(runs, state.rowCount);
  copyUuidWords(request.projectId, runs.projectId, run * UUID_WORDS);
  if (requestId === null) copyUuidWords(state.recordId, runs.batchId, run * UUID_WORDS);
  else readUuidWords(requestId, runs.batchId, run * UUID_WORDS);
  runs.firstOrdinal[run] = requestId === null ? state.ownRowCount : 0;
  const receivedHigh = Math.floor(receivedAtMs / UINT32);
  runs.receivedAt[run * 2] = receivedAtMs - receivedHigh * UINT32;
  runs.receivedAt[run * 2 + 1] = receivedHigh;
  runs.mode[run] = request.modeIndex;
  runs.keyId[run] = request.keyIndex;
}
