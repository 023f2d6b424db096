// The columns of fixed width that differ from row to row, one array each, all of one capacity; laid out as ClickHouse reads them
// (little endian).
import { doubled } from './dictionary.ts';

/** 64-bit values take two places (low, high). */
export interface RowColumns {
  capacity: number;
  timestamp: Int32Array;
  severity: Uint8Array;
  service: Int32Array;
  environment: Int32Array;
  host: Int32Array;
  eventName: Int32Array;
  /** Offset behind the row's last attribute, counted over the batch. */
  attributesEnd: Int32Array;
  bytes: Int32Array;
}

const INITIAL_ROWS = 1024;

/** Empty columns. */
export function createRowColumns(): RowColumns {
  return {
    capacity: INITIAL_ROWS,
    timestamp: new Int32Array(INITIAL_ROWS * 2),
    severity: new Uint8Array(INITIAL_ROWS),
    service: new Int32Array(INITIAL_ROWS),
    environment: new Int32Array(INITIAL_ROWS),
    host: new Int32Array(INITIAL_ROWS),
    eventName: new Int32Array(INITIAL_ROWS),
    attributesEnd: new Int32Array(INITIAL_ROWS * 2),
    bytes: new Int32Array(INITIAL_ROWS),
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
  columns.timestamp = doubled(columns.timestamp);
  columns.severity = doubledBytes(columns.severity);
  columns.service = doubled(columns.service);
  columns.environment = doubled(columns.environment);
  columns.host = doubled(columns.host);
  columns.eventName = doubled(columns.eventName);
  columns.attributesEnd = doubled(columns.attributesEnd);
  columns.bytes = doubled(columns.bytes);
}
