// The connections of requests, thrown away all together when the server is lost.
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Orm } from '../control-db.ts';
import * as schema from '../schema.ts';

export interface Pool {
  readonly orm: Orm;
  /** Ends every connection at once, with what is asked on it; later questions are refused at once. */
  destroy(): void;
  /** Ends each connection when what is asked on it is answered. */
  drain(): Promise<void>;
}

export function openPool(config: pg.PoolConfig): Pool {
  const pool = new pg.Pool(config);
  const clients = new Set<pg.PoolClient>();
  // Without a listener the loss of a connection would end the process; whoever uses it is told by its own question.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    clients.add(client);
  });
  pool.on('remove', (client) => clients.delete(client));
  let ending: Promise<void> | null = null;
  const end = (): Promise<void> => {
    ending ??= pool.end();
    return ending;
  };
  return {
    orm: drizzle(pool, { schema }),
    destroy() {
      void end();
      for (const client of clients) void client.end();
    },
    drain: end,
  };
}
