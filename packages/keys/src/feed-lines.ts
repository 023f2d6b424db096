// Feed messages out of a stream of text: NDJSON lines of bounded length, each through the schema.
import { type FeedMessage, feedMessageSchema } from './key-entry.ts';
import { FEED_LINE_CHARACTERS_MAX } from './limits.ts';

/** What came is not the key feed; the message says what is wrong with it, without showing it. */
export class FeedFormatError extends Error {}

/** Collects chunks and gives each whole message to `handle`. @throws FeedFormatError from the call that brought a bad line */
export function createFeedReader(handle: (message: FeedMessage) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) handle(parseLine(line));
    if (rest.length > FEED_LINE_CHARACTERS_MAX)
      throw new FeedFormatError(`a line is longer than ${FEED_LINE_CHARACTERS_MAX} characters`);
  };
}

function parseLine(line: string): FeedMessage {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new FeedFormatError('a line is not JSON', { cause: error });
  }
  const parsed = feedMessageSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || issue.code).join(', ');
  throw new FeedFormatError(`a message is not as agreed (${where})`);
}
