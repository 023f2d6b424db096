// Why a log is rejected, in words that say what to do about it.

import { LOG_LIMITS } from './limits.ts';
import type { Rejection } from './log-block.ts';

function invalid(message: string): Rejection {
  return Object.freeze({ code: 'VALIDATION_ERROR', message });
}

function tooLarge(message: string): Rejection {
  return Object.freeze({ code: 'PAYLOAD_TOO_LARGE', message });
}

/** One object each, made once: a flood of bad logs costs no strings. */
export const REJECTIONS = {
  notAnObject: invalid('A log must be a JSON object with a "message"; send several as an array of objects.'),
  noMessage: invalid('The log has no "message"; give it one (it may be empty, but not null).'),
  noName: invalid('The event has no "name"; give it one that is not empty.'),
  timestamp: invalid(
    '"timestamp" must be ISO 8601 (2026-01-31T08:09:10.123Z) or a number of seconds, ms, µs or ns since 1970, ' +
      'from 1970 to 2261; leave it out for the time received.',
  ),
  attributes: invalid(
    `The log has more than ${LOG_LIMITS.attributesMax} attributes after flattening; send fewer, or nest data as text.`,
  ),
  attributeKey: invalid(
    `An attribute key is longer than ${LOG_LIMITS.attributeKeyBytesMax} bytes, names of nesting included; shorten it.`,
  ),
  depth: invalid(
    `The log is nested deeper than ${LOG_LIMITS.depthMax} levels; flatten it or send the inner part as text.`,
  ),
  tooLarge: tooLarge(
    `The log is larger than ${LOG_LIMITS.logBytesMax} bytes (its text as UTF-8); shorten it or split it into several.`,
  ),
} as const;
