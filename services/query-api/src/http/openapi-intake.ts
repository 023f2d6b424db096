// The intake's calls in the OpenAPI document, so that it is the whole contract: they are another service's, at another address.
import { ERROR_STATUS, type ErrorCode } from '@sazabi/contract';

/** What a write may be refused with. */
const WRITE_ERRORS: readonly ErrorCode[] = [
  'VALIDATION_ERROR',
  'INVALID_JSON',
  'MISSING_API_KEY',
  'INVALID_API_KEY',
  'API_KEY_REVOKED',
  'API_KEY_EXPIRED',
  'WRONG_KEY_TYPE',
  'ORIGIN_NOT_ALLOWED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'RATE_LIMIT_EXCEEDED',
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
];

export const INTAKE_TAG = {
  name: 'Intake',
  description:
    'Writing logs and events, with a public key, at the address of the intake. Any page may send and read the answer, unless the key has allowedOrigins. RATE_LIMIT_EXCEEDED: over the key’s rate limit, or its project’s daily quota, and then Retry-After may be a day.',
};

/** A beacon cannot set headers, hence the query. */
export const PUBLIC_KEY_SCHEMES = {
  publicKey: { type: 'apiKey', in: 'header', name: 'x-sazabi-key', description: 'pk_live_… or pk_test_…' },
  publicBearer: { type: 'http', scheme: 'bearer', description: 'The same key as Authorization: Bearer pk_…' },
  publicKeyInQuery: {
    type: 'apiKey',
    in: 'query',
    name: 'key',
    description: 'The same key, for what cannot set headers, such as navigator.sendBeacon.',
  },
} as const;

const PARAMETERS = [
  {
    in: 'header',
    name: 'idempotency-key',
    required: false,
    description:
      'The same key within 3 days, project and mode is stored once, whatever crashes or is sent again in between; with another body the first wins.',
    schema: { type: 'string', minLength: 1, maxLength: 128, pattern: '^[!-~]+$' },
    example: 'order-A-17-payment-failed',
  },
  {
    in: 'header',
    name: 'content-encoding',
    required: false,
    description: 'How the body is compressed: one of them at most, and no more than 20 MiB inflated.',
    schema: { type: 'string', enum: ['identity', 'gzip', 'deflate', 'zstd', 'br'], default: 'identity' },
  },
];

interface Write {
  readonly operationId: string;
  readonly summary: string;
  readonly schema: string;
  readonly examples: readonly object[];
}

function write({ operationId, summary, schema, examples }: Write) {
  const lines = examples.map((example) => `${JSON.stringify(example)}\n`).join('');
  const asText = { type: 'string', contentMediaType: 'application/json' };
  return {
    operationId,
    tags: [INTAKE_TAG.name],
    summary,
    description:
      'Answered once every accepted log is durable. A log that is past a limit, or cannot be read, is rejected alone, by its index; where all are, the answer is 400. A body has at most 5 MiB as sent. Send again what was answered 503, with the same Idempotency-Key.',
    parameters: PARAMETERS,
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, example: examples },
        'text/plain': {
          schema: { ...asText, description: 'The same JSON: a page can send it without a preflight.' },
          example: JSON.stringify(examples),
        },
        'application/x-ndjson': { schema: { ...asText, description: 'One of them a line.' }, example: lines },
      },
    },
    security: [{ publicKey: [] }, { publicBearer: [] }, { publicKeyInQuery: [] }],
    responses: {
      202: {
        description: 'Durable',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/AcceptedLogs' } } },
        links: {
          receipt: {
            operationId: 'getReceipt',
            parameters: { receipt: '$response.body#/data/receipt' },
            description: 'What became of the logs of this request.',
          },
        },
      },
      ...failures(WRITE_ERRORS),
    },
  };
}

function failures(codes: readonly ErrorCode[]) {
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } };
  const statuses = [...new Set(codes.map((code) => ERROR_STATUS[code]))];
  return Object.fromEntries(
    statuses.map((status) => {
      const description = codes.filter((code) => ERROR_STATUS[code] === status).join(', ');
      return [status, { description, content }];
    }),
  );
}

/** The paths, each with the intake's address. */
export function intakePaths(intakeUrl: string) {
  const servers = [{ url: intakeUrl, description: 'The intake' }];
  return {
    '/v1/logs': {
      servers,
      post: write({
        operationId: 'writeLogs',
        summary: 'Write one log or many',
        schema: 'NewLogs',
        examples: [
          { message: 'payment failed', level: 'error', service: 'checkout', attributes: { order: { id: 'A-17' } } },
          { message: 'retrying', service: 'checkout' },
        ],
      }),
    },
    '/v1/events': {
      servers,
      post: write({
        operationId: 'writeEvents',
        summary: 'Write one event or many: a log with a name instead of a message',
        schema: 'NewEvents',
        examples: [{ name: 'user.signed_up', attributes: { plan: 'free' } }],
      }),
    },
  };
}

/** Where both services answer the same call. */
export function serversOfProbes(apiUrl: string, intakeUrl: string) {
  return [
    { url: apiUrl, description: 'The API' },
    { url: intakeUrl, description: 'The intake' },
  ];
}
