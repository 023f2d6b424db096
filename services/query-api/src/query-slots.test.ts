import { ContractError } from '@sazabi/contract';
import { expect, it } from 'vitest';
import { QUERIES_AT_ONCE_MAX } from './limits.ts';
import { createQuerySlots } from './query-slots.ts';

it('takes as many queries of an organization as the limit says and not one more, whatever others do', async () => {
  const slots = createQuerySlots();
  const finish: (() => void)[] = [];
  const query = () => new Promise<string>((resolve) => finish.push(() => resolve('done')));
  const running = Array.from({ length: QUERIES_AT_ONCE_MAX }, () => slots.run('mine', query));
  const refused = await slots.run('mine', query).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ContractError);
  expect(refused).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', retryAfterSeconds: 1 });
  running.push(slots.run('another', query));
  finish.shift()?.();
  expect(await running[0]).toBe('done');
  running.push(slots.run('mine', query));
  for (const done of finish) done();
  expect(await Promise.all(running)).toEqual(Array.from({ length: QUERIES_AT_ONCE_MAX + 2 }, () => 'done'));
});

it('gives a slot back when its query fails', async () => {
  const slots = createQuerySlots();
  for (let n = 0; n < QUERIES_AT_ONCE_MAX + 1; n += 1)
    await expect(slots.run('mine', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
});
