// What the OpenAPI document says of every answer besides its schema: headers, and an example of each error.
import { ERROR_STATUS, type ErrorCode, type ErrorDetails } from '@sazabi/contract';

/** As much of an operation as is touched here. */
export interface AnsweringOperation {
  readonly responses?: Readonly<Record<string, AnswerObject>>;
  readonly security?: readonly unknown[];
}
interface AnswerObject {
  description?: string;
  headers?: Record<string, unknown>;
  readonly content?: Readonly<Record<string, { examples?: Record<string, unknown> }>>;
}

const text = (description: string, example: string) => ({
  description,
  schema: { type: 'string', examples: [example] },
});
const count = (description: string, example: number) => ({
  description,
  schema: { type: 'integer', examples: [example] },
});

/** Headers of answers, as components of the document. */
export const ANSWER_HEADERS = {
  RequestId: text(
    'The request’s id: yours where it has the form [A-Za-z0-9._-]{1,128}, else a new one.',
    'checkout-42',
  ),
  RateLimit: count('Requests a minute, and the burst; not sent where the key has no limit.', 1000),
  RateLimitRemaining: count('Requests left now.', 999),
  RateLimitReset: count('Unix seconds when the full burst is there again.', 1_767_225_600),
  RetryAfter: count('Seconds to wait, at least 1.', 1),
};

const reference = (name: keyof typeof ANSWER_HEADERS) => ({ $ref: `#/components/headers/${name}` });
const ALWAYS = { 'x-request-id': reference('RequestId') };
const AUTHENTICATED = {
  'x-ratelimit-limit': reference('RateLimit'),
  'x-ratelimit-remaining': reference('RateLimitRemaining'),
  'x-ratelimit-reset': reference('RateLimitReset'),
};
const RETRY = { 'retry-after': reference('RetryAfter') };
const RETRY_STATUSES = new Set([String(ERROR_STATUS.RATE_LIMIT_EXCEEDED), String(ERROR_STATUS.SERVICE_UNAVAILABLE)]);
const UNAUTHENTICATED_STATUS = String(ERROR_STATUS.MISSING_API_KEY);

const EXAMPLES: Readonly<Partial<Record<ErrorCode, { message: string } & ErrorDetails>>> = {
  VALIDATION_ERROR: {
    message: 'The body is not as documented: projectId: must be a UUID.',
    issues: [{ path: 'projectId', message: 'must be a UUID' }],
  },
  INVALID_JSON: { message: 'The body is not valid JSON at character 17.' },
  MISSING_API_KEY: { message: 'The request carries no key.' },
  INVALID_API_KEY: { message: 'This key is not known here.', reason: 'unknown' },
  API_KEY_REVOKED: { message: 'This key was revoked.', revokedAt: '2026-01-31T12:00:00.000Z' },
  API_KEY_EXPIRED: { message: 'This key expired.', expiredAt: '2026-01-31T12:00:00.000Z' },
  WRONG_KEY_TYPE: { message: 'A public key (pk_…) was sent to the API.' },
  INSUFFICIENT_PERMISSIONS: { message: 'This needs the scope keys:write.', required_scope: 'keys:write' },
  ORIGIN_NOT_ALLOWED: { message: 'The request’s Origin is not among the key’s allowed origins.' },
  FORBIDDEN: { message: 'A test key manages test keys only.' },
  NOT_FOUND: { message: 'There is no such project.' },
  METHOD_NOT_ALLOWED: { message: 'This path takes GET, HEAD, OPTIONS.' },
  CONFLICT: { message: 'This is the last admin key that does not expire.' },
  PAYLOAD_TOO_LARGE: { message: 'The body is larger than 1048576 bytes.' },
  UNSUPPORTED_MEDIA_TYPE: { message: 'Bodies are JSON: send content-type: application/json.' },
  RATE_LIMIT_EXCEEDED: { message: 'Too many requests. Please retry after 1 seconds.' },
  INTERNAL_ERROR: { message: 'Something went wrong on our side.' },
  SERVICE_UNAVAILABLE: { message: 'The control store does not answer. Try again.' },
  QUERY_TIMEOUT: { message: 'The query was stopped: it ran longer than 30 s.' },
};

const SUCCESSES: Readonly<Record<string, string>> = {
  '200': 'What was asked for',
  '201': 'Made',
  '202': 'Durable',
  '204': 'Done',
};

/** Adds headers and error examples to every answer of the operation, in place. */
export function completeAnswers(operation: AnsweringOperation): void {
  for (const [status, answer] of Object.entries(operation.responses ?? {})) {
    const guarded = (operation.security ?? []).length > 0 && status !== UNAUTHENTICATED_STATUS;
    answer.headers = { ...ALWAYS, ...(guarded ? AUTHENTICATED : {}), ...(RETRY_STATUSES.has(status) ? RETRY : {}) };
    if (answer.description === 'Default Response') answer.description = SUCCESSES[status] ?? 'Success';
    const json = answer.content?.['application/json'];
    const codes = (answer.description ?? '').split(', ').filter(isErrorCode);
    if (json !== undefined && codes.length > 0) json.examples = Object.fromEntries(codes.map(exampleOf));
  }
}

function isErrorCode(text: string): text is ErrorCode {
  return text in ERROR_STATUS;
}

function exampleOf(code: ErrorCode): [string, unknown] {
  const { message = '', ...details } = EXAMPLES[code] ?? {};
  const error = {
    code,
    message,
    status: ERROR_STATUS[code],
    requestId: '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f',
    ...details,
  };
  return [code, { value: { data: null, error } }];
}
