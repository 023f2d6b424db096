// A step of the reconciliation of the bus with the store: some records of one partition, each asked of the store by its ids.
import { setTimeout as wait } from 'node:timers/promises';
import type { BusReader, BusRecord, Offset } from '@sazabi/bus';
import { columnOf, decodeRecord, readLogBlock, uuidToText } from '@sazabi/log-record';
import { type ClickHouseClient, findIds } from '@sazabi/log-store';
import {
  RECONCILE_AGAIN_MS,
  RECONCILE_ASKED_MAX,
  RECONCILE_BYTES_MAX,
  RECONCILE_IDS_MAX,
  RECONCILE_RECORDS_MAX,
  RECONCILE_WAIT_MS,
  ROWS_KEPT_PAST_EXPIRY_DAYS,
} from '../limits.ts';
import { type Accounted, accountRecord, add, type BusRecordMeta, NOTHING } from './account-record.ts';

const DAY_MS = 86_400_000;

/** A record whose logs are behind the consumers and not in the store. */
export interface MissingRecord {
  readonly recordId: string;
  readonly partition: number;
  readonly offset: Offset;
  readonly logs: number;
}

export interface Reconciled {
  readonly records: number;
  /** Of the records that can be read. */
  readonly logs: number;
  /** Records that nobody can read: the consumers put them aside for the operator. */
  readonly undecodable: number;
  readonly states: Accounted;
  readonly missing: readonly MissingRecord[];
  /** Where the next step begins. */
  readonly next: Offset;
}

interface Sought extends BusRecordMeta {
  readonly day: number;
  readonly source: BusRecord;
}

/**
 * Reads from `from` on, at most up to `end`, and asks the store. Right while logs are written: where the consumers stand is asked
 * before the store, so what is not there then and lies behind them was lost; it is asked again before that is said, as
 * a replica of the store may be behind.
 * @returns null where nothing came before `end`
 */
export async function reconcileStep(
  { reader, store }: { readonly reader: BusReader; readonly store: ClickHouseClient },
  { partition, from, end }: { readonly partition: number; readonly from: Offset; readonly end: Offset },
): Promise<Reconciled | null> {
  const options = { bytesMax: RECONCILE_BYTES_MAX, recordsMax: RECONCILE_RECORDS_MAX, waitMs: RECONCILE_WAIT_MS };
  const read = upToIds((await reader.read(partition, from, options)).filter(({ offset }) => offset < end));
  const last = read.at(-1);
  if (last === undefined) return null;
  const sought = read.flatMap((record) => soughtOf(record) ?? []);
  let accounted = await ask(reader, store, partition, sought);
  for (let asked = 1; asked < RECONCILE_ASKED_MAX; asked += 1) {
    const lost = sought.filter(({ source }) => (accounted.get(source.offset)?.missing ?? 0) > 0);
    if (lost.length === 0) break;
    await wait(RECONCILE_AGAIN_MS);
    accounted = new Map([...accounted, ...(await ask(reader, store, partition, lost))]);
  }
  return {
    records: read.length,
    logs: sought.reduce((sum, { rows }) => sum + rows, 0),
    undecodable: read.length - sought.length,
    states: [...accounted.values()].reduce(add, NOTHING),
    missing: sought.flatMap(({ id, source: { offset } }) => {
      const logs = accounted.get(offset)?.missing ?? 0;
      return logs === 0 ? [] : [{ recordId: id, partition, offset, logs }];
    }),
    next: last.offset + 1,
  };
}

async function ask(
  reader: BusReader,
  store: ClickHouseClient,
  partition: number,
  records: readonly Sought[],
): Promise<ReadonlyMap<Offset, Accounted>> {
  if (records.length === 0) return new Map();
  const committed = (await reader.committed(partition)) ?? 0;
  const found = await findIds(store, records);
  const today = Math.floor(Date.now() / DAY_MS);
  return new Map(
    records.map((record) => {
      const { offset } = record.source;
      const place = {
        isCommitted: offset < committed,
        isExpired: record.day + ROWS_KEPT_PAST_EXPIRY_DAYS <= today,
      };
      return [offset, accountRecord(record, found, place, () => rowsByRequest(record.source.value))] as const;
    }),
  );
}

/** As many records as one look-up has room for; one at least. */
function upToIds(records: readonly BusRecord[]): readonly BusRecord[] {
  let ids = 0;
  const end = records.findIndex(({ headers }) => {
    ids += 1 + (headers.get('request_ids')?.byteLength ?? 0) / 16;
    return ids > RECONCILE_IDS_MAX;
  });
  return end === -1 ? records : records.slice(0, Math.max(1, end));
}

function soughtOf(source: BusRecord): Sought | null {
  const decoded = decodeRecord(source);
  if (!decoded.ok) return null;
  const { batchId, rows, ownRows, expiresOnDay: day, requestIds } = decoded.meta;
  return { id: uuidToText(batchId), rows, ownRows, requestIds: requestIds.map(uuidToText), day, source };
}

function rowsByRequest(frame: Uint8Array): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  const read = readLogBlock(frame);
  if (!read.ok) return rows;
  for (const id of columnOf(read.block, 'batch_id')) rows.set(String(id), (rows.get(String(id)) ?? 0) + 1);
  return rows;
}
