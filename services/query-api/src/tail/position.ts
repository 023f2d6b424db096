// Where a tail stands on the bus, and the id of an event that says so: opaque to clients, and without any authority.
import type { Offset } from '@sazabi/bus';

/** Everything before `offset` is done, and of the record at `offset` the first `row` rows. */
export interface Place {
  readonly offset: Offset;
  readonly row: number;
}

export interface Position {
  /** By partition; at most one stands within a record. */
  readonly places: readonly Place[];
  /** When the last record that is done was appended (milliseconds since 1970): to tell what was missed. */
  readonly atMs: number;
}

const VERSION = '1';
/** `version.vector`, and where a partition stands within a record `.partition.rows`. */
const ID = /^1\.([A-Za-z0-9_-]{2,8192})(?:\.(\d{1,5})\.([1-9]\d{0,9}))?$/;
/** Later than any log: what was missed is counted by it. */
const AT_MS_END = Date.UTC(2262, 0);
/** More partitions than any topic of ours has. */
const PARTITIONS_MAX = 1_024;

/** The id of a position between two records; of one within a record {@link idWithin} follows it. */
export function idOf(offsets: readonly Offset[], atMs: number): string {
  const bytes: number[] = [];
  for (const value of [atMs, ...offsets]) pushVarint(bytes, value);
  return `${VERSION}.${Buffer.from(bytes).toString('base64url')}`;
}

/** The id behind the first `rows` rows of the record at which `partition` stands. */
export function idWithin(id: string, partition: number, rows: number): string {
  return `${id}.${partition}.${rows}`;
}

/** The id of any position. */
export function writeId({ places, atMs }: Position): string {
  const id = idOf(
    places.map(({ offset }) => offset),
    atMs,
  );
  const partition = places.findIndex(({ row }) => row > 0);
  return partition < 0 ? id : idWithin(id, partition, places[partition]?.row ?? 0);
}

/** The position that an id names, or null for a text that is none. */
export function readId(id: string): Position | null {
  const [, vector = '', partitionText, rowText = '0'] = ID.exec(id) ?? [];
  const bytes = Buffer.from(vector, 'base64url');
  if (vector === '' || bytes.toString('base64url') !== vector) return null;
  const values = readVarints(bytes);
  const [atMs, ...offsets] = values ?? [];
  if (atMs === undefined || atMs >= AT_MS_END || offsets.length === 0 || offsets.length > PARTITIONS_MAX) return null;
  const partition = Number(partitionText ?? -1);
  if (partition >= offsets.length) return null;
  return { atMs, places: offsets.map((offset, at) => ({ offset, row: at === partition ? Number(rowText) : 0 })) };
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  bytes.push(rest);
}

/** Numbers of 7 bits a byte, or null where one is cut, too large, or longer than it need be. */
function readVarints(bytes: Uint8Array): number[] | null {
  const values: number[] = [];
  let [value, factor] = [0, 1];
  for (const byte of bytes) {
    value += (byte % 0x80) * factor;
    factor *= 0x80;
    if (!Number.isSafeInteger(value) || factor > 2 ** 56) return null;
    if (byte >= 0x80) continue;
    if (byte === 0 && factor > 0x80) return null;
    values.push(value);
    [value, factor] = [0, 1];
  }
  return factor === 1 ? values : null;
}
