// One insert is one part or nothing, and of all inserts under one token the store takes the first.
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { zstdCompressSync } from 'node:zlib';
import { joinFrames, LOG_COLUMNS } from '@sazabi/log-record';
import { dayText } from './day-text.ts';
import { idList } from './id-list.ts';
import { type IngestTarget, insertSettings } from './ingest-target.ts';
import { QUERY_BYTES_MAX } from './limits.ts';
import { sessionParameters } from './session.ts';

export interface InsertFrames {
  /** The session of the look-up that this insert rests on. */
  readonly session: string;
  readonly token: string;
  /** zstd frames of one Native block each, all of one day; small ones are joined. */
  readonly frames: readonly Uint8Array[];
  /** Rows of these requests are left out: they are stored already. */
  readonly knownRequestIds: readonly string[];
}

export interface InsertTombstone {
  readonly session: string;
  /** The token that the record's own rows would have, so that one of the two is stored and never both. */
  readonly token: string;
  readonly id: string;
  readonly day: number;
}

/** A tombstone's project: no key belongs to it and no query reads it. */
export const TOMBSTONE_PROJECT_ID = '00000000-0000-0000-0000-000000000000';

/** No insert runs longer, so none lands later than this after its session was checked. */
const INSERT_SECONDS_MAX = 60;
const UNLIMITED = '1000000000';

/**
 * Without `use_strict_insert_block_limits` the number of frames becomes part of the token; without the sizes 256 MiB of rows
 * make a second part, which the token would take for a repeat of the first and drop.
 */
export const ONE_PART = {
  async_insert: 0,
  use_strict_insert_block_limits: 1,
  min_insert_block_size_rows: UNLIMITED,
  max_insert_block_size: UNLIMITED,
  min_insert_block_size_bytes: '0',
  max_execution_time: INSERT_SECONDS_MAX,
  max_query_size: String(QUERY_BYTES_MAX),
} as const;

const NAMES = LOG_COLUMNS.map(({ name }) => name).join(', ');
const STRUCTURE = LOG_COLUMNS.map(({ name, type }) => `${name} ${type.replaceAll("'", "\\'")}`).join(', ');

/**
 * Inserts the rows of whole records, without those of known requests. Its answer proves nothing: one that was dropped for its
 * token answers alike.
 * @throws ClickHouseError, or the connection's error
 */
export async function insertFrames(
  target: IngestTarget,
  { session, token, frames, knownRequestIds }: InsertFrames,
  signal?: AbortSignal,
): Promise<void> {
  const into = `INSERT INTO ${target.logs} (${NAMES})`;
  // To compress what is read on the same machine takes more than to send it.
  const joined = joinFrames(frames, target.embedded ? 'stored' : 'compressed');
  if (knownRequestIds.length === 0) {
    return send(target, { session, token, query: `${into} FORMAT Native`, body: inTurns(joined), signal });
  }
  // The server reads the query from the URL and on from the body: thousands of ids exceed what a URL may hold.
  const rest = `SELECT ${NAMES} FROM input('${STRUCTURE}') WHERE batch_id NOT IN (${idList(knownRequestIds)}) FORMAT Native\n`;
  const body = async function* () {
    yield zstdCompressSync(rest);
    yield* inTurns(joined);
  };
  return send(target, { session, token, query: into, body: body(), settings: { max_threads: 1 }, signal });
}

/**
 * After each frame the event loop has its turn: a joined one is work, and a connection that takes what it is given asks for the next at
 * once. 4096 records of 28 rows held it up for 0.6 CPU-s.
 */
async function* inTurns(frames: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const frame of frames) {
    yield frame;
    await turn();
  }
}

/**
 * Inserts one row with the record's id and day under the zero project: the record is done for everyone and for ever.
 * @throws ClickHouseError, or the connection's error
 */
export async function insertTombstone(
  target: IngestTarget,
  { session, token, id, day }: InsertTombstone,
  signal?: AbortSignal,
): Promise<void> {
  const values = `(toUUID('${TOMBSTONE_PROJECT_ID}'), ${idList([id])}, '${dayText(day)}')`;
  const query = `INSERT INTO ${target.logs} (project_id, batch_id, expires_on) VALUES ${values}`;
  return send(target, { session, token, query, body: null, signal });
}

interface InsertQuery {
  readonly session: string;
  readonly token: string;
  readonly query: string;
  /** zstd frames, or null where the query holds its values. */
  readonly body: AsyncIterable<Uint8Array> | null;
  readonly settings?: { readonly max_threads: number };
  readonly signal: AbortSignal | undefined;
}

async function send(target: IngestTarget, { session, token, query, body, settings, signal }: InsertQuery) {
  const parameters = sessionParameters(session);
  const { stream } = await target.client.exec({
    query,
    session_id: parameters.session_id,
    clickhouse_settings: {
      ...ONE_PART,
      ...insertSettings(target),
      ...settings,
      ...parameters.clickhouse_settings,
      insert_deduplication_token: token,
    },
    ...(body === null
      ? {}
      : { values: Readable.from(body, { objectMode: false }), http_headers: { 'Content-Encoding': 'zstd' } }),
    ...(signal === undefined ? {} : { abort_signal: signal }),
  });
  // Read to the end, or the connection is not free for the next query.
  for await (const _ of stream);
}
