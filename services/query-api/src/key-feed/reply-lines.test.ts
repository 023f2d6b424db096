import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { readReplies } from './reply-lines.ts';

it.each([
  ['{"type":s3cret}\n', 'a line is no JSON'],
  ['{"type":"s3cret","s3cret":1}\n', "a line is none of the feed's replies"],
])('tells of %j which kind of problem it is, and nothing of the line', async (line, message) => {
  const reading = readReplies(Readable.from([Buffer.from(line)])).next();
  await expect(reading).rejects.toThrow(new Error(message));
});
