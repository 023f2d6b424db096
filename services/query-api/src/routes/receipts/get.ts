// GET /receipts/{receipt}: what has become of one request's logs.
import { success } from '@sazabi/contract';
import { noQuerySchema, pathReceiptSchema, receiptStateSchema, successSchema } from '@sazabi/contract/schemas';
import { readFeedState } from '@sazabi/control-db';
import { readReceipt } from '@sazabi/log-record';
import { receiptState } from '@sazabi/log-store';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { askerGone } from '../logs/signal.ts';
import { isTooOld } from './age.ts';

export function getReceiptRoute(app: App, { db, logStore, querySlots, tenancy }: Context): void {
  /** Made with the control store and never changed. */
  let secret: Uint8Array | undefined;
  app.route({
    method: 'GET',
    url: '/receipts/:receipt',
    config: { access: 'logs:read' },
    schema: {
      tags: ['Logs'],
      summary: 'Whether the logs of one request are stored, by the receipt that the intake answered with',
      description:
        'Can be asked for 7 days, and while the project’s retention shows the logs. Of one request all logs are stored, or none.',
      params: pathReceiptSchema,
      querystring: noQuerySchema,
      response: { 200: successSchema(receiptStateSchema), ...guardedFailures('NOT_FOUND', 'QUERY_TIMEOUT') },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      secret ??= Buffer.from((await readFeedState(db.orm)).receiptSecret, 'base64');
      const receipt = readReceipt(secret, request.params.receipt);
      if (receipt === null || receipt.mode !== caller.mode) throw notFound('receipt');
      const { projects } = await tenancy.logScope(caller, undefined);
      const project = projects.find(({ id }) => id === receipt.projectId);
      if (project === undefined || isTooOld(receipt, project, Date.now())) throw notFound('receipt');
      const signal = askerGone(reply);
      const state = await querySlots.run(caller.organizationId, reply.raw, () =>
        receiptState(logStore, receipt, { signal }),
      );
      if (state === null) throw notFound('receipt');
      return success({ ...state, projectId: receipt.projectId });
    },
  });
}
