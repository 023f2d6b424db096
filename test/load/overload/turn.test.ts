// A turn counts what was answered as it should be, and is taken again where that was the lesser part.
import { expect, it } from 'vitest';
import { otherwiseLine, type Sent, takeTurn } from './turn.ts';

const sent = (asExpected: number): Sent => ({ cpuSeconds: 1, requests: 1000, asExpected });

it('divides by what was answered as it should be, and tells the part of the rest', async () => {
  const turn = await takeTurn('a turn', 202, async () => sent(800));
  expect(turn.requestUs).toBe(1250);
  expect(turn.otherwise).toBeCloseTo(0.2);
  expect(otherwiseLine([{ requestUs: 1, otherwise: 0 }, turn]).join()).toContain("Up to 20.0 % of a turn's requests");
  expect(otherwiseLine([{ requestUs: 1, otherwise: 0 }])).toEqual([]);
});

it('takes a turn again where most were answered otherwise, and gives up after three in one line', async () => {
  const taken = [sent(100), sent(0), sent(1000)];
  const turn = await takeTurn('a turn', 202, async () => taken.shift() ?? sent(0));
  expect(turn).toEqual({ requestUs: 1000, otherwise: 0 });
  const given = takeTurn('a turn', 202, async () => sent(499));
  await expect(given).rejects.toThrow(/^a turn: 50\.1 % of 1000 requests were not answered 202, 3 times in a row\..*$/);
});
