// What is the same for the operator's calls: request ids, bodies, the envelope, failures logged once.
import type { IncomingMessage } from 'node:http';
import { ContractError, failure, success } from '@sazabi/contract';
import { describeError, type InternalRoute, type Logger } from '@sazabi/lifecycle';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { expectedFailure } from '../http/failures.ts';
import { parseJson } from '../http/json-body.ts';
import { invalid } from '../http/validation.ts';
import { BODY_BYTES_MAX } from '../limits.ts';

export type InternalAnswer =
  | { readonly status: 200 | 201; readonly data: unknown }
  | { readonly status: 200; readonly bytes: Uint8Array }
  | { readonly status: 204 };

/** A call of the internal port; what it throws becomes the contract's envelope. */
export function internalCall(
  logger: Logger,
  serve: (request: IncomingMessage) => Promise<InternalAnswer>,
): InternalRoute {
  return async (request, response) => {
    const requestId = uuidv7();
    const send = (status: number, type: string, body: string | Uint8Array) =>
      response.writeHead(status, { 'content-type': type, 'x-request-id': requestId }).end(body);
    const sendJson = (status: number, body: unknown) =>
      send(status, 'application/json; charset=utf-8', JSON.stringify(body));
    try {
      const answer = await serve(request);
      if ('bytes' in answer) send(answer.status, 'application/octet-stream', answer.bytes);
      else if ('data' in answer) sendJson(answer.status, success(answer.data));
      else response.writeHead(answer.status, { 'x-request-id': requestId }).end();
    } catch (error) {
      const known = expectedFailure(error);
      if (known === null)
        logger.error(
          { event: 'internal_request_failed', requestId, ...describeError(error) },
          'An operator’s call failed.',
        );
      const answer = known ?? new ContractError('INTERNAL_ERROR', 'It failed; the log says why.');
      if (answer.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(answer.retryAfterSeconds));
      sendJson(answer.status, failure(answer, requestId));
    }
  };
}

/** The body, read and judged by `schema`. @throws ContractError */
export async function parseBody<T extends z.ZodType>(request: IncomingMessage, schema: T): Promise<z.infer<T>> {
  const parsed = schema.safeParse(parseJson(await readBody(request)));
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
}

/** @throws ContractError PAYLOAD_TOO_LARGE */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX)
      throw new ContractError('PAYLOAD_TOO_LARGE', `The body is larger than ${BODY_BYTES_MAX} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
