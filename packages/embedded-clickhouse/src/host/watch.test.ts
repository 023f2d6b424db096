// When the engine is given up for its writes, by answers that a test gives.
import { expect, it } from 'vitest';
import { UNANSWERED_MS_MAX } from '../limits.ts';
import { untilWriteFails } from './watch.ts';

const NONE = '';
const BUSY = null;

/** What is said after these answers, each a minute after the last, and how many of them were asked for. */
async function outcome(answers: readonly (string | null)[], stopping: () => boolean = () => false) {
  let asked = 0;
  const ask = async () => {
    const answer = answers[asked];
    asked += 1;
    if (answer === BUSY || answer === undefined) throw new Error('no answer');
    return answer;
  };
  const reason = await untilWriteFails(ask, stopping, { intervalMs: 0, elapsedMs: () => asked * 60_000 });
  return { asked, reason };
}

it('an engine that was busy is heard when it tells of a failed write', async () => {
  expect(await outcome([NONE, BUSY, BUSY, BUSY, NONE, BUSY, BUSY, BUSY, '1'])).toEqual({
    asked: 9,
    reason: expect.stringContaining('a write failed'),
  });
});

it('an engine that does not tell for longer than its limit is given up, and not before', async () => {
  expect(await outcome([NONE])).toEqual({
    asked: 1 + UNANSWERED_MS_MAX / 60_000 + 1,
    reason: expect.stringContaining('has not told for 3 minutes'),
  });
});

it('one that stops is not asked', async () => {
  let looks = 0;
  const stopping = () => {
    looks += 1;
    return looks < 5;
  };
  expect((await outcome(['1'], stopping)).asked).toBe(1);
  expect(looks).toBe(5);
});
