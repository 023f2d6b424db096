// Everything of a request before its body, copied out at once: uWebSockets' request is gone after the handler's call.
import { IDEMPOTENCY_KEY_HEADER, PUBLIC_KEY_HEADER, REQUEST_ID_HEADER, SECRET_KEY_HEADER } from '@sazabi/contract';
import type { UwsRequest } from './uws.ts';

/** Headers by their use; '' = not sent (or sent empty), but for the idempotency key, where the two differ. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  ownKey: string;
  secretKey: string;
  authorization: string;
  /** The decoded `?key=`. */
  readonly queryKey: string;
  origin: string;
  requestId: string;
  userAgent: string;
  forwardedFor: string;
  contentType: string;
  contentEncoding: string;
  contentLength: string;
  transferEncoding: string;
  idempotencyKey: string | undefined;
}

const NO_KEYS: readonly string[] = [];

// One request is read at a time, so the visitor can be one function that fills what this names.
let reading: RequestHead;

/** A header sent twice is joined as HTTP says; what must be single then fails its own check, as it should. */
function joined(before: string, value: string): string {
  return before === '' || before === value ? value : `${before}, ${value}`;
}

function visit(name: string, value: string): void {
  switch (name) {
    case PUBLIC_KEY_HEADER:
      reading.ownKey = joined(reading.ownKey, value);
      break;
    case SECRET_KEY_HEADER:
      reading.secretKey = joined(reading.secretKey, value);
      break;
    case 'authorization':
      reading.authorization = joined(reading.authorization, value);
      break;
    case 'origin':
      reading.origin = joined(reading.origin, value);
      break;
    case REQUEST_ID_HEADER:
      reading.requestId = joined(reading.requestId, value);
      break;
    case 'user-agent':
      reading.userAgent = value;
      break;
    case 'x-forwarded-for':
      reading.forwardedFor = joined(reading.forwardedFor, value);
      break;
    case 'content-type':
      reading.contentType = joined(reading.contentType, value);
      break;
    case 'content-encoding':
      reading.contentEncoding = joined(reading.contentEncoding, value);
      break;
    case 'content-length':
      reading.contentLength = joined(reading.contentLength, value);
      break;
    case 'transfer-encoding':
      reading.transferEncoding = joined(reading.transferEncoding, value);
      break;
    case IDEMPOTENCY_KEY_HEADER:
      reading.idempotencyKey = joined(reading.idempotencyKey ?? '', value);
      break;
  }
}

/** Copies the head out of uWebSockets' request. */
export function readHead(request: UwsRequest): RequestHead {
  const query = request.getQuery();
  const [queryKey = '', ...moreKeys] = query === undefined || query === '' ? NO_KEYS : keysOfQuery(query);
  const head: RequestHead = {
    method: request.getCaseSensitiveMethod(),
    path: request.getUrl(),
    ownKey: '',
    secretKey: '',
    authorization: '',
    queryKey,
    origin: '',
    requestId: '',
    userAgent: '',
    forwardedFor: '',
    contentType: '',
    contentEncoding: '',
    contentLength: '',
    transferEncoding: '',
    idempotencyKey: undefined,
  };
  reading = head;
  request.forEach(visit);
  // Whoever sends several keys is told so; the header is where several are looked for.
  for (const key of moreKeys) head.ownKey = joined(head.ownKey, key);
  return head;
}

/** The `key` parameters, each once. Nothing else of a query is ever read. */
function keysOfQuery(query: string): string[] {
  return [...new Set(new URLSearchParams(query).getAll('key'))];
}
