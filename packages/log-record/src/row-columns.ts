// The columns of fixed width, one array each, all of one capacity; laid out as ClickHouse reads them (little endian).
import { doubled } from './dictionary.ts';

/** 64-bit values take two places (low, high), UUIDs four. */
export interface RowColumns {
  capacity: number;
  projectId: Uint32Array;
  timestamp: Uint32Array;
  receivedAt: Uint32Array;
  severity: Uint8Array;
  mode: Uint8Array;
  service: Uint32Array;
  environment: Uint32Array;
  host: Uint32Array;
  eventName: Uint32Array;
  keyId: Uint32Array;
  /** Offset behind the row's last attribute, counted over the batch. */
  attributesEnd: Uint32Array;
  bytes: Uint32Array;
  batchId: Uint32Array;
  ordinal: Uint32Array;
}

const INITIAL_ROWS = 1024;

/** Empty columns. */
export function createRowColumns(): RowColumns {
  return {
    capacity: INITIAL_ROWS,
    projectId: new Uint32Array(INITIAL_ROWS * 4),
    timestamp: new Uint32Array(INITIAL_ROWS * 2),
    receivedAt: new Uint32Array(INITIAL_ROWS * 2),
    severity: new Uint8Array(INITIAL_ROWS),
    mode: new Uint8Array(INITIAL_ROWS),
    service: new Uint32Array(INITIAL_ROWS),
    environment: new Uint32Array(INITIAL_ROWS),
    host: new Uint32Array(INITIAL_ROWS),
    eventName: new Uint32Array(INITIAL_ROWS),
    keyId: new Uint32Array(INITIAL_ROWS),
    attributesEnd: new Uint32Array(INITIAL_ROWS * 2),
    bytes: new Uint32Array(INITIAL_ROWS),
    batchId: new Uint32Array(INITIAL_ROWS * 4),
    ordinal: new Uint32Array(INITIAL_ROWS),
  };
}

function doubledBytes(array: Uint8Array): Uint8Array {
  const larger = new Uint8Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** Doubles the capacity. */
export function growRowColumns(columns: RowColumns): void {
  columns.capacity *= 2;
  columns.projectId = doubled(columns.projectId);
  columns.timestamp = doubled(columns.timestamp);
  columns.receivedAt = doubled(columns.receivedAt);
  columns.severity = doubledBytes(columns.severity);
  columns.mode = doubledBytes(columns.mode);
  columns.service = doubled(columns.service);
  columns.environment = doubled(columns.environment);
  columns.host = doubled(columns.host);
  columns.eventName = doubled(columns.eventName);
  columns.keyId = doubled(columns.keyId);
  columns.attributesEnd = doubled(columns.attributesEnd);
  columns.bytes = doubled(columns.bytes);
  columns.batchId = doubled(columns.batchId);
  columns.ordinal = doubled(columns.ordinal);
}
