// The store of the tests of failed writes, as the consumer uses it: by look-ups and inserts under a token.
import { zstdCompressSync } from 'node:zlib';
import { startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import { createLogBlock, uuidFromText } from '@sazabi/log-record';
import { insertFrames, isEmbedded, lookUp, singleServer } from '../ingest/index.ts';
import { openLogStore } from '../open-log-store.ts';

/** A record's day: its rows are not expired while the test runs. */
const DAY = Math.floor(Date.now() / 86_400_000) + 30;
/** 2.4 MB of text that hardly compresses, where the limit of a file is 1 MiB. */
export const BIG_ROWS = 24;
const ROW_BYTES = 100_000;

/** Always the same rows for the same id, as the bus gives a record again. */
function bigFrame(id: string): Uint8Array {
  const log = createLogBlock();
  log.reset(uuidFromText(id), DAY);
  const source = { projectId: id, mode: 'live', keyId: id, environment: '' } as const;
  log.beginRequest(source, 0, uuidFromText(id));
  for (let row = 0; row < BIG_ROWS; row += 1) log.append({ message: noise(row + 1) }, 'log');
  return zstdCompressSync(log.encode());
}

/** Printable and pseudo-random (Park and Miller's generator). */
function noise(seed: number): string {
  let state = seed * 7_919;
  return Array.from({ length: ROW_BYTES }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
}

/** Starts an engine on this folder and opens it as the consumer does. */
export async function openEngine(dataDir: string) {
  const engine = await startEmbeddedClickHouse({ dataDir });
  const client = openLogStore(engine.appUrl, { application: 'test' });
  const target = singleServer(client, await isEmbedded(client));
  const look = (ids: readonly string[]) =>
    lookUp(
      target,
      ids.map((id) => ({ id, day: DAY, requestIds: [] })),
      null,
    );
  return {
    engine,
    client,
    known: async (ids: readonly string[]) => (await look(ids)).known.size,
    insertBig: async (id: string, token: string) => {
      const { session } = await look([id]);
      await insertFrames(target, { session, token, frames: [bigFrame(id)], knownRequestIds: [] });
    },
    count: async (condition: string) => {
      const query = `SELECT toUInt32(count()) AS rows FROM logs WHERE ${condition}`;
      const [row] = await (await client.query({ query, format: 'JSONEachRow' })).json<{ rows: number }>();
      return row?.rows;
    },
    close: async () => {
      await client.close();
      await engine.stop();
    },
  };
}
