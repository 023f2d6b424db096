// Every failure becomes the contract's envelope here: expected ones by their code, anything else as INTERNAL_ERROR, logged once.
import { ContractError, failure, REQUEST_ID_HEADER } from '@sazabi/contract';
import { isKnownAway, isUnavailable } from '@sazabi/control-db';
import { describeError, type Logger } from '@sazabi/lifecycle';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { BODY_BYTES_MAX } from '../limits.ts';
import { unknownPath } from './not-found.ts';
import { emptyBody, validationError } from './validation.ts';

const MEDIA_TYPE_MESSAGE = 'Bodies are JSON: send content-type: application/json.';

/** What Fastify itself refuses, by its code. */
const FASTIFY_ERRORS: Readonly<Record<string, () => ContractError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new ContractError('PAYLOAD_TOO_LARGE', `The body is larger than ${BODY_BYTES_MAX} bytes. Send a smaller one.`),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new ContractError('UNSUPPORTED_MEDIA_TYPE', MEDIA_TYPE_MESSAGE),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new ContractError('INVALID_JSON', 'The body is shorter or longer than content-length says.'),
  FST_ERR_BAD_URL: unknownPath,
  FST_ERR_MAX_PARAM_LENGTH: unknownPath,
};

/** Answers the failure; the request's id is in the answer and in the log line. */
export function sendFailure(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): FastifyReply {
  const known = isOfMissingBody(error, request) ? emptyBody() : expectedFailure(error);
  if (isAskersEnd(error, request)) logger.debug({ event: 'asker_gone', requestId: request.id }, 'The asker is gone.');
  else if (known === null) logUnexpected(error, request, logger);
  else if (known.cause !== undefined) logCause(known, request, logger);
  const answer =
    known ??
    new ContractError(
      'INTERNAL_ERROR',
      `Something went wrong on our side. Tell the operator the request id ${request.id}.`,
    );
  if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', String(answer.retryAfterSeconds));
  if (answer.allow !== undefined) reply.header('allow', answer.allow);
  return reply
    .header(REQUEST_ID_HEADER, request.id)
    .code(answer.status)
    .type('application/json; charset=utf-8')
    .send(failure(answer, request.id));
}

/** What the contract has an answer for, or null. */
export function expectedFailure(error: unknown): ContractError | null {
  if (error instanceof ContractError) return error;
  if (isFastifyError(error)) {
    if (error.validation !== undefined) return validationError(error);
    const known = FASTIFY_ERRORS[error.code];
    if (known !== undefined) return known();
  }
  if (isUnavailable(error)) return controlStoreGone(error);
  return null;
}

function controlStoreGone(cause: unknown): ContractError {
  const error = new ContractError(
    'SERVICE_UNAVAILABLE',
    'The control store does not answer. Try again.',
    {},
    { retryAfterSeconds: 1 },
  );
  // One line of the log says that it is away, not one for each request.
  if (!isKnownAway(cause)) error.cause = cause instanceof Error ? (cause.cause ?? cause) : cause;
  return error;
}

/** To its validation a body that is not there is null, which some calls take. */
function isOfMissingBody(error: unknown, { body }: FastifyRequest): boolean {
  return isFastifyError(error) && error.validationContext === 'body' && body === undefined;
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** No message: that of a store quotes the statement and what the user wrote. The frames say where. */
function logUnexpected(error: unknown, request: FastifyRequest, logger: Logger): void {
  logger.error(
    {
      event: 'request_failed',
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url,
      ...describeError(error),
    },
    'A request failed for a reason that is ours.',
  );
}

/** Whether it failed as its asker closed the connection: that is no failure of ours. */
function isAskersEnd(error: unknown, request: FastifyRequest): boolean {
  if (!request.raw.socket.destroyed) return false;
  return error instanceof ContractError || (error instanceof Error && 'code' in error && error.code === 'ECONNRESET');
}

/** Why a store could not be asked: by name and code alone, as the store's own message repeats the query. */
function logCause(error: ContractError, request: FastifyRequest, logger: Logger): void {
  const { cause } = error;
  const name = cause instanceof Error ? cause.name : typeof cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  logger.warn({ event: 'store_failed', requestId: request.id, answered: error.code, error: name, code }, error.message);
}
