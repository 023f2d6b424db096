import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { ContractError } from '@sazabi/contract';
import { expect, it } from 'vitest';
import { QUERIES_AT_ONCE_MAX } from './limits.ts';
import { createQuerySlots } from './query-slots.ts';

const response = () => new ServerResponse(new IncomingMessage(new Socket()));

it('takes as many queries of an organization as the limit says and not one more, until an answer has left', async () => {
  const slots = createQuerySlots();
  const query = async () => 'done';
  const answers = Array.from({ length: QUERIES_AT_ONCE_MAX }, response);
  for (const answer of answers) expect(await slots.run('mine', answer, query)).toBe('done');
  const refused = await slots.run('mine', response(), query).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ContractError);
  expect(refused).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', retryAfterSeconds: 1 });
  expect(await slots.run('another', response(), query)).toBe('done');
  answers[0]?.emit('close');
  answers[0]?.req.socket.emit('close');
  expect(await slots.run('mine', response(), query)).toBe('done');
  await expect(slots.run('mine', response(), query)).rejects.toThrow();
});

it('gives a slot back when its connection ends before the answer’s turn, or has ended before the query', async () => {
  const slots = createQuerySlots();
  for (let n = 0; n < QUERIES_AT_ONCE_MAX + 1; n += 1) {
    const late = response();
    await slots.run('mine', late, async () => 'done');
    late.req.socket.emit('close');
    const gone = response();
    gone.req.socket.destroy();
    await slots.run('mine', gone, async () => 'done');
  }
});

it('gives a slot back when its query fails', async () => {
  const slots = createQuerySlots();
  for (let n = 0; n < QUERIES_AT_ONCE_MAX + 1; n += 1)
    await expect(slots.run('mine', response(), () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
});

it('holds a slot during a query that is no answer, and refuses one beyond the limit', async () => {
  const slots = createQuerySlots();
  let end: (value: string) => void = () => undefined;
  const ending = new Promise<string>((resolve) => {
    end = resolve;
  });
  const held = Array.from({ length: QUERIES_AT_ONCE_MAX }, () => slots.during('mine', () => ending));
  await expect(slots.during('mine', async () => 'done')).rejects.toMatchObject({ code: 'RATE_LIMIT_EXCEEDED' });
  await expect(slots.run('mine', response(), async () => 'done')).rejects.toThrow();
  end('done');
  await Promise.all(held);
  expect(await slots.during('mine', async () => 'done')).toBe('done');
});
