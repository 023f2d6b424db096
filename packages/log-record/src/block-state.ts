// Everything an open block holds: its columns, what the current request fixes, and scratch space of the log being read.
import { type AttributeColumn, clearAttributes, createAttributeColumn } from './attribute-column.ts';
import { clearDictionary, createDictionary, type Dictionary } from './dictionary.ts';
import { createPathCache } from './flatten.ts';
import type { RequestSource } from './log-block.ts';
import { createLogFields, type LogFields } from './log-fields.ts';
import { createRequestMark, type RequestMark } from './request-mark.ts';
import { createRequestRuns, type RequestRuns, UUID_WORDS } from './request-runs.ts';
import { createRowColumns, type RowColumns } from './row-columns.ts';
import { clearStringColumn, createStringColumn, type StringColumn } from './string-column.ts';
import type { Instant } from './timestamp.ts';

/** Of a row in the columns of fixed width. */
const ROW_BYTES = 37;

export interface BlockState {
  rowCount: number;
  ownRowCount: number;
  logBytes: number;
  expiresOnDay: number;
  readonly rows: RowColumns;
  readonly service: Dictionary;
  readonly environment: Dictionary;
  readonly host: Dictionary;
  readonly eventName: Dictionary;
  readonly keyId: Dictionary;
  readonly message: StringColumn;
  readonly traceId: StringColumn;
  readonly spanId: StringColumn;
  readonly attributes: AttributeColumn;
  readonly recordId: Int32Array;
  readonly runs: RequestRuns;
  readonly request: RequestState;
  readonly mark: RequestMark;
  readonly fields: LogFields;
  readonly timestamp: Instant;
}

/** What the rows of the current request need beside its run. */
export interface RequestState {
  source: RequestSource | null;
  readonly projectId: Int32Array;
  modeIndex: number;
  keyIndex: number;
  environment: string;
  environmentBytes: number;
  receivedSeconds: number;
  receivedNanos: number;
  /** Whether the rows are the record's own. */
  own: boolean;
}

/** The state of an empty block. */
export function createBlockState(): BlockState {
  return {
    rowCount: 0,
    ownRowCount: 0,
    logBytes: 0,
    expiresOnDay: 0,
    rows: createRowColumns(),
    service: createDictionary(),
    environment: createDictionary(),
    host: createDictionary(),
    eventName: createDictionary(),
    keyId: createDictionary(),
    message: createStringColumn(),
    traceId: createStringColumn(),
    spanId: createStringColumn(),
    attributes: createAttributeColumn(),
    recordId: new Int32Array(UUID_WORDS),
    runs: createRequestRuns(),
    request: createRequestState(),
    mark: createRequestMark(),
    fields: createLogFields(createPathCache()),
    timestamp: { seconds: 0, nanos: 0 },
  };
}

function createRequestState(): RequestState {
  return {
    source: null,
    projectId: new Int32Array(UUID_WORDS),
    modeIndex: 0,
    keyIndex: 0,
    environment: '',
    environmentBytes: 0,
    receivedSeconds: 0,
    receivedNanos: 0,
    own: true,
  };
}

/** Empties every column; buffers are kept, but for very large ones. */
export function clearBlock(state: BlockState): void {
  state.rowCount = 0;
  state.ownRowCount = 0;
  state.logBytes = 0;
  state.request.source = null;
  state.runs.count = 0;
  clearDictionary(state.service);
  clearDictionary(state.environment);
  clearDictionary(state.host);
  clearDictionary(state.eventName);
  clearDictionary(state.keyId);
  clearStringColumn(state.message);
  clearStringColumn(state.traceId);
  clearStringColumn(state.spanId);
  clearAttributes(state.attributes);
}

/** Memory of the buffers that grow with what is appended; small ones of fixed size are not counted. */
export function stateBytes({ rows, message, traceId, spanId, attributes }: BlockState): number {
  const { keys, values, keyIndexes, rowOfKey } = attributes;
  const texts = message.bytes.length + traceId.bytes.length + spanId.bytes.length + values.bytes.length;
  return texts + rows.capacity * ROW_BYTES + keys.keys.bytes.length + keyIndexes.byteLength + rowOfKey.byteLength;
}
