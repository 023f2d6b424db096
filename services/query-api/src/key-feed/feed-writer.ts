// The way down of one feed: a snapshot or the changes since, then each change as it is committed.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type ControlDb, canResume, KEY_CHANGES_READ_MAX, readFeedState, readKeySnapshot } from '@sazabi/control-db';
import type { FeedMessage } from '@sazabi/keys';
import { FEED_CHUNK_LINES, FEED_UNSENT_BYTES_MAX } from '../limits.ts';
import type { ChangeReader } from './change-reader.ts';

export interface FeedPosition {
  readonly epoch: string;
  readonly seq: number;
}

export interface FeedWriter {
  /** Sends what the intake lacks; resolves to whether it goes on from `after`, rather than from a snapshot. */
  start(after: FeedPosition | null): Promise<boolean>;
  /** Sends the changes since; to be called when keys may have changed. Calls while it runs share one more round. */
  catchUp(): Promise<void>;
  /** What is no change of a key; lost on one that is cut. */
  tell(message: FeedMessage): void;
  /** Tells that the feed lives. */
  heartbeat(liveIntakes: number): void;
}

/** @param signal aborted when the connection is over */
export function createFeedWriter(
  db: ControlDb,
  changesOf: ChangeReader,
  response: ServerResponse,
  signal: AbortSignal,
): FeedWriter {
  let sentSeq = 0;
  let again = false;
  let running: Promise<void> | null = null;

  const write = async (messages: readonly FeedMessage[]): Promise<void> => {
    for (let from = 0; from < messages.length; from += FEED_CHUNK_LINES) {
      signal.throwIfAborted();
      const lines = messages.slice(from, from + FEED_CHUNK_LINES).map((message) => `${JSON.stringify(message)}\n`);
      if (!response.write(lines.join(''))) await once(response, 'drain', { signal });
    }
  };

  const sendChanges = async (): Promise<void> => {
    try {
      do {
        again = false;
        const changes = await changesOf.after(sentSeq);
        await write(
          changes.map(({ seq, keyId, entry }) =>
            entry === null ? { type: 'delete', seq, keyId } : { type: 'put', seq, entry },
          ),
        );
        sentSeq = changes.at(-1)?.seq ?? sentSeq;
        // What was committed since has woken us: there is more to read only where no more was read at a time.
        if (changes.length === KEY_CHANGES_READ_MAX) again = true;
      } while (again);
    } finally {
      // In the moment that the loop ends: who asks for one more round later begins it.
      running = null;
    }
  };

  const tell = (message: FeedMessage): void => {
    if (response.writableLength > FEED_UNSENT_BYTES_MAX) response.destroy();
    else response.write(`${JSON.stringify(message)}\n`);
  };

  return {
    async start(after) {
      if (after !== null && (await canResume(db.orm, after))) {
        const { epoch, receiptSecret } = await readFeedState(db.orm);
        await write([{ type: 'resume', epoch, seq: after.seq, receiptSecret }]);
        sentSeq = after.seq;
        return true;
      }
      const { epoch, seq, receiptSecret, entries } = await readKeySnapshot(db.orm, Date.now());
      await write([{ type: 'snapshot', epoch, seq, count: entries.length, receiptSecret }]);
      await write(entries.map((entry) => ({ type: 'put', seq, entry })));
      await write([{ type: 'snapshot-end', epoch, seq }]);
      sentSeq = seq;
      return false;
    },
    catchUp() {
      if (running !== null) {
        again = true;
        return running;
      }
      running = sendChanges();
      return running;
    },
    tell,
    heartbeat: (liveIntakes) => tell({ type: 'heartbeat', seq: sentSeq, liveIntakes }),
  };
}
