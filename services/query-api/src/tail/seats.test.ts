// However many tails of one organization wait, the first of another is not behind all of them.
import { expect, it } from 'vitest';
import { createSeats } from './seats.ts';

it('organizations have their turns one after the other, and are told when another waits', async () => {
  const seats = createSeats(1);
  const done: string[] = [];
  const wanted: boolean[] = [];
  const sit = (organizationId: string) =>
    seats.during(organizationId, async () => {
      done.push(organizationId);
      await Promise.resolve();
      wanted.push(seats.isWantedByOthersThan(organizationId));
    });
  await Promise.all([...'aaaa', 'b', 'c', 'b'].map(sit));
  expect(done.join('')).toBe('aabcaba');
  expect(wanted).toEqual([true, true, true, true, true, true, false]);
  await sit('a');
  expect(done).toHaveLength(8);
});

it('a seat whose work fails is free again', async () => {
  const seats = createSeats(1);
  await expect(seats.during('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(await seats.during('a', async () => 'done')).toBe('done');
});
