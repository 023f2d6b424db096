// A refused record taken apart: its rows by project and mode, so that what could not be stored belongs to one tenant each.
import { zstdCompressSync } from 'node:zlib';
import { MODES, type Mode } from '@sazabi/contract';
import type { NativeBlock, NativeValue } from './native-reader.ts';
import { writeNativeBlock } from './native-writer.ts';
import { columnOf, readLogBlock, unreadable } from './read-log-block.ts';
import type { RecordMeta } from './record-meta.ts';
import { uuidToText } from './uuid.ts';

/** The rows that one project sent in one mode, with nothing of another. */
export interface ProjectRows {
  /** UUID text. */
  readonly projectId: string;
  readonly mode: Mode;
  readonly rows: number;
  /** Sum of the rows' column `bytes`. */
  readonly bytes: number;
  /** Requests with an id of their own among them: id as UUID text, and how many of the rows are theirs. */
  readonly requests: readonly { readonly id: string; readonly rows: number }[];
  /** zstd frame of one Native block. */
  readonly frame: Uint8Array;
}

export type SplitRecord =
  | { readonly ok: true; readonly parts: readonly ProjectRows[] }
  | { readonly ok: false; readonly reason: string };

/**
 * Takes the record apart, or says why its rows cannot be trusted. Never throws, whatever the frame holds. A record of one tenant
 * is not rewritten: the large ones are of one request alone, and taking 2.5 million attributes apart needs half a gigabyte.
 */
export function splitRecord(meta: RecordMeta, frame: Uint8Array): SplitRecord {
  const read = readLogBlock(frame);
  if (!read.ok) return read;
  try {
    return split(meta, frame, read.block);
  } catch (error) {
    return unreadable(error);
  }
}

function split(meta: RecordMeta, frame: Uint8Array, block: NativeBlock): SplitRecord {
  const problem = problemOf(meta, block);
  if (problem !== null) return { ok: false, reason: problem };
  const recordId = uuidToText(meta.batchId);
  const tenants = [...rowsByTenant(block).values()];
  const parts: ProjectRows[] = [];
  for (const rows of tenants) {
    const isAll = tenants.length === 1;
    const its = isAll ? block : pick(block, rows);
    const part = describe(its, recordId);
    if (part === null) return { ok: false, reason: 'a row has a mode that is none' };
    parts.push({ ...part, frame: isAll ? frame : zstdCompressSync(writeNativeBlock(its.columns, its.rows)) });
  }
  return { ok: true, parts };
}

/** What contradicts the headers: rows that would be sent again must be what the consumer was told of. */
function problemOf(meta: RecordMeta, block: NativeBlock): string | null {
  if (block.rows !== meta.rows) return `the block has ${block.rows} rows, and its header says ${meta.rows}`;
  if (columnOf(block, 'expires_on').some((day) => day !== meta.expiresOnDay)) return 'a row is of another day';
  const ids = new Set<NativeValue>([meta.batchId, ...meta.requestIds].map(uuidToText));
  return columnOf(block, 'batch_id').every((id) => ids.has(id)) ? null : 'a row has an id of no request in the record';
}

function rowsByTenant(block: NativeBlock): ReadonlyMap<string, readonly number[]> {
  const projects = columnOf(block, 'project_id');
  const modes = columnOf(block, 'mode');
  const rows = new Map<string, number[]>();
  for (const [row, project] of projects.entries()) {
    const tenant = `${project} ${modes[row]}`;
    const its = rows.get(tenant);
    if (its === undefined) rows.set(tenant, [row]);
    else its.push(row);
  }
  return rows;
}

/** What is told of one tenant's rows; null where they have no mode that is one. */
function describe(block: NativeBlock, recordId: string): Omit<ProjectRows, 'frame'> | null {
  const mode = MODES.find((known) => known === columnOf(block, 'mode')[0]);
  if (mode === undefined) return null;
  const requests = new Map<string, number>();
  for (const id of columnOf(block, 'batch_id')) {
    if (id !== recordId) requests.set(String(id), (requests.get(String(id)) ?? 0) + 1);
  }
  return {
    projectId: String(columnOf(block, 'project_id')[0]),
    mode,
    rows: block.rows,
    bytes: columnOf(block, 'bytes').reduce<number>((sum, bytes) => sum + Number(bytes), 0),
    requests: [...requests].map(([id, count]) => ({ id, rows: count })),
  };
}

function pick(block: NativeBlock, rows: readonly number[]): NativeBlock {
  const columns = block.columns.map(({ name, type, values }) => ({
    name,
    type,
    values: rows.flatMap((row) => {
      const value = values[row];
      return value === undefined ? [] : [value];
    }),
  }));
  return { rows: rows.length, columns, byteLength: 0 };
}
