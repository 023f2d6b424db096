// The law of overload by a clock and turns of the test's own: who is refused, when, and when not.
import { describe, expect, it } from 'vitest';
import { createBytesBudget } from '../bytes-budget.ts';
import {
  BURST_WAIT_MS,
  SHARE_HALF_LIFE_MS,
  SHARE_REQUEST_BYTES,
  STANDING_APPEND_MS,
  STANDING_WAIT_MS,
  STANDING_WAITING_BYTES,
  TURN_BYTES_MIN,
} from '../limits.ts';
import { createLoadShedding, type LoadShare, newLoadShare } from './load-shedding.ts';

/** Large enough that it is time that bounds a turn of these. */
const LOG_BYTES = 80_000;

function start() {
  const clock = { ms: 0 };
  const ends: (() => void)[] = [];
  const shed = new Map<string, number>();
  const waitingBytes = createBytesBudget(2 ** 30);
  const shedding = createLoadShedding({
    waitingBytes,
    shed,
    now: () => clock.ms,
    atTurnEnd: (callback) => void ends.push(callback),
  });
  const takes = (share: LoadShare) => shedding.refusal(share) === null;
  return {
    clock,
    shed,
    waitingBytes,
    shedding,
    takes,
    /** One request after the other, each of so many milliseconds where it is taken; then the turn is over. How many were taken. */
    turn(shares: readonly LoadShare[], requestMs: number): number {
      let taken = 0;
      for (const share of shares) {
        if (!takes(share)) continue;
        taken += 1;
        shedding.filed(share, LOG_BYTES);
        clock.ms += requestMs;
      }
      for (const end of ends.splice(0)) end();
      return taken;
    },
  };
}
const many = (share: LoadShare, count: number) => Array.from({ length: count }, () => share);

describe('load shedding', () => {
  it('takes all of a closed loop whose turns are short, for ever', () => {
    const { turn, shed } = start();
    const share = newLoadShare();
    for (let round = 0; round < 200; round += 1) expect(turn(many(share, 100), STANDING_WAIT_MS / 101)).toBe(100);
    expect([...shed]).toEqual([]);
  });

  it('takes so many bytes a turn however long each request lasts: a process without a processor is not overloaded', () => {
    const { turn, shed } = start();
    const share = newLoadShare();
    const requests = Math.floor(TURN_BYTES_MIN / (LOG_BYTES + SHARE_REQUEST_BYTES));
    for (let round = 0; round < 20; round += 1) expect(turn(many(share, requests), 50)).toBe(requests);
    expect([...shed]).toEqual([]);
    expect(turn(many(share, 100), 50)).toBe(requests + 1);
  });

  it('takes a burst whole, up to its limit', () => {
    const { turn, shed } = start();
    expect(turn(many(newLoadShare(), 1000), 1)).toBe(BURST_WAIT_MS + 1);
    expect(shed.get('loop')).toBe(1000 - BURST_WAIT_MS - 1);
  });

  it('where long turns follow each other, a turn takes what it has time for; after a rest a burst is one again', () => {
    const { turn, clock } = start();
    const share = newLoadShare();
    turn(many(share, 1000), 1);
    for (let round = 0; round < 10; round += 1) expect(turn(many(share, 1000), 1)).toBe(STANDING_WAIT_MS + 1);
    clock.ms += STANDING_WAIT_MS;
    expect(turn(many(share, 1000), 1)).toBe(BURST_WAIT_MS + 1);
  });

  it('whoever sends little is taken where the one that sends most is refused, up to twice the time', () => {
    const { turn, takes, clock, shedding } = start();
    const [noisy, quiet] = [newLoadShare(), newLoadShare()];
    for (let round = 0; round < 10; round += 1)
      expect(turn([...many(noisy, 1000), quiet], 1)).toBeGreaterThan(0.9 * STANDING_WAIT_MS);
    expect([takes(noisy), takes(quiet)]).toEqual([true, true]);
    shedding.filed(noisy, 2 * TURN_BYTES_MIN);
    clock.ms += 2 * STANDING_WAIT_MS;
    expect([takes(noisy), takes(quiet)]).toEqual([false, true]);
    clock.ms += 1;
    expect([takes(noisy), takes(quiet)]).toEqual([false, false]);
  });

  it.each([1, 9])('of a project with ten times the load of %i others, the others get as much as it does', (others) => {
    const { turn } = start();
    const noisy = newLoadShare();
    const shares = Array.from({ length: others }, newLoadShare);
    for (let round = 0; round < 50; round += 1) {
      const requests = Array.from({ length: 110 }, (_, at) => [
        ...many(noisy, 10),
        ...shares.filter(() => at % 2 === 0),
      ]);
      turn(requests.flat(), 1);
    }
    for (const share of shares) expect(share.bytes).toBeGreaterThan(0.5 * noisy.bytes);
  });

  it('a hog is forgiven when it has been quiet for a while', () => {
    const { turn, takes, clock, shedding } = start();
    const [hog, other] = [newLoadShare(), newLoadShare()];
    turn(many(hog, 1000), 1);
    clock.ms += 8 * SHARE_HALF_LIFE_MS;
    turn(many(other, 200), 1);
    expect(takes(other)).toBe(true);
    shedding.filed(other, TURN_BYTES_MIN);
    clock.ms += STANDING_WAIT_MS + 1;
    expect([takes(hog), takes(other)]).toEqual([true, false]);
  });

  it('however long it was quiet, the first are taken', () => {
    for (let halfLives = 1; halfLives < 1200; halfLives += 1) {
      const { turn, takes, clock } = start();
      const [one, other] = [newLoadShare(), newLoadShare()];
      turn([one, one, other], 1);
      clock.ms += halfLives * SHARE_HALF_LIFE_MS;
      const before = takes(one);
      clock.ms += 1;
      expect([before, takes(one), takes(other)], `${halfLives} half-lives`).toEqual([true, true, true]);
    }
  });

  it('a bus that is behind: slow appends and much waiting, both', () => {
    const { takes, shedding, shed, waitingBytes, turn } = start();
    const [noisy, quiet] = [newLoadShare(), newLoadShare()];
    turn([...many(noisy, 10), quiet], 1);
    shedding.appended({ seconds: (1.5 * STANDING_APPEND_MS) / 1000 });
    waitingBytes.charge(STANDING_WAITING_BYTES);
    expect(takes(noisy)).toBe(true);
    waitingBytes.charge(1);
    expect([takes(noisy), takes(quiet)]).toEqual([false, true]);
    expect([...shed]).toEqual([['bus', 1]]);
    shedding.appended({ seconds: (0.5 * STANDING_APPEND_MS) / 1000 });
    expect(takes(noisy)).toBe(true);
  });
});
