// POST /dead-letters/{id}/replay: its logs are brought on the bus again.
import { ContractError, success } from '@sazabi/contract';
import { noQuerySchema, pathIdSchema, replayedDeadLetterSchema, successSchema } from '@sazabi/contract/schemas';
import { replayRecord } from '@sazabi/log-record';
import { findLetter, type LetterWithRows, markReplayed } from '@sazabi/log-store';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound, pathId } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import type { Caller } from '../../tenancy.ts';
import { askerGone } from '../logs/signal.ts';
import { noteSettled } from './note.ts';

export function replayDeadLetterRoute(app: App, context: Context): void {
  const { letterStore, querySlots, tenancy } = context;
  app.route({
    method: 'POST',
    url: '/dead-letters/:id/replay',
    config: { access: 'admin' },
    schema: {
      tags: ['Dead letters'],
      summary: 'Store its logs after all, once whatever caused it is gone',
      description:
        'Answers when they are durable again; receipts tell when they are stored. Repeated it stores nothing twice. What is refused again is a dead letter again.',
      params: pathIdSchema,
      querystring: noQuerySchema,
      response: {
        202: successSchema(replayedDeadLetterSchema),
        ...guardedFailures('NOT_FOUND', 'CONFLICT', 'QUERY_TIMEOUT'),
      },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      const id = pathId(request.params, 'dead letter').toLowerCase();
      const scope = await tenancy.logScope(caller, undefined);
      const signal = askerGone(reply);
      const letter = await querySlots.run(caller.organizationId, reply.raw, async () => {
        const found = await findLetter(letterStore, scope, id, { signal });
        if (found === null) throw notFound('dead letter');
        if (found.replayedAs === null) await replay(found, caller, context);
        return found;
      });
      return await reply.code(202).send(success({ id: letter.id, accepted: letter.rows }));
    },
  });
}

/**
 * Brings the rows on the bus, then notes it down. A crash in between leaves the letter: replayed again, its record has the same
 * id and is stored once. So are two replays at once.
 * @throws ContractError CONFLICT rows past their day, or not readable; SERVICE_UNAVAILABLE
 */
async function replay(letter: LetterWithRows, caller: Caller, { bus, db, letterStore }: Context): Promise<void> {
  if (letter.expired)
    throw new ContractError(
      'CONFLICT',
      `These logs expired on ${letter.expiresOn}: the store would drop them at once. They can only be deleted.`,
    );
  const made = replayRecord({ ...letter, mode: caller.mode, expiresOnDay: dayOf(letter.expiresOn) });
  if (!made.ok)
    throw new ContractError(
      'CONFLICT',
      'These logs cannot be read any more. Tell the operator the id of the dead letter.',
    );
  await bus.append(letter.partition, made.replay.record);
  await noteSettled(db, caller, 'dead_letter.replayed', letter);
  await markReplayed(letterStore, letter.id, made.replay.id);
}

function dayOf(date: string): number {
  return Date.parse(date) / 86_400_000;
}
