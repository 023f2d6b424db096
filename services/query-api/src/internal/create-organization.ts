// POST /internal/organizations {name}: the operator makes an organization with its first project and keys.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ContractError, failure, success } from '@sazabi/contract';
import { newOrganizationSchema } from '@sazabi/contract/schemas';
import { type ControlDb, foundOrganization } from '@sazabi/control-db';
import type { InternalRoute, Logger } from '@sazabi/lifecycle';
import { v7 as uuidv7 } from 'uuid';
import { parseJson } from '../http/json-body.ts';
import { invalid } from '../http/validation.ts';
import type { KeyFeed } from '../key-feed/key-feed.ts';
import { BODY_BYTES_MAX } from '../limits.ts';
import { presentProject } from '../routes/projects/present.ts';
import { presentPublicKey } from '../routes/public-keys/present.ts';
import { presentSecretKey } from '../routes/secret-keys/present.ts';

export function createOrganizationRoute(db: ControlDb, feed: KeyFeed, logger: Logger): InternalRoute {
  return async (request, response) => {
    const requestId = uuidv7();
    try {
      const { name } = parseBody(await readBody(request));
      const founded = await foundOrganization(db.orm, name, { type: 'operator' });
      await feed.inForce(founded.seq);
      const { organization, project, publicKey, secretKey } = founded;
      answer(
        response,
        201,
        requestId,
        success({
          organization: { id: organization.id, name: organization.name },
          project: presentProject(project),
          publicKey: { ...presentPublicKey(publicKey.row), key: publicKey.key },
          secretKey: { ...presentSecretKey(secretKey.row), key: secretKey.key },
        }),
      );
    } catch (error) {
      const known =
        error instanceof ContractError
          ? error
          : new ContractError('INTERNAL_ERROR', 'The organization was not made; the log says why.');
      if (known !== error)
        logger.error(
          {
            event: 'internal_request_failed',
            requestId,
            error: String(error instanceof Error ? (error.cause ?? error) : error),
          },
          'An organization was not made.',
        );
      answer(response, known.status, requestId, failure(known, requestId));
    }
  };
}

function parseBody(text: string): { name: string } {
  const parsed = newOrganizationSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })));
}

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

function answer(response: ServerResponse, status: number, requestId: string, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'x-request-id': requestId })
    .end(JSON.stringify(body));
}
