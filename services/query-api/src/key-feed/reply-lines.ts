// What an intake sends up its feed: NDJSON lines of bounded length, each parsed by the shared schema.
import type { Readable } from 'node:stream';
import { type FeedReply, feedReplySchema } from '@sazabi/keys';
import { FEED_LINE_BYTES_MAX } from '../limits.ts';

const NEWLINE = 10;

/** The replies in order, until the intake ends. @throws Error where a line is too long or none of the feed's */
export async function* readReplies(stream: Readable): AsyncGenerator<FeedReply> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      const line = rest.subarray(0, end).toString('utf8');
      rest = rest.subarray(end + 1);
      if (line.trim() !== '') yield parseReply(line);
    }
    if (rest.length > FEED_LINE_BYTES_MAX) throw new Error(`a line is longer than ${FEED_LINE_BYTES_MAX} bytes`);
  }
}

/** Its errors quote nothing of the line: they are logged. */
function parseReply(line: string): FeedReply {
  const parsed = feedReplySchema.safeParse(readJson(line));
  if (!parsed.success) throw new Error("a line is none of the feed's replies");
  return parsed.data;
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error('a line is no JSON');
  }
}
