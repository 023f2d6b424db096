// Picks a body's wire form by its content type.
import { ContractError, isUtf8 } from '@sazabi/contract';
import { JSON_PROTOCOL } from './json/json-protocol.ts';
import { NDJSON_PROTOCOL } from './ndjson/ndjson-protocol.ts';
import type { Protocol } from './protocol.ts';

/** JSON is sent without a type, or as text, by beacons that must not cause a preflight. */
const PROTOCOLS: ReadonlyMap<string, Protocol> = new Map([
  ['', JSON_PROTOCOL],
  ['application/json', JSON_PROTOCOL],
  ['text/plain', JSON_PROTOCOL],
  ['application/x-ndjson', NDJSON_PROTOCOL],
  ['application/ndjson', NDJSON_PROTOCOL],
]);
const OTLP = new ContractError(
  'UNSUPPORTED_MEDIA_TYPE',
  'OTLP (application/x-protobuf) is not taken yet. Send application/json or application/x-ndjson.',
);
const UNSUPPORTED = new ContractError(
  'UNSUPPORTED_MEDIA_TYPE',
  'Send the body as Content-Type: application/json or application/x-ndjson (text/plain or none is read as JSON).',
);
const CHARSET = new ContractError(
  'UNSUPPORTED_MEDIA_TYPE',
  'The body must be UTF-8: send charset=utf-8, or no charset.',
);

/** The wire form for a Content-Type header ('' = none), or the 415 to answer. */
export function protocolOf(contentType: string): Protocol | ContractError {
  // What nearly every request sends, without taking it apart.
  if (contentType === 'application/json') return JSON_PROTOCOL;
  const semicolon = contentType.indexOf(';');
  const type = (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
  const protocol = PROTOCOLS.get(type);
  if (protocol === undefined) return type === 'application/x-protobuf' ? OTLP : UNSUPPORTED;
  return isUtf8(contentType) ? protocol : CHARSET;
}
