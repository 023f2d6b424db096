// How much of answers may wait in this process for clients that read slowly, or never.
import { ContractError, failure } from '@sazabi/contract';
import { ANSWERS_WAITING_BYTES_MAX, SMALL_ANSWER_BYTES_MAX } from '../limits.ts';
import { whenAnswered } from '../query-slots.ts';
import type { App } from './app.ts';

const RETRY_AFTER_SECONDS = 1;

/** A large answer past the bound becomes a 503; small ones always leave, so that failures and probes are answered. */
export function boundWaitingAnswers(app: App, bytesMax = ANSWERS_WAITING_BYTES_MAX): void {
  let waitingBytes = 0;
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string') return payload;
    const bytes = Buffer.byteLength(payload);
    if (bytes <= SMALL_ANSWER_BYTES_MAX) return payload;
    if (waitingBytes + bytes > bytesMax) {
      const error = new ContractError('SERVICE_UNAVAILABLE', 'Too many answers wait to be read. Try again.');
      reply.code(error.status).header('retry-after', String(RETRY_AFTER_SECONDS)).removeHeader('content-length');
      return JSON.stringify(failure(error, request.id));
    }
    waitingBytes += bytes;
    whenAnswered(reply.raw, () => {
      waitingBytes -= bytes;
    });
    return payload;
  });
}
