// Everything an open block holds: its columns, what the current request fixes, and scratch space of the log being read.
import { type AttributeColumn, clearAttributes, createAttributeColumn } from './attribute-column.ts';
import { clearDictionary, createDictionary, type Dictionary } from './dictionary.ts';
import { createPathCache } from './flatten.ts';
import type { RequestSource } from './log-block.ts';
import { createLogFields, type LogFields } from './log-fields.ts';
import { createRowColumns, type RowColumns } from './row-columns.ts';
import { createStringColumn, type StringColumn } from './string-column.ts';
import type { Instant } from './timestamp.ts';

export interface BlockState {
  rowCount: number;
  ownRowCount: number;
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
  readonly recordId: Uint32Array;
  readonly request: RequestState;
  readonly fields: LogFields;
  readonly timestamp: Instant;
}

/** What is the same for all rows of the current request, ready to be stored. */
export interface RequestState {
  source: RequestSource | null;
  readonly projectId: Uint32Array;
  modeIndex: number;
  keyIndex: number;
  environment: string;
  receivedAtMs: number;
  receivedLow: number;
  receivedHigh: number;
  /** null: the rows are the record's own. */
  id: Uint32Array | null;
  readonly idWords: Uint32Array;
  nextOrdinal: number;
}

/** The state of an empty block. */
export function createBlockState(): BlockState {
  return {
    rowCount: 0,
    ownRowCount: 0,
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
    recordId: new Uint32Array(4),
    request: createRequestState(),
    fields: createLogFields(createPathCache()),
    timestamp: { seconds: 0, nanos: 0 },
  };
}

function createRequestState(): RequestState {
  return {
    source: null,
    projectId: new Uint32Array(4),
    modeIndex: 0,
    keyIndex: 0,
    environment: '',
    receivedAtMs: 0,
    receivedLow: 0,
    receivedHigh: 0,
    id: null,
    idWords: new Uint32Array(4),
    nextOrdinal: 0,
  };
}

/** Empties every column; buffers are kept. */
export function clearBlock(state: BlockState): void {
  state.rowCount = 0;
  state.ownRowCount = 0;
  state.request.source = null;
  clearDictionary(state.service);
  clearDictionary(state.environment);
  clearDictionary(state.host);
  clearDictionary(state.eventName);
  clearDictionary(state.keyId);
  state.message.length = 0;
  state.traceId.length = 0;
  state.spanId.length = 0;
  clearAttributes(state.attributes);
}
