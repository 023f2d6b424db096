// Picks the parser of a body by its content type: a folder per wire form, none of which knows HTTP.
import { ContractError, isUtf8 } from '@sazabi/contract';
import { parseJsonLogs } from './json/parse-json-logs.ts';
import { parseNdjsonLogs } from './ndjson/parse-ndjson-logs.ts';
import type { ParsedLogs } from './parsed-logs.ts';

/** Parses the text of a body. An error refuses the whole of it. */
export type BodyParser = (text: string, kind: ParsedLogs['kind']) => ParsedLogs | ContractError;

/** JSON is sent without a type, or as text, by beacons that must not cause a preflight. */
const PARSERS: ReadonlyMap<string, BodyParser> = new Map([
  ['', parseJsonLogs],
  ['application/json', parseJsonLogs],
  ['text/plain', parseJsonLogs],
  ['application/x-ndjson', parseNdjsonLogs],
  ['application/ndjson', parseNdjsonLogs],
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

/** The parser for a Content-Type header ('' = none), or the 415 to answer. */
export function bodyParserOf(contentType: string): BodyParser | ContractError {
  // What nearly every request sends, without taking it apart.
  if (contentType === 'application/json') return parseJsonLogs;
  const semicolon = contentType.indexOf(';');
  const type = (semicolon === -1 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
  const parser = PARSERS.get(type);
  if (parser === undefined) return type === 'application/x-protobuf' ? OTLP : UNSUPPORTED;
  return isUtf8(contentType) ? parser : CHARSET;
}
