// GET /receipts/{receipt}: what has become of one request's logs.
import { success } from '@sazabi/contract';
import { noQuerySchema, pathReceiptSchema, receiptStateSchema, successSchema } from '@sazabi/contract/schemas';
import { readFeedState } from '@sazabi/control-db';
import { type ReceiptFields, readReceipt, uuidFromText } from '@sazabi/log-record';
import { isOfRequest, receiptState } from '@sazabi/log-store';
import type { Context } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { callerOf } from '../../http/guard.ts';
import { notFound } from '../../http/not-found.ts';
import { guardedFailures } from '../../http/route-schema.ts';
import { RECEIPT_DAYS_MAX, ROWS_KEPT_PAST_EXPIRY_DAYS } from '../../limits.ts';
import { askerGone } from '../logs/signal.ts';

const DAY_MS = 86_400_000;

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
      description: 'Can be asked for 7 days. Of one request all logs are stored, or none.',
      params: pathReceiptSchema,
      querystring: noQuerySchema,
      response: { 200: successSchema(receiptStateSchema), ...guardedFailures('NOT_FOUND', 'QUERY_TIMEOUT') },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request);
      secret ??= Buffer.from((await readFeedState(db.orm)).receiptSecret, 'base64');
      const receipt = readReceipt(secret, request.params.receipt);
      if (receipt === null || receipt.mode !== caller.mode || isTooOld(receipt, Date.now())) throw notFound('receipt');
      const { projectIds } = await tenancy.logScope(caller, undefined);
      if (!projectIds.includes(receipt.projectId)) throw notFound('receipt');
      const signal = askerGone(reply);
      const state = await querySlots.run(caller.organizationId, reply.raw, () =>
        receiptState(logStore, receipt, { signal }),
      );
      return success({ ...state, projectId: receipt.projectId });
    },
  });
}

/**
 * A receipt says no time of its own; its record's id does (UUIDv7, RFC 9562, section 5.7). Nor is one answered once the store may
 * have dropped the rows: it would be told that they were not stored yet. A request's own id (under an `Idempotency-Key`) tells
 * neither: it is answered as long as there are rows.
 */
function isTooOld(receipt: ReceiptFields, nowMs: number): boolean {
  if (isOfRequest(receipt)) return false;
  const madeAtMs = Buffer.from(uuidFromText(receipt.storedId)).readUIntBE(0, 6);
  const goneAtMs = (receipt.day + ROWS_KEPT_PAST_EXPIRY_DAYS) * DAY_MS;
  return nowMs > Math.min(madeAtMs + RECEIPT_DAYS_MAX * DAY_MS, goneAtMs);
}
