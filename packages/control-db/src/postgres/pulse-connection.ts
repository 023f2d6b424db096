// The one connection that is asked all the time: it hears what is told, so a cut line is noticed as soon as the next pulse.
import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { CHANNELS, type Channel, type Orm, type Told } from '../control-db.ts';
import * as schema from '../schema.ts';

export interface PulseConnection {
  ask<T>(work: (orm: Orm) => Promise<T>): Promise<T>;
  /** Whether it is of no use any more. */
  isLost(): boolean;
  /** Ends it, and whatever is asked on it. */
  end(): Promise<void>;
}

/** Connects at the first question; once it listens all channels are told, for something may have been missed. */
export function openPulse(config: pg.ClientConfig, tell: Told): PulseConnection {
  const client = new pg.Client(config);
  const orm = drizzle(client, { schema });
  let lost = false;
  for (const event of ['error', 'end'] as const)
    client.on(event, () => {
      lost = true;
    });
  client.on('notification', ({ channel }) => {
    if (isChannel(channel)) tell(channel);
  });
  const listen = async (): Promise<void> => {
    await client.connect();
    for (const channel of CHANNELS) await client.query(`LISTEN ${channel}`);
    for (const channel of CHANNELS) tell(channel);
  };
  let listening: Promise<void> | null = null;
  return {
    async ask(work) {
      listening ??= listen().catch((error: unknown) => {
        lost = true;
        throw error;
      });
      await listening;
      return await work(orm);
    },
    isLost: () => lost,
    end: () => client.end(),
  };
}

function isChannel(text: string): text is Channel {
  return CHANNELS.some((channel) => channel === text);
}
