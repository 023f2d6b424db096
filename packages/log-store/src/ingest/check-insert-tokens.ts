// The check at start: everything the consumer does rests on what insert tokens do, and a version or a setting could change it.
import { randomUUID } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import type { ClickHouseClient } from '@clickhouse/client';
import { LOG_COLUMNS } from '@sazabi/log-record';
import { inCheckTable } from './check-table.ts';
import { dayText } from './day-text.ts';
import type { IngestTarget } from './ingest-target.ts';
import { type InsertFrames, insertFrames, insertTombstone } from './insert.ts';
import { sessionParameters } from './session.ts';

/** 2100-01-01: rows past the table's TTL would be gone before they were counted. */
const SAMPLE_DAY = 47_482;

/**
 * Makes the inserts that must exclude each other, each pair under one token, in a table like `logs` made for it.
 * Returns what does not hold, or null. @throws ClickHouseError, or the connection's error
 */
export async function checkInsertTokens(target: IngestTarget): Promise<string | null> {
  const definition = async (table: string) => `AS ${target.logs} ${await ownEngine(target, table)}`;
  return await inCheckTable(target.client, definition, (table) => checkIn({ ...target, logs: table }));
}

/**
 * The engine of the table: that of the logs. A replicated one is of a single replica in a place of its own: with that of the
 * logs it would become one of their replicas.
 */
async function ownEngine({ client, logs, replicated }: IngestTarget, table: string): Promise<string> {
  if (!replicated) return '';
  const result = await client.query({
    query: 'SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = {logs:String}',
    query_params: { logs },
    format: 'JSONCompactEachRow',
  });
  const [row] = await result.json<[string]>();
  return `ENGINE = ${alone(row?.[0] ?? '', table)}`;
}

/** `engine` with a path and a replica's name of the table's own. Exported for its test. */
export function alone(engine: string, table: string): string {
  const place = /^(Replicated\w*MergeTree)\('[^']*', '[^']*'/;
  if (!place.test(engine)) throw new Error('an engine that is not replicated has no place in Keeper');
  return engine.replace(place, (_, name: string) => `${name}('/clickhouse/tables/${table}', 'alone'`);
}

async function checkIn(target: IngestTarget): Promise<string | null> {
  const { client, logs } = target;
  const parameters = sessionParameters(null);
  await client.command({ query: 'SELECT 1', ...parameters });
  const session = parameters.session_id;
  const ids: readonly string[] = Array.from({ length: 7 }, () => randomUUID());
  const [one, two, three, four, five, six, seven] = await Promise.all(ids.map((id) => sampleFrame(client, id)));
  if (!one || !two || !three || !four || !five || !six || !seven) throw new RangeError('seven frames are needed');
  const [first = '', , , fourth = '', fifth = '', sixth = ''] = ids;
  const insert = (token: string, frames: InsertFrames['frames'], knownRequestIds: readonly string[] = []) =>
    insertFrames(target, { session, token, frames, knownRequestIds });

  await insert(first, [one]);
  await insert(first, [one, two, three]);
  await insert(fourth, [four, five], [fifth]);
  await insert(fourth, [four]);
  await insertTombstone(target, { session, token: sixth, id: sixth, day: SAMPLE_DAY });
  await insert(sixth, [six, seven]);

  const result = await client.query({
    query: `SELECT toString(batch_id), count() FROM ${logs} GROUP BY batch_id`,
    format: 'JSONCompactEachRow',
  });
  const rows = await result.json<[string, string | number]>();
  const stored = rows.map(([id, count]) => `${ids.indexOf(id)}×${count}`).sort();
  if (stored.join() === '0×1,3×1,5×1') return null;
  return `two inserts under one token must leave the first alone, and left ${stored.join(', ') || 'nothing'}`;
}

/** A Native block of one row of defaults with this id, made by the server itself. */
async function sampleFrame(client: ClickHouseClient, id: string): Promise<Uint8Array> {
  const values = new Map([
    ['batch_id', `toUUID('${id}')`],
    ['expires_on', `toDate('${dayText(SAMPLE_DAY)}')`],
  ]);
  const columns = LOG_COLUMNS.map(({ name, type }) => {
    return `${values.get(name) ?? `defaultValueOfTypeName('${type.replaceAll("'", "\\'")}')`} AS ${name}`;
  });
  const { stream } = await client.exec({ query: `SELECT ${columns.join(', ')} FORMAT Native` });
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return zstdCompressSync(Buffer.concat(chunks));
}
