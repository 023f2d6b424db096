// Bodies are JSON in UTF-8 and nothing else; one that does not parse is told where, when that is known.
import { ContractError, isUtf8 } from '@sazabi/contract';
import type { FastifyRequest } from 'fastify';
import type { App } from './app.ts';

const POSITION = /at position (\d+)/;
const BYTE_ORDER_MARK = /^\uFEFF/;

const CHARSET = new ContractError(
  'UNSUPPORTED_MEDIA_TYPE',
  'The body must be UTF-8: send charset=utf-8, or no charset.',
);

export function parseJsonBodies(app: App): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, async (request: FastifyRequest, body: string) => {
    if (!isUtf8(request.headers['content-type'] ?? '')) throw CHARSET;
    const text = body.replace(BYTE_ORDER_MARK, '');
    // A DELETE may say application/json and send nothing.
    return text === '' ? undefined : parseJson(text);
  });
  // After CORS and the key, so that a page can read the answer and a stranger gets 401.
  app.addHook('preParsing', async (request) => {
    if (request.is404) return;
    const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
    if (encoding !== 'identity' && encoding !== '')
      throw new ContractError('UNSUPPORTED_MEDIA_TYPE', 'The API takes bodies as they are: send no content-encoding.');
  });
}

/** @throws ContractError INVALID_JSON that says where, and repeats nothing of the text */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = POSITION.exec(error instanceof Error ? error.message : '')?.[1];
    const where = position === undefined ? '' : ` at character ${position}`;
    throw new ContractError('INVALID_JSON', `The body is not valid JSON${where}.`);
  }
}
