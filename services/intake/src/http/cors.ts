// Cross-origin headers: on every answer, errors too; whether an origin may write is judged per key on the request itself.
import { IDEMPOTENCY_KEY_HEADER, PUBLIC_KEY_HEADER, RATE_LIMIT_HEADERS, REQUEST_ID_HEADER } from '@sazabi/contract';

const EXPOSED = [REQUEST_ID_HEADER, 'retry-after', ...Object.values(RATE_LIMIT_HEADERS)].join(', ');
const ALLOWED = [
  PUBLIC_KEY_HEADER,
  'authorization',
  'content-type',
  'content-encoding',
  IDEMPOTENCY_KEY_HEADER,
  REQUEST_ID_HEADER,
  'traceparent',
  'tracestate',
].join(', ');
/** Browsers keep a preflight's answer this long at most anyway (Firefox: a day, Chromium: two hours). */
const PREFLIGHT_AGE_SECONDS = 86_400;

/** Lines for the answer to a preflight, beside {@link corsHeaders}. */
export const PREFLIGHT_HEADERS =
  'access-control-allow-methods: POST, OPTIONS\r\n' +
  `access-control-allow-headers: ${ALLOWED}\r\n` +
  `access-control-max-age: ${PREFLIGHT_AGE_SECONDS}\r\n`;

/** The lines of every answer, the last without its CRLF. `origin` is '' where the request has none. */
export function corsHeaders(origin: string): string {
  if (origin === '') return 'vary: Origin';
  return `access-control-allow-origin: ${origin}\r\naccess-control-allow-credentials: true\r\naccess-control-expose-headers: ${EXPOSED}\r\nvary: Origin`;
}
